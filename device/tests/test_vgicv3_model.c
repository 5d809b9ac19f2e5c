/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GICv3 model against a reference without slots: one small struct an interrupt, every act taking effect at once.
 * Devices, guests and registers do random things. Each acknowledgement must be of an interrupt that the reference has
 * pending and be the most urgent one (none doubled, none late), and when a guest finds nothing the reference must have
 * nothing or the hardware be about to exit (none lost). A vCPU leaves the guest only when kicked, when a completion
 * makes it, or of its own will: a kick the model forgets shows as a difference.
 */
#include "vgicv3_ref.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NONE AX_GIC_INTID_SPURIOUS

static bool inside[CPUS], must_exit[CPUS], linked_done[CPUS];
static unsigned acks;

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

void leave(unsigned cpu)
{
	if (inside[cpu]) {
		inside[cpu] = false;
		must_exit[cpu] = false;
		linked_done[cpu] = false;
		fake_exit(&vm, cpu);
	}
}

void leave_all(void)
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
