/* SPDX-License-Identifier: Apache-2.0 */
/* The GICv3 model at work: enables, groups and routes that change, and more interrupts than list registers. */
#include "fake_cpu.h"

#include <check.h>
#include <stdlib.h>

#define CPUS 3u
#define SPIS 64u
#define NONE AX_GIC_INTID_SPURIOUS

static struct fake_vm vm;

static void set_up(void)
{
	fake_vm_create(&vm, CPUS, SPIS);
	fake_enable_all(&vm, CPUS, SPIS);
	for (unsigned v = 0; v < CPUS; v++) {
		fake_enter(&vm, v);
		fake_exit(&vm, v);
		vm.cpu[v].kicks = 0;
	}
}

static void tear_down(void)
{
	fake_vm_destroy(&vm);
}

static void make_edge(unsigned spi_bank)
{
	dist_write(&vm, AX_GICD_ICFGR + spi_bank * 8, ~0u);
	dist_write(&vm, AX_GICD_ICFGR + spi_bank * 8 + 4, ~0u);
}

static void pulse(unsigned intid)
{
	set_line(&vm, 0, intid, true);
	set_line(&vm, 0, intid, false);
}

static void route(unsigned intid, uint64_t value)
{
	fake_write(&vm, 0, 0, AX_GICD_IROUTER + 8 * intid, 8, value);
}

static void priority(unsigned intid, unsigned value)
{
	fake_write(&vm, 0, 0, AX_GICD_IPRIORITYR + intid, 1, value);
}

/* One whole round of a vCPU that handles one interrupt. */
static unsigned handle(unsigned vcpu)
{
	unsigned intid;

	fake_enter(&vm, vcpu);
	intid = fake_ack(&vm, vcpu);
	if (intid != NONE) {
		fake_complete(&vm, vcpu, intid);
	}
	fake_exit(&vm, vcpu);
	return intid;
}

/* ---- enables, groups, routes ---- */

START_TEST(an_interrupt_disabled_in_its_slot_comes_back_when_enabled)
{
	make_edge(1);
	pulse(40);
	fake_enter(&vm, 0);
	fake_exit(&vm, 0);
	dist_write(&vm, AX_GICD_ICENABLER + 4, AX_BIT(8));
	fake_enter(&vm, 0);
	ck_assert_uint_eq(fake_used(&vm, 0), 0);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISPENDR + 4), AX_BIT(8));
	fake_exit(&vm, 0);
	dist_write(&vm, AX_GICD_ISENABLER + 4, AX_BIT(8));
	ck_assert_uint_eq(handle(0), 40);
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(an_active_interrupt_stays_when_disabled)
{
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 0);
	fake_ack(&vm, 0);
	fake_exit(&vm, 0);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISACTIVER + 4), AX_BIT(8));
	dist_write(&vm, AX_GICD_ICENABLER + 4, AX_BIT(8));
	fake_enter(&vm, 0);
	ck_assert(fake_find(&vm, 0, 40)->active);
	fake_complete(&vm, 0, 40);
	fake_exit(&vm, 0);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISACTIVER + 4), 0);
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(each_group_has_its_own_enable)
{
	sgi_base_write(&vm, 1, AX_GICR_IGROUPR0, 0xfffe);
	send_sgi(&vm, 0, 0 << 24 | 2);
	send_sgi(&vm, 0, 1 << 24 | 2);
	dist_write(&vm, AX_GICD_CTLR, AX_GICD_CTLR_ENABLE_GRP1);
	fake_enter(&vm, 1);
	ck_assert_uint_eq(fake_used(&vm, 1), 1);
	ck_assert(fake_find(&vm, 1, 1)->group1);
	fake_exit(&vm, 1);
	dist_write(&vm, AX_GICD_CTLR, AX_GICD_CTLR_ENABLE_GRP0);
	fake_enter(&vm, 1);
	ck_assert_uint_eq(fake_used(&vm, 1), 1);
	ck_assert(!fake_find(&vm, 1, 0)->group1);
	fake_exit(&vm, 1);
	dist_write(&vm, AX_GICD_CTLR, 0);
	fake_enter(&vm, 1);
	ck_assert_uint_eq(fake_used(&vm, 1), 0);
	ck_assert(!vm.chip->ops->pending(vm.chip, 1));
}
END_TEST

START_TEST(a_pending_interrupt_follows_its_route)
{
	make_edge(1);
	pulse(40);
	fake_enter(&vm, 0);
	route(40, 2);
	ck_assert_uint_eq(vm.cpu[0].kicks, 1);
	fake_exit(&vm, 0);
	fake_enter(&vm, 0);
	ck_assert_uint_eq(fake_used(&vm, 0), 0);
	ck_assert_uint_eq(vm.cpu[2].kicks, 1);
	ck_assert_uint_eq(handle(2), 40);
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(an_active_interrupt_is_completed_where_it_is_and_then_follows)
{
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 0);
	fake_ack(&vm, 0);
	fake_exit(&vm, 0);
	route(40, 1);
	ck_assert_uint_eq(handle(1), NONE);
	fake_enter(&vm, 0);
	ck_assert(fake_complete(&vm, 0, 40));
	vm.cpu[1].kicks = 0;
	fake_exit(&vm, 0);
	ck_assert_uint_eq(vm.cpu[1].kicks, 1);
	ck_assert_uint_eq(handle(0), NONE);
	ck_assert_uint_eq(handle(1), 40);
}
END_TEST

START_TEST(a_route_to_nobody_keeps_the_interrupt_pending)
{
	make_edge(1);
	route(40, 0xff);
	pulse(40);
	for (unsigned v = 0; v < CPUS; v++) {
		ck_assert_uint_eq(handle(v), NONE);
		ck_assert(!vm.chip->ops->pending(vm.chip, v));
	}
	route(40, AX_GICD_IROUTER_IRM | 0xff);
	ck_assert_uint_eq(handle(0), 40);
}
END_TEST

/* ---- more than fit ---- */

START_TEST(the_most_urgent_get_the_slots_and_none_is_lost)
{
	make_edge(1);
	for (unsigned i = 0; i < 32; i++) {
		priority(32 + i, ((i * 7) & 31) << 3);
		pulse(32 + i);
	}
	for (unsigned i = 0; i < 32; i++) {
		fake_enter(&vm, 0);
		ck_assert(vm.cpu[0].notify_free == (i < 32 - FAKE_SLOTS));
		ck_assert_uint_eq((fake_ack(&vm, 0) * 7) & 31, i);
		fake_complete(&vm, 0, 32 + (i * 23 & 31));
		fake_exit(&vm, 0);
	}
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(a_more_urgent_newcomer_displaces_a_waiting_one)
{
	make_edge(1);
	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		priority(32 + i, 0x80 + i * 8);
		pulse(32 + i);
	}
	fake_enter(&vm, 0);
	fake_exit(&vm, 0);
	priority(50, 0x10);
	pulse(50);
	fake_enter(&vm, 0);
	ck_assert_ptr_null(fake_find(&vm, 0, 32 + FAKE_SLOTS - 1));
	ck_assert_uint_eq(fake_ack(&vm, 0), 50);
	fake_exit(&vm, 0);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISPENDR + 4), 0xf);
}
END_TEST

START_TEST(active_interrupts_keep_their_slots)
{
	make_edge(1);
	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		priority(32 + i, 0xf8);
		pulse(32 + i);
	}
	fake_enter(&vm, 0);
	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		ck_assert_uint_ne(fake_ack(&vm, 0), NONE);
	}
	fake_exit(&vm, 0);
	pulse(60);
	fake_enter(&vm, 0);
	ck_assert_uint_eq(fake_ack(&vm, 0), NONE);
	ck_assert(vm.cpu[0].notify_free);
	ck_assert(fake_complete(&vm, 0, 33));
	fake_exit(&vm, 0);
	fake_enter(&vm, 0);
	ck_assert_uint_eq(fake_ack(&vm, 0), 60);
	ck_assert(!vm.cpu[0].notify_free);
}
END_TEST

START_TEST(an_interrupt_made_active_by_software_can_be_completed)
{
	dist_write(&vm, AX_GICD_ISACTIVER + 4, AX_BIT(8));
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 0);
	ck_assert_uint_eq(fake_ack(&vm, 0), NONE);
	ck_assert(fake_complete(&vm, 0, 40));
	fake_exit(&vm, 0);
	ck_assert_uint_eq(handle(0), 40);
}
END_TEST

START_TEST(an_active_state_withdrawn_by_software_leaves_the_slot)
{
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 0);
	fake_ack(&vm, 0);
	fake_exit(&vm, 0);
	set_line(&vm, 0, 40, false);
	dist_write(&vm, AX_GICD_ICACTIVER + 4, AX_BIT(8));
	fake_enter(&vm, 0);
	ck_assert_uint_eq(fake_used(&vm, 0), 0);
}
END_TEST

/* ---- the rest ---- */

START_TEST(a_reader_that_polls_another_vcpus_interrupt_sees_it_end)
{
	route(40, 1);
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 1);
	fake_ack(&vm, 1);
	fake_exit(&vm, 1);
	fake_enter(&vm, 1);
	fake_complete(&vm, 1, 40);
	set_line(&vm, 0, 40, false);
	vm.cpu[1].kicks = 0;
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISACTIVER + 4), AX_BIT(8));
	ck_assert_uint_eq(vm.cpu[1].kicks, 1);
	fake_exit(&vm, 1);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISACTIVER + 4), 0);
}
END_TEST

START_TEST(nothing_in_flight_costs_no_slot_access)
{
	for (unsigned i = 0; i < 10; i++) {
		fake_enter(&vm, 0);
		fake_exit(&vm, 0);
	}
	ck_assert_uint_eq(vm.cpu[0].slot_reads + vm.cpu[0].slot_writes, 0);
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 0);
	for (unsigned i = 0; i < 10; i++) {
		fake_exit(&vm, 0);
		fake_enter(&vm, 0);
	}
	ck_assert_uint_eq(vm.cpu[0].slot_reads, 10);
	ck_assert_uint_eq(vm.cpu[0].slot_writes, 1);
}
END_TEST

START_TEST(a_vcpu_reset_clears_what_is_private_and_gives_back_the_rest)
{
	make_edge(1);
	pulse(40);
	send_sgi(&vm, 1, 1 << 24 | 1);
	fake_enter(&vm, 0);
	fake_exit(&vm, 0);
	vm.chip->ops->reset_vcpu(vm.chip, 0);
	ck_assert_uint_eq(fake_used(&vm, 0), 0);
	ck_assert_uint_eq(sgi_base_read(&vm, 0, AX_GICR_ISPENDR0), 0);
	ck_assert_uint_eq(sgi_base_read(&vm, 0, AX_GICR_ISENABLER0), 0);
	ck_assert_uint_eq(sgi_base_read(&vm, 1, AX_GICR_ISENABLER0), ~0u);
	ck_assert_uint_eq(handle(0), 40);
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(an_interrupt_that_is_active_does_not_end_a_halt)
{
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 0);
	fake_ack(&vm, 0);
	fake_exit(&vm, 0);
	ck_assert(!vm.chip->ops->pending(vm.chip, 0));
	set_line(&vm, 0, 41, true);
	ck_assert(vm.chip->ops->pending(vm.chip, 0));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vgicv3 slots");
	TCase *tcase = tcase_create("slots");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, an_interrupt_disabled_in_its_slot_comes_back_when_enabled);
	tcase_add_test(tcase, an_active_interrupt_stays_when_disabled);
	tcase_add_test(tcase, each_group_has_its_own_enable);
	tcase_add_test(tcase, a_pending_interrupt_follows_its_route);
	tcase_add_test(tcase, an_active_interrupt_is_completed_where_it_is_and_then_follows);
	tcase_add_test(tcase, a_route_to_nobody_keeps_the_interrupt_pending);
	tcase_add_test(tcase, the_most_urgent_get_the_slots_and_none_is_lost);
	tcase_add_test(tcase, a_more_urgent_newcomer_displaces_a_waiting_one);
	tcase_add_test(tcase, active_interrupts_keep_their_slots);
	tcase_add_test(tcase, an_interrupt_made_active_by_software_can_be_completed);
	tcase_add_test(tcase, an_active_state_withdrawn_by_software_leaves_the_slot);
	tcase_add_test(tcase, a_reader_that_polls_another_vcpus_interrupt_sees_it_end);
	tcase_add_test(tcase, nothing_in_flight_costs_no_slot_access);
	tcase_add_test(tcase, a_vcpu_reset_clears_what_is_private_and_gives_back_the_rest);
	tcase_add_test(tcase, an_interrupt_that_is_active_does_not_end_a_halt);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
