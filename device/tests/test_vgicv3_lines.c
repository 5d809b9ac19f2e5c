/* SPDX-License-Identifier: Apache-2.0 */
/* The GICv3 model at work: SGIs, edges, levels and interrupts linked to hardware, on their way to the guest. */
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

/* ---- SGIs ---- */

START_TEST(an_sgi_reaches_those_in_its_list_once)
{
	send_sgi(&vm, 0, 3 << 24 | 0x6);
	ck_assert_uint_eq(vm.cpu[1].kicks, 1);
	ck_assert_uint_eq(vm.cpu[2].kicks, 1);
	ck_assert_uint_eq(handle(0), NONE);
	for (unsigned v = 1; v <= 2; v++) {
		ck_assert(vm.chip->ops->pending(vm.chip, v));
		ck_assert_uint_eq(handle(v), 3);
		ck_assert_uint_eq(handle(v), NONE);
		ck_assert(!vm.chip->ops->pending(vm.chip, v));
	}
}
END_TEST

START_TEST(an_sgi_to_oneself_needs_no_kick)
{
	send_sgi(&vm, 1, 15 << 24 | 2);
	ck_assert_uint_eq(vm.cpu[1].kicks, 0);
	ck_assert_uint_eq(handle(1), 15);
}
END_TEST

START_TEST(an_sgi_to_all_others_leaves_out_the_sender)
{
	send_sgi(&vm, 1, AX_GIC_SGIR_IRM | 7 << 24 | 0xffff);
	ck_assert_uint_eq(handle(0), 7);
	ck_assert_uint_eq(handle(1), NONE);
	ck_assert_uint_eq(handle(2), 7);
}
END_TEST

START_TEST(targets_that_do_not_exist_are_ignored)
{
	static const uint64_t nobody[] = {0xfff8, 1ull << 16 | 7, 1ull << 32 | 7, 1ull << 48 | 7, 1ull << 44 | 7, 0};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(nobody); i++) {
		send_sgi(&vm, 0, nobody[i]);
		for (unsigned v = 0; v < CPUS; v++) {
			ck_assert(!vm.chip->ops->pending(vm.chip, v));
		}
	}
}
END_TEST

START_TEST(the_group_0_register_sends_only_what_is_in_group_0)
{
	sgi_base_write(&vm, 1, AX_GICR_IGROUPR0, 0xfffe);
	fake_write(&vm, 0, 2, 2, 8, 0 << 24 | 2);
	fake_write(&vm, 0, 2, 2, 8, 1 << 24 | 2);
	fake_write(&vm, 0, 2, 1, 8, 2 << 24 | 2);
	fake_enter(&vm, 1);
	ck_assert_uint_eq(fake_used(&vm, 1), 1);
	ck_assert(!fake_find(&vm, 1, 0)->group1);
}
END_TEST

START_TEST(an_sgi_sent_while_active_is_delivered_again)
{
	send_sgi(&vm, 0, 1 << 24 | 2);
	fake_enter(&vm, 1);
	ck_assert_uint_eq(fake_ack(&vm, 1), 1);
	fake_exit(&vm, 1);
	send_sgi(&vm, 0, 1 << 24 | 2);
	send_sgi(&vm, 0, 1 << 24 | 2);
	fake_enter(&vm, 1);
	ck_assert_uint_eq(fake_ack(&vm, 1), NONE);
	fake_complete(&vm, 1, 1);
	ck_assert_uint_eq(fake_ack(&vm, 1), 1);
	fake_complete(&vm, 1, 1);
	fake_exit(&vm, 1);
	ck_assert_uint_eq(handle(1), NONE);
}
END_TEST

/* ---- lines ---- */

START_TEST(an_edge_is_delivered_once)
{
	make_edge(1);
	pulse(40);
	ck_assert_uint_eq(vm.cpu[0].kicks, 1);
	ck_assert_uint_eq(handle(0), 40);
	ck_assert_uint_eq(handle(0), NONE);
	set_line(&vm, 0, 40, true);
	set_line(&vm, 0, 40, true);
	ck_assert_uint_eq(handle(0), 40);
	ck_assert_uint_eq(handle(0), NONE);
	set_line(&vm, 0, 40, false);
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(a_level_is_delivered_until_it_falls)
{
	set_line(&vm, 0, 40, true);
	for (unsigned i = 0; i < 3; i++) {
		fake_enter(&vm, 0);
		ck_assert_uint_eq(fake_ack(&vm, 0), 40);
		ck_assert(fake_complete(&vm, 0, 40));
		fake_exit(&vm, 0);
	}
	fake_enter(&vm, 0);
	ck_assert_uint_eq(fake_ack(&vm, 0), 40);
	fake_exit(&vm, 0);
	set_line(&vm, 0, 40, false);
	fake_enter(&vm, 0);
	ck_assert(!fake_complete(&vm, 0, 40));
	fake_exit(&vm, 0);
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(a_level_that_falls_before_it_was_taken_is_withdrawn)
{
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 0);
	ck_assert_ptr_nonnull(fake_find(&vm, 0, 40));
	vm.cpu[0].kicks = 0;
	set_line(&vm, 0, 40, false);
	ck_assert_uint_eq(vm.cpu[0].kicks, 1);
	fake_exit(&vm, 0);
	ck_assert(!vm.chip->ops->pending(vm.chip, 0));
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(a_level_that_rises_again_while_active_makes_completion_exit)
{
	set_line(&vm, 0, 40, true);
	fake_enter(&vm, 0);
	fake_ack(&vm, 0);
	fake_exit(&vm, 0);
	set_line(&vm, 0, 40, false);
	fake_enter(&vm, 0);
	vm.cpu[0].kicks = 0;
	set_line(&vm, 0, 40, true);
	ck_assert_uint_eq(vm.cpu[0].kicks, 1);
	fake_exit(&vm, 0);
	fake_enter(&vm, 0);
	ck_assert(fake_complete(&vm, 0, 40));
	fake_exit(&vm, 0);
	ck_assert_uint_eq(handle(0), 40);
}
END_TEST

START_TEST(software_can_pend_and_unpend_a_level_but_not_lower_its_line)
{
	dist_write(&vm, AX_GICD_ISPENDR + 4, AX_BIT(8));
	ck_assert_uint_eq(handle(0), 40);
	ck_assert_uint_eq(handle(0), NONE);
	dist_write(&vm, AX_GICD_ISPENDR + 4, AX_BIT(8));
	dist_write(&vm, AX_GICD_ICPENDR + 4, AX_BIT(8));
	ck_assert_uint_eq(handle(0), NONE);
	set_line(&vm, 0, 40, true);
	dist_write(&vm, AX_GICD_ICPENDR + 4, AX_BIT(8));
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISPENDR + 4), AX_BIT(8));
	ck_assert_uint_eq(handle(0), 40);
}
END_TEST

START_TEST(software_can_take_back_an_edge_from_its_slot)
{
	make_edge(1);
	pulse(40);
	fake_enter(&vm, 0);
	ck_assert_ptr_nonnull(fake_find(&vm, 0, 40));
	fake_exit(&vm, 0);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISPENDR + 4), AX_BIT(8));
	dist_write(&vm, AX_GICD_ICPENDR + 4, AX_BIT(8));
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISPENDR + 4), 0);
	ck_assert_uint_eq(handle(0), NONE);
}
END_TEST

START_TEST(private_lines_are_each_vcpus_own_and_sgis_have_none)
{
	set_line(&vm, 2, 20, true);
	set_line(&vm, 2, 3, true);
	set_line(&vm, CPUS, 20, true);
	ck_assert_uint_eq(handle(0), NONE);
	ck_assert_uint_eq(handle(2), 20);
}
END_TEST

/* ---- linked to hardware ---- */

START_TEST(a_linked_interrupt_is_completed_by_hardware_and_raised_again_by_it)
{
	ax_vgicv3_link_hw(vm.chip, 27, 42);
	set_line(&vm, 1, 27, true);
	ck_assert(ax_vgicv3_hw_active(vm.chip, 1, 27));
	ck_assert(!ax_vgicv3_hw_active(vm.chip, 0, 27));
	fake_enter(&vm, 1);
	ck_assert(fake_find(&vm, 1, 27)->hw);
	ck_assert_uint_eq(fake_find(&vm, 1, 27)->hwirq, 42);
	ck_assert_uint_eq(fake_ack(&vm, 1), 27);
	fake_exit(&vm, 1);
	ck_assert(ax_vgicv3_hw_active(vm.chip, 1, 27));
	set_line(&vm, 1, 27, true);
	fake_enter(&vm, 1);
	ck_assert(!fake_complete(&vm, 1, 27));
	fake_exit(&vm, 1);
	ck_assert(!ax_vgicv3_hw_active(vm.chip, 1, 27));
	ck_assert_uint_eq(handle(1), NONE);
	set_line(&vm, 1, 27, true);
	ck_assert_uint_eq(handle(1), 27);
}
END_TEST

START_TEST(only_ppis_can_be_linked)
{
	ax_vgicv3_link_hw(vm.chip, 15, 1);
	ax_vgicv3_link_hw(vm.chip, 32, 1);
	ax_vgicv3_link_hw(vm.chip, ~0u, 1);
	send_sgi(&vm, 0, 15 << 24 | 1);
	set_line(&vm, 0, 32, true);
	fake_enter(&vm, 0);
	ck_assert(!fake_find(&vm, 0, 15)->hw);
	ck_assert(!fake_find(&vm, 0, 32)->hw);
	ck_assert(!ax_vgicv3_hw_active(vm.chip, 0, ~0u));
	ck_assert(!ax_vgicv3_hw_active(vm.chip, CPUS, 27));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vgicv3 lines");
	TCase *tcase = tcase_create("lines");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, an_sgi_reaches_those_in_its_list_once);
	tcase_add_test(tcase, an_sgi_to_oneself_needs_no_kick);
	tcase_add_test(tcase, an_sgi_to_all_others_leaves_out_the_sender);
	tcase_add_test(tcase, targets_that_do_not_exist_are_ignored);
	tcase_add_test(tcase, the_group_0_register_sends_only_what_is_in_group_0);
	tcase_add_test(tcase, an_sgi_sent_while_active_is_delivered_again);
	tcase_add_test(tcase, an_edge_is_delivered_once);
	tcase_add_test(tcase, a_level_is_delivered_until_it_falls);
	tcase_add_test(tcase, a_level_that_falls_before_it_was_taken_is_withdrawn);
	tcase_add_test(tcase, a_level_that_rises_again_while_active_makes_completion_exit);
	tcase_add_test(tcase, software_can_pend_and_unpend_a_level_but_not_lower_its_line);
	tcase_add_test(tcase, software_can_take_back_an_edge_from_its_slot);
	tcase_add_test(tcase, private_lines_are_each_vcpus_own_and_sgis_have_none);
	tcase_add_test(tcase, a_linked_interrupt_is_completed_by_hardware_and_raised_again_by_it);
	tcase_add_test(tcase, only_ppis_can_be_linked);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
