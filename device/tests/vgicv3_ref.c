/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines, SGIs and register writes: each act is done to the GICv3 model and, at once and without slots, to the
 * reference.
 */
#include "vgicv3_ref.h"

struct fake_vm vm;
struct ref ref[CPUS][INTIDS];
unsigned groups;
uint64_t seed;

unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % n;
}

struct ref *of(unsigned cpu, unsigned intid)
{
	return &ref[intid < 32 ? cpu : 0][intid];
}

void line_moves(void)
{
	unsigned cpu = any(CPUS), intid = 16 + any(INTIDS - 16);
	struct ref *r = of(cpu, intid);
	bool level = any(2);

	/* The hardware's own interrupt reaches the host on that CPU, out of the guest. */
	if (intid == LINKED) {
		leave(cpu);
	}
	if (level && !r->line && r->edge) {
		r->latch = true;
	}
	r->line = level;
	set_line(&vm, cpu, intid, level);
}

void sgi_is_sent(void)
{
	unsigned from = any(CPUS), intid = any(16), list = any(8);
	bool others = any(4) == 0;

	leave(from);
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		if (others ? cpu != from : list >> cpu & 1) {
			of(cpu, intid)->latch = true;
		}
	}
	send_sgi(&vm, from, (others ? AX_GIC_SGIR_IRM : 0) | (uint64_t)intid << 24 | list);
}

/* A register with a bit an interrupt: by vCPU `cpu`, for a random interrupt. */
void write_bit(unsigned cpu, unsigned intid, uint32_t base)
{
	if (intid < 32) {
		sgi_base_write(&vm, cpu, base, 1u << intid);
	} else {
		fake_write(&vm, cpu, 0, base + intid / 32 * 4, 4, 1u << intid % 32);
	}
}

static void enable_changes(struct ref *r, unsigned cpu, unsigned intid)
{
	r->enabled = any(4) != 0;
	write_bit(cpu, intid, r->enabled ? AX_GICD_ISENABLER : AX_GICD_ICENABLER);
}

static void pending_is_set(struct ref *r, unsigned cpu, unsigned intid)
{
	r->latch = true;
	write_bit(cpu, intid, AX_GICD_ISPENDR);
}

/* What another vCPU does at the same time decides these: all are brought out first. */
static void pending_is_cleared(struct ref *r, unsigned cpu, unsigned intid)
{
	leave_all();
	r->latch = false;
	write_bit(cpu, intid, AX_GICD_ICPENDR);
}

static void active_changes(struct ref *r, unsigned cpu, unsigned intid)
{
	leave_all();
	r->active = any(2);
	write_bit(cpu, intid, r->active ? AX_GICD_ISACTIVER : AX_GICD_ICACTIVER);
}

static void priority_changes(struct ref *r, unsigned cpu, unsigned intid)
{
	r->priority = any(32) << 3;
	if (intid < 32) {
		fake_write(&vm, cpu, 1, cpu * AX_GICR_SIZE + AX_GICR_SGI_BASE + AX_GICR_IPRIORITYR + intid, 1,
			   r->priority);
	} else {
		fake_write(&vm, cpu, 0, AX_GICD_IPRIORITYR + intid, 1, r->priority);
	}
}

static void group_changes(struct ref *r, unsigned cpu, unsigned intid)
{
	uint32_t bits = 0;

	r->group1 = any(4) != 0;
	for (unsigned i = 0; i < 32; i++) {
		bits |= (uint32_t)of(cpu, intid / 32 * 32 + i)->group1 << i;
	}
	if (intid < 32) {
		sgi_base_write(&vm, cpu, AX_GICR_IGROUPR0, bits);
	} else {
		fake_write(&vm, cpu, 0, AX_GICD_IGROUPR + intid / 32 * 4, 4, bits);
	}
}

static void route_changes(struct ref *r, unsigned cpu, unsigned intid)
{
	unsigned target = any(CPUS + 1);

	if (intid >= 32) {
		r->target = target;
		fake_write(&vm, cpu, 0, AX_GICD_IROUTER + 8 * intid, 8, target == NOBODY ? 0xff : target);
	}
}

static void config_changes(struct ref *r, unsigned cpu, unsigned intid)
{
	uint32_t value = 0;
	unsigned first = intid / 16 * 16;

	if (intid < 32) {
		return;
	}
	leave_all();
	r->edge = any(2);
	for (unsigned i = 0; i < 16; i++) {
		value |= of(cpu, first + i)->edge ? 2u << (i * 2) : 0;
	}
	fake_write(&vm, cpu, 0, AX_GICD_ICFGR + intid / 16 * 4, 4, value);
}

static void vcpu_is_reset(struct ref *r, unsigned cpu, unsigned intid)
{
	(void)r;
	if (intid % 8) {
		return;
	}
	leave_all();
	vm.chip->ops->reset_vcpu(vm.chip, cpu);
	for (unsigned i = 0; i < 32; i++) {
		bool line = ref[cpu][i].line && i != LINKED;

		ref[cpu][i] = (struct ref){.line = line, .edge = i < 16, .enabled = true, .group1 = true};
	}
	sgi_base_write(&vm, cpu, AX_GICR_IGROUPR0, ~0u);
	sgi_base_write(&vm, cpu, AX_GICR_ISENABLER0, ~0u);
}

static void groups_change(struct ref *r, unsigned cpu, unsigned intid)
{
	(void)r;
	(void)intid;
	groups = any(8) ? 3 : any(4);
	fake_write(&vm, cpu, 0, AX_GICD_CTLR, 4, groups);
}

typedef void (*act_fn)(struct ref *r, unsigned cpu, unsigned intid);

void register_is_written(void)
{
	static const act_fn act[] = {enable_changes, enable_changes,   pending_is_set, pending_is_cleared,
				     active_changes, priority_changes, group_changes,  route_changes,
				     config_changes, vcpu_is_reset,    groups_change};
	unsigned cpu = any(CPUS), intid = any(INTIDS);

	leave(cpu);
	act[any(AX_ARRAY_SIZE(act))](of(cpu, intid), cpu, intid);
}
