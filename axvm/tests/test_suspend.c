/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI's sleep: standby, power-down, what wakes and where the vCPU goes on. */
#include "psci.h"

START_TEST(a_standby_ends_with_success_behind_the_call)
{
	unsigned calls = mock(0)->hypercall_done;
	struct ax_exit exit = {.reason = AX_EXIT_HYPERCALL, .hypercall = {.nr = PSCI64(CPU_SUSPEND), .arg = {0, 0, 0}}};

	exit_with(0, &exit);
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
	ck_assert_uint_eq(mock(0)->hypercall_done, calls);
	ax_mock_clock_advance(AX_MOCK_HZ / 1000);
	ax_vcpu_kick(&vm->vcpu[0]);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(mock(0)->hypercall_done, calls + 1);
	ck_assert_int_eq((int64_t)mock(0)->result[0], SUCCESS);
	ck_assert_int_eq(call(0, PSCI64(STAT_COUNT), 0, 0, 0), 1);
	ck_assert_int_eq(call(0, PSCI64(STAT_RESIDENCY), 0, 0, 0), 1000);
	ck_assert_int_eq(call(0, PSCI64(STAT_COUNT), 0, AX_BIT(16), 0), 0);
}
END_TEST

static void resumes_at_entry(const struct ax_exit *exit, uint64_t context)
{
	unsigned calls = mock(0)->hypercall_done, resets = mock(0)->resets;

	exit_with(0, exit);
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
	ck_assert_uint_eq(mock(0)->resets, resets);
	ax_vcpu_kick(&vm->vcpu[0]);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(mock(0)->hypercall_done, calls);
	ck_assert_uint_eq(mock(0)->resets, resets + 1);
	ck_assert_uint_eq(mock(0)->entry.pc, ENTRY);
	ck_assert_uint_eq(mock(0)->entry.arg[0], context);
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
}

START_TEST(a_power_down_resumes_at_the_entry_with_the_context)
{
	struct ax_exit exit = {.reason = AX_EXIT_HYPERCALL,
			       .hypercall = {.nr = PSCI64(CPU_SUSPEND), .arg = {AX_BIT(16) | AX_BIT(24), ENTRY, 42}}};

	resumes_at_entry(&exit, 42);
	exit.hypercall.nr = PSCI64(CPU_DEFAULT_SUSPEND);
	exit.hypercall.arg[0] = ENTRY;
	exit.hypercall.arg[1] = 43;
	resumes_at_entry(&exit, 43);
	exit.hypercall.nr = PSCI64(SYSTEM_SUSPEND);
	exit.hypercall.arg[1] = 44;
	resumes_at_entry(&exit, 44);
	ck_assert_int_eq(call(0, PSCI64(STAT_COUNT), 0, AX_BIT(16), 0), 3);
}
END_TEST

START_TEST(suspend_refuses_bad_states_and_entries)
{
	ck_assert_int_eq(call(0, PSCI64(CPU_SUSPEND), AX_BIT(17), ENTRY, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(CPU_SUSPEND), AX_BIT(32), ENTRY, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(CPU_SUSPEND), AX_BIT(16), 0, 0), INVALID_ADDRESS);
	ck_assert_int_eq(call(0, PSCI64(CPU_DEFAULT_SUSPEND), UART_BASE, 0, 0), INVALID_ADDRESS);
	ck_assert_int_eq(call(0, PSCI64(SYSTEM_SUSPEND), ~0ull, 0, 0), INVALID_ADDRESS);
}
END_TEST

START_TEST(system_suspend_is_for_the_last_vcpu_that_is_on)
{
	call(0, PSCI64(CPU_ON), 1, ENTRY, 0);
	ck_assert_int_eq(call(0, PSCI64(SYSTEM_SUSPEND), ENTRY, 0, 0), DENIED);
}
END_TEST

START_TEST(a_vm_stops_while_a_vcpu_is_suspended)
{
	struct ax_exit exit = {.reason = AX_EXIT_HYPERCALL,
			       .hypercall = {.nr = PSCI64(CPU_SUSPEND), .arg = {AX_BIT(16), ENTRY, 0}}};

	exit_with(0, &exit);
	ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
	ck_assert_uint_eq(vm->state, AX_VM_STOPPED);
}
END_TEST

START_TEST(only_platform_coordinated_mode_can_be_set)
{
	ck_assert_int_eq(call(0, PSCI32(SET_SUSPEND_MODE), 0, 0, 0), SUCCESS);
	ck_assert_int_eq(call(0, PSCI32(SET_SUSPEND_MODE), 1, 0, 0), NOT_SUPPORTED);
	ck_assert_int_eq(call(0, PSCI32(SET_SUSPEND_MODE), 2, 0, 0), INVALID_PARAMETERS);
}
END_TEST

START_TEST(statistics_of_what_is_not_there_are_0)
{
	ck_assert_int_eq(call(0, PSCI64(STAT_COUNT), 77, 0, 0), 0);
	ck_assert_int_eq(call(0, PSCI64(STAT_RESIDENCY), 0, ~0ull, 0), 0);
}
END_TEST

TCase *suspend_tests(void)
{
	TCase *tc = tcase_create("suspend");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_standby_ends_with_success_behind_the_call);
	tcase_add_test(tc, a_power_down_resumes_at_the_entry_with_the_context);
	tcase_add_test(tc, suspend_refuses_bad_states_and_entries);
	tcase_add_test(tc, system_suspend_is_for_the_last_vcpu_that_is_on);
	tcase_add_test(tc, a_vm_stops_while_a_vcpu_is_suspended);
	tcase_add_test(tc, only_platform_coordinated_mode_can_be_set);
	tcase_add_test(tc, statistics_of_what_is_not_there_are_0);
	return tc;
}
