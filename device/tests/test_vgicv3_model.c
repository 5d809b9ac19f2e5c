/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GICv3 model against a reference without slots: one small struct an interrupt, every act taking effect at once.
 * Devices, guests and registers do random things. Each acknowledgement must be of an interrupt that the reference has
 * pending and be the most urgent one (none doubled, none late), and when a guest finds nothing the reference must have
 * nothing or the hardware be about to exit (none lost). A vCPU leaves the guest only when kicked, when a completion
 * makes it, or of its own will: a kick the model forgets shows as a difference.
 */
#include "fake_cpu.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define CPUS 3u
#define SPIS 64u
#define INTIDS (32 + SPIS)
#define LINKED 27u
#define NONE AX_GIC_INTID_SPURIOUS
#define NOBODY CPUS

struct ref {
	bool latch, line, active, enabled, edge, group1;
	unsigned priority, target;
};

static struct fake_vm vm;
static struct ref ref[CPUS][INTIDS]; /* SPIs in row 0 */
static bool inside[CPUS], must_exit[CPUS], linked_done[CPUS];
static unsigned groups, acks;
static uint64_t seed;

static unsigned any(unsigned n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % n;
}

static struct ref *of(unsigned cpu, unsigned intid)
{
	return &ref[intid < 32 ? cpu : 0][intid];
}

static bool pending(const struct ref *r)
{
	return r->latch || (r->line && !r->edge);
}

static bool deliverable(unsigned cpu, unsigned intid)
{
	const struct ref *r = of(cpu, intid);
	unsigned target = intid < 32 ? cpu : r->target;

	return pending(r) && !r->active && r->enabled && target == cpu && (groups & (r->group1 ? 2 : 1));
}

/* Routed elsewhere while it waited in a slot: its holder gives it up on its next entry. */
static bool on_its_way(unsigned cpu, unsigned intid)
{
	for (unsigned other = 0; other < CPUS && intid >= 32; other++) {
		if (other != cpu && fake_find(&vm, other, intid)) {
			return true;
		}
	}
	return false;
}

/* Priority of what the vCPU should take next; 256: nothing. */
static unsigned best(unsigned cpu, bool without_linked)
{
	unsigned found = 256;

	for (unsigned i = 0; i < INTIDS; i++) {
		if (deliverable(cpu, i) && !on_its_way(cpu, i) && !(without_linked && i == LINKED)) {
			found = AX_MIN(found, of(cpu, i)->priority);
		}
	}
	return found;
}

/* ---- the guests ---- */

static void leave(unsigned cpu)
{
	if (inside[cpu]) {
		inside[cpu] = false;
		must_exit[cpu] = false;
		linked_done[cpu] = false;
		fake_exit(&vm, cpu);
	}
}

static void leave_all(void)
{
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		leave(cpu);
	}
}

static void on_kick(struct fake_vm *fake, unsigned cpu)
{
	(void)fake;
	must_exit[cpu] = inside[cpu];
}

/* What was kicked exits before it does anything else; that may kick others. */
static void settle(void)
{
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		if (must_exit[cpu]) {
			leave(cpu);
			cpu = ~0u;
		}
	}
}

/* Something in the slots will make the hardware leave the guest when it completes. */
static bool exit_is_near(unsigned cpu)
{
	const struct fake_cpu *fake = &vm.cpu[cpu];

	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		if (fake->full[i] && fake->slot[i].active && (fake->slot[i].eoi_exit || fake->slot[i].hw)) {
			return true;
		}
	}
	return false;
}

static void take_one(unsigned cpu)
{
	unsigned intid = fake_ack(&vm, cpu);
	struct ref *r;

	if (intid == NONE) {
		ck_assert(best(cpu, linked_done[cpu]) == 256 || (vm.cpu[cpu].notify_free && exit_is_near(cpu)));
		return;
	}
	ck_assert_msg(deliverable(cpu, intid), "vCPU %u took %u, which is not to be had", cpu, intid);
	r = of(cpu, intid);
	ck_assert_uint_eq(r->priority, best(cpu, linked_done[cpu]));
	r->latch = false;
	r->active = true;
	acks++;
	/* The handler has served its device. */
	if (intid >= 16 && intid != LINKED && any(4)) {
		r->line = false;
		set_line(&vm, cpu, intid, false);
	}
}

static void complete_one(unsigned cpu)
{
	unsigned slot = any(FAKE_SLOTS), intid = vm.cpu[cpu].slot[slot].intid;
	struct ref *r = of(cpu, intid);

	if (!vm.cpu[cpu].full[slot] || !vm.cpu[cpu].slot[slot].active) {
		return;
	}
	ck_assert(r->active);
	r->active = false;
	if (vm.cpu[cpu].slot[slot].hw) {
		r->line = false;
		linked_done[cpu] = true;
	}
	if (fake_complete(&vm, cpu, intid)) {
		leave(cpu);
	}
}

static void guest_acts(void)
{
	unsigned cpu = any(CPUS);

	if (!inside[cpu]) {
		inside[cpu] = true;
		fake_enter(&vm, cpu);
		return;
	}
	switch (any(5)) {
	case 0:
		leave(cpu);
		break;
	case 1:
	case 2:
		take_one(cpu);
		break;
	default:
		complete_one(cpu);
	}
}

/* ---- devices and registers ---- */

static void line_moves(void)
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

static void sgi_is_sent(void)
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
static void write_bit(unsigned cpu, unsigned intid, uint32_t base)
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

static void register_is_written(void)
{
	static const act_fn act[] = {enable_changes, enable_changes,   pending_is_set, pending_is_cleared,
				     active_changes, priority_changes, group_changes,  route_changes,
				     config_changes, vcpu_is_reset,    groups_change};
	unsigned cpu = any(CPUS), intid = any(INTIDS);

	leave(cpu);
	act[any(AX_ARRAY_SIZE(act))](of(cpu, intid), cpu, intid);
}

/* With all vCPUs out, the registers tell what the reference tells. */
static void compare(void)
{
	leave_all();
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		for (unsigned first = cpu ? 0 : 32; first < INTIDS; first += 32) {
			unsigned row = cpu ? 0 : first;
			uint32_t p = 0, a = 0;

			if (cpu && first) {
				break;
			}
			for (unsigned i = 0; i < 32; i++) {
				p |= (uint32_t)pending(of(cpu, row + i)) << i;
				a |= (uint32_t)of(cpu, row + i)->active << i;
			}
			if (row) {
				ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISPENDR + row / 8), p);
				ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISACTIVER + row / 8), a);
			} else {
				ck_assert_uint_eq(sgi_base_read(&vm, cpu, AX_GICR_ISPENDR0), p);
				ck_assert_uint_eq(sgi_base_read(&vm, cpu, AX_GICR_ISACTIVER0), a);
			}
		}
	}
}

static void start(uint64_t first)
{
	fake_vm_create(&vm, CPUS, SPIS);
	ax_vgicv3_link_hw(vm.chip, LINKED, 40);
	fake_enable_all(&vm, CPUS, SPIS);
	vm.on_kick = on_kick;
	memset(ref, 0, sizeof(ref));
	memset(inside, 0, sizeof(inside));
	memset(must_exit, 0, sizeof(must_exit));
	memset(linked_done, 0, sizeof(linked_done));
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		for (unsigned i = 0; i < INTIDS; i++) {
			ref[cpu][i] = (struct ref){.enabled = true, .group1 = true, .edge = i < 16};
		}
	}
	groups = 3;
	acks = 0;
	seed = first;
}

/* Opens every gate, silences every line, and lets the guests take what there is. */
static void drain(void)
{
	leave_all();
	groups = 3;
	fake_write(&vm, 0, 0, AX_GICD_CTLR, 4, groups);
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		for (unsigned i = cpu ? 0 : 16; i < (cpu ? 32 : INTIDS); i++) {
			struct ref *r = of(cpu, i);

			r->enabled = true;
			write_bit(cpu, i, AX_GICD_ISENABLER);
			r->active = false;
			write_bit(cpu, i, AX_GICD_ICACTIVER);
			if (i >= 32) {
				r->target = i % CPUS;
				fake_write(&vm, cpu, 0, AX_GICD_IROUTER + 8 * i, 8, r->target);
			}
			if (r->line && i >= 16) {
				r->line = false;
				set_line(&vm, cpu, i, false);
			}
		}
	}
	for (unsigned round = 0; round < 100000; round++) {
		guest_acts();
		settle();
	}
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		ck_assert_uint_eq(best(cpu, false), 256);
		ck_assert(!vm.chip->ops->pending(vm.chip, cpu));
	}
}

START_TEST(no_interrupt_is_lost_doubled_or_late)
{
	/* From guests that hardly get along to guests that are mostly idle. */
	unsigned busy = 10u << _i;

	start(0x1234567 + (uint64_t)_i * 7919);
	for (unsigned step = 0; step < 100000; step++) {
		unsigned what = any(busy + 7);

		if (what < 4) {
			line_moves();
		} else if (what < 5) {
			sgi_is_sent();
		} else if (what < 7) {
			register_is_written();
		} else {
			guest_acts();
		}
		settle();
		if (step % 1000 == 0) {
			compare();
		}
	}
	ck_assert_uint_gt(acks, 1000);
	drain();
	compare();
	fake_vm_destroy(&vm);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vgicv3 model");
	TCase *tcase = tcase_create("model");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 100);
	tcase_add_loop_test(tcase, no_interrupt_is_lost_doubled_or_late, 0, 5);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
