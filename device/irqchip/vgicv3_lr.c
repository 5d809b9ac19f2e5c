/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's slots (list registers; Arm IHI 0069, ICH_LR<n>_EL2 in 12.4): which interrupts sit in them, and what came of
 * those.
 *
 * On exit a slot that changed is read back into the banks. Before an entry, if anything changed since, the slots are
 * chosen anew: active interrupts keep theirs, the rest go to what is most urgent. What does not fit waits in the banks;
 * the vCPU is then made to exit when slots run free.
 */
#include "vgicv3_internal.h"

/* ---- after an exit ---- */

/*
 * Takes over what the guest did to a slot. The changes are judged against what the slot last held, not against the
 * bank, which another vCPU may have written since: an acknowledgement is new whatever the bank says, while an active
 * state that was withdrawn stays withdrawn.
 */
static void take_back(struct vgic *gic, struct vgic_cpu *cpu, unsigned slot, const struct ax_virq *now, uint64_t *kick)
{
	struct ax_virq *was = &cpu->slot[slot];
	struct vgic_bank *bank = vgic_bank_of(gic, cpu->index, was->intid);
	uint32_t bit = 1u << was->intid % VGIC_BANK;

	if (was->pending && !now->pending) {
		bank->taken &= ~bit;
		bank->active = now->active ? bank->active | bit : bank->active & ~bit;
	} else if (was->active && !now->active) {
		bank->active &= ~bit;
	}
	was->pending = now->pending;
	was->active = now->active;
	if (now->pending || now->active) {
		return;
	}
	/* The physical interrupt was deactivated with it and will come again if its line is still up. */
	if (was->hw) {
		bank->line &= ~bit;
	}
	cpu->used &= ~(1u << slot);
	bank->loaded &= ~bit;
	if ((vgic_deliverable(gic, bank) | bank->active) & bit) {
		vgic_touch(gic, bank, bit, kick);
	}
	if (cpu->overflow) {
		atomic_store_explicit(&cpu->dirty, true, memory_order_relaxed);
	}
}

/* Looks at the slots in use; locks when the first is found that the guest changed. */
static VGIC_SLOW void read_slots(struct vgic *gic, struct vgic_cpu *cpu)
{
	const struct ax_virq_port *port = gic->chip.port;
	unsigned long irq_state = 0;
	uint64_t kick = 0;
	bool locked = false;

	for (uint32_t rest = cpu->used; rest; rest &= rest - 1) {
		unsigned slot = (unsigned)__builtin_ctz(rest);
		struct ax_virq now;

		if (!port->slot_read(gic->chip.port_ctx, cpu->index, slot, &now)) {
			now.pending = false;
			now.active = false;
		}
		if (now.pending == cpu->slot[slot].pending && now.active == cpu->slot[slot].active) {
			continue;
		}
		if (!locked) {
			irq_state = ax_port_lock(&gic->lock);
			locked = true;
		}
		take_back(gic, cpu, slot, &now, &kick);
	}
	if (locked) {
		ax_port_unlock(&gic->lock, irq_state);
		vgic_kick(gic, kick & ~AX_BIT(cpu->index));
	}
}

void vgic_after_exit(struct ax_irqchip *chip, unsigned vcpu)
{
	struct vgic *gic = vgic_of_chip(chip);
	struct vgic_cpu *cpu = &gic->cpu[vcpu];

	if (cpu->used) {
		read_slots(gic, cpu);
	}
}

/* ---- before an entry: writing a slot ---- */

static void empty_slot(struct vgic *gic, struct vgic_cpu *cpu, unsigned slot, uint64_t *kick)
{
	struct vgic_bank *bank = vgic_bank_of(gic, cpu->index, cpu->slot[slot].intid);
	uint32_t bit = 1u << cpu->slot[slot].intid % VGIC_BANK;

	gic->chip.port->slot_write(gic->chip.port_ctx, cpu->index, slot, NULL);
	bank->latch |= bank->taken & bit;
	bank->taken &= ~bit;
	cpu->used &= ~(1u << slot);
	bank->loaded &= ~bit;
	/* What was only put off here needs no second look; what goes to another vCPU does. */
	if (bank->target[cpu->slot[slot].intid % VGIC_BANK] != cpu->index) {
		vgic_touch(gic, bank, bit, kick);
	}
}

/*
 * Whether the interrupt is to be pending in a slot of this vCPU. An active one is only where completion need not be
 * seen here: a level-sensitive one has its line sampled again first, a linked one knows no such state, and where slots
 * are scarce the next one for this slot is to be chosen anew.
 */
static bool wants_pending(const struct vgic *gic, const struct vgic_cpu *cpu, const struct vgic_bank *bank, unsigned n)
{
	uint32_t bit = 1u << n;

	if (!(vgic_deliverable(gic, bank) & bit) || bank->target[n] != cpu->index) {
		return false;
	}
	return !(bank->active & bit) || (bank->edge & ~bank->linked & bit && !cpu->overflow);
}

/* The slot's content as the banks have it; writes it when it differs from what is there. */
static void fill_slot(struct vgic *gic, struct vgic_cpu *cpu, unsigned slot, unsigned intid)
{
	struct vgic_bank *bank = vgic_bank_of(gic, cpu->index, intid);
	unsigned n = intid % VGIC_BANK;
	uint32_t bit = 1u << n;
	const struct ax_virq *was = &cpu->slot[slot];
	bool known = cpu->used & 1u << slot;
	struct ax_virq virq = {.intid = intid,
			       .priority = bank->priority[n],
			       .group1 = bank->group & bit,
			       .pending = wants_pending(gic, cpu, bank, n),
			       .active = bank->active & bit,
			       .hw = bank->linked & bit};

	if (virq.hw) {
		virq.hwirq = gic->hwirq[n];
	} else if (cpu->overflow) {
		virq.eoi_exit = true;
	} else if (!(bank->edge & bit)) {
		virq.eoi_exit = virq.active ? vgic_deliverable(gic, bank) & bit : bank->line & bit;
	}
	if (virq.pending) {
		bank->taken |= bank->latch & bit;
		bank->latch &= ~bit;
	} else {
		bank->latch |= bank->taken & bit;
		bank->taken &= ~bit;
	}
	bank->loaded |= bit;
	bank->holder[n] = cpu->index;
	cpu->used |= 1u << slot;
	if (known && was->intid == virq.intid && was->priority == virq.priority && was->group1 == virq.group1 &&
	    was->pending == virq.pending && was->active == virq.active && was->eoi_exit == virq.eoi_exit &&
	    was->hw == virq.hw) {
		return;
	}
	cpu->slot[slot] = virq;
	gic->chip.port->slot_write(gic->chip.port_ctx, cpu->index, slot, &virq);
}

/* ---- before an entry: choosing ---- */

#define NO_SLOT 0xffu

/* Something that could do with a slot; the smaller urgency comes first. */
struct wish {
	uint16_t urgency;
	uint16_t intid;
	uint8_t slot; /* it sits in already, or NO_SLOT */
};

struct wishes {
	struct wish wish[VGIC_MAX_SLOTS]; /* the most urgent, in order */
	unsigned count, room;
	bool overflow; /* there were more */
};

/* Active before pending, then by priority, then what need not be moved. */
static void add(struct wishes *list, bool active, uint8_t priority, unsigned intid, uint8_t slot)
{
	uint16_t urgency = (uint16_t)((active ? 0 : 1u + priority) * 2u + (slot == NO_SLOT));
	unsigned at;

	if (list->count == list->room) {
		list->overflow = true;
		if (list->room == 0 || list->wish[list->count - 1].urgency <= urgency) {
			return;
		}
		list->count--;
	}
	for (at = list->count; at > 0 && list->wish[at - 1].urgency > urgency; at--) {
		list->wish[at] = list->wish[at - 1];
	}
	list->wish[at] = (struct wish){urgency, (uint16_t)intid, slot};
	list->count++;
}

/* False: the bank has nothing for anybody. */
static bool add_waiting(const struct vgic *gic, const struct vgic_cpu *cpu, const struct vgic_bank *bank,
			unsigned first, struct wishes *list)
{
	uint32_t some = vgic_deliverable(gic, bank) | bank->active;

	for (uint32_t rest = some & ~bank->loaded; rest; rest &= rest - 1) {
		unsigned n = (unsigned)__builtin_ctz(rest);

		if (bank->target[n] == cpu->index) {
			add(list, bank->active & 1u << n, bank->priority[n], first + n, NO_SLOT);
		}
	}
	return some != 0;
}

/*
 * Slots whose interrupt is active stay (returned as a mask), slots with nothing to do any more are emptied, and the
 * pending ones compete with what waits.
 */
static uint32_t sort_slots(struct vgic *gic, struct vgic_cpu *cpu, struct wishes *list, uint64_t *kick)
{
	uint32_t keep = 0;

	list->room = gic->slots;
	for (uint32_t rest = cpu->used; rest; rest &= rest - 1) {
		unsigned slot = (unsigned)__builtin_ctz(rest), n = cpu->slot[slot].intid % VGIC_BANK;
		struct vgic_bank *bank = vgic_bank_of(gic, cpu->index, cpu->slot[slot].intid);

		if (bank->active & 1u << n) {
			keep |= 1u << slot;
			list->room--;
		} else if (!wants_pending(gic, cpu, bank, n)) {
			empty_slot(gic, cpu, slot, kick);
		}
	}
	for (uint32_t rest = cpu->used & ~keep; rest; rest &= rest - 1) {
		unsigned slot = (unsigned)__builtin_ctz(rest), intid = cpu->slot[slot].intid;
		const struct vgic_bank *bank = vgic_bank_of(gic, cpu->index, intid);

		add(list, false, bank->priority[intid % VGIC_BANK], intid, (uint8_t)slot);
	}
	return keep;
}

static void set_overflow(struct vgic *gic, struct vgic_cpu *cpu, bool overflow)
{
	if (cpu->overflow != overflow) {
		cpu->overflow = overflow;
		gic->chip.port->notify_free(gic->chip.port_ctx, cpu->index, overflow);
	}
}

static void choose(struct vgic *gic, struct vgic_cpu *cpu, uint64_t *kick)
{
	struct wishes list;
	uint32_t keep, chosen;

	list.count = 0;
	list.overflow = false;
	keep = sort_slots(gic, cpu, &list, kick);
	chosen = keep;
	add_waiting(gic, cpu, &cpu->bank, 0, &list);
	for (uint32_t rest = gic->hot; rest; rest &= rest - 1) {
		unsigned i = (unsigned)__builtin_ctz(rest);

		if (!add_waiting(gic, cpu, &gic->spi[i], (i + 1) * VGIC_BANK, &list)) {
			gic->hot &= ~(1u << i);
		}
	}
	for (unsigned i = 0; i < list.count; i++) {
		chosen |= list.wish[i].slot == NO_SLOT ? 0 : 1u << list.wish[i].slot;
	}
	for (uint32_t rest = cpu->used & ~chosen; rest; rest &= rest - 1) {
		empty_slot(gic, cpu, (unsigned)__builtin_ctz(rest), kick);
	}
	set_overflow(gic, cpu, list.overflow);
	for (uint32_t rest = keep; rest; rest &= rest - 1) {
		unsigned slot = (unsigned)__builtin_ctz(rest);

		fill_slot(gic, cpu, slot, cpu->slot[slot].intid);
	}
	for (unsigned i = 0; i < list.count; i++) {
		const struct wish *wish = &list.wish[i];

		fill_slot(gic, cpu, wish->slot == NO_SLOT ? (unsigned)__builtin_ctz(~cpu->used) : wish->slot,
			  wish->intid);
	}
}

static VGIC_SLOW void write_slots(struct vgic *gic, struct vgic_cpu *cpu)
{
	unsigned long irq_state = ax_port_lock(&gic->lock);
	uint64_t kick = 0;

	atomic_store_explicit(&cpu->dirty, false, memory_order_relaxed);
	choose(gic, cpu, &kick);
	ax_port_unlock(&gic->lock, irq_state);
	vgic_kick(gic, kick & ~AX_BIT(cpu->index));
}

void vgic_before_entry(struct ax_irqchip *chip, unsigned vcpu)
{
	struct vgic *gic = vgic_of_chip(chip);
	struct vgic_cpu *cpu = &gic->cpu[vcpu];

	if (atomic_load_explicit(&cpu->dirty, memory_order_relaxed)) {
		write_slots(gic, cpu);
	}
}

void vgic_release_slots(struct vgic *gic, struct vgic_cpu *cpu, uint64_t *kick)
{
	for (uint32_t rest = cpu->used; rest; rest &= rest - 1) {
		empty_slot(gic, cpu, (unsigned)__builtin_ctz(rest), kick);
	}
	set_overflow(gic, cpu, false);
}
