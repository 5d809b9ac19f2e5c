/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1 and the general SMCCC calls, each function and its hostile arguments. */
#include <string.h>

#include "psci.h"

START_TEST(versions_are_psci_1_1_and_smccc_1_1)
{
	ck_assert_int_eq(call(0, PSCI32(VERSION), 0, 0, 0), 0x10001);
	ck_assert_int_eq(call(0, 0x80000000, 0, 0, 0), 0x10001);
	ck_assert_uint_eq(mock(0)->results, 1);
}
END_TEST

START_TEST(unknown_calls_answer_not_supported_without_a_word)
{
	static const uint64_t unknown[] = {
		0,
		~0ull,
		0x84000015,
		0xc4000000,
		0x8400ffff,
		PSCI32(MIGRATE),
		PSCI32(MIGRATE_INFO_UP_CPU),
		PSCI64(CPU_OFF),
		0x84000050 /* TRNG_VERSION */,
		0x80008000,
		0x80007fff,
		0x80003fff /* workarounds */,
		0x80000002 /* SOC_ID */,
		0xc6000000,
		0xbf00ff01,
		0x95c1ba5e00000000ull,
	};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(unknown); i++) {
		ck_assert_int_eq(call(0, unknown[i], 1, 2, 3), NOT_SUPPORTED);
		ck_assert_uint_eq(mock(0)->results, 1);
	}
	ck_assert_str_eq(ax_mock_log(), "");
}
END_TEST

START_TEST(the_upper_half_of_the_function_id_does_not_count)
{
	ck_assert_int_eq(call(0, 0xdeadbeef00000000ull | PSCI32(VERSION), 0, 0, 0), 0x10001);
}
END_TEST

START_TEST(an_immediate_other_than_0_is_no_call)
{
	struct ax_exit exit = {.reason = AX_EXIT_HYPERCALL, .hypercall = {.nr = PSCI32(VERSION), .ext = 1}};

	exit_with(0, &exit);
	ck_assert_int_eq((int64_t)mock(0)->result[0], NOT_SUPPORTED);
}
END_TEST

START_TEST(features_tells_of_each_function)
{
	for (unsigned n = 0; n < FUNCTIONS; n++) {
		bool absent = n == MIGRATE || n == MIGRATE_INFO_UP_CPU;

		ck_assert_int_eq(call(0, PSCI32(FEATURES), PSCI32(n), 0, 0), absent ? NOT_SUPPORTED : SUCCESS);
	}
	ck_assert_int_eq(call(0, PSCI32(FEATURES), PSCI64(CPU_ON), 0, 0), SUCCESS);
	ck_assert_int_eq(call(0, PSCI32(FEATURES), PSCI64(CPU_OFF), 0, 0), NOT_SUPPORTED);
	ck_assert_int_eq(call(0, PSCI32(FEATURES), 0x80000000, 0, 0), SUCCESS);
	ck_assert_int_eq(call(0, PSCI32(FEATURES), 0x80000001, 0, 0), NOT_SUPPORTED);
	ck_assert_int_eq(call(0, PSCI32(FEATURES), PSCI32(FUNCTIONS), 0, 0), NOT_SUPPORTED);
	ck_assert_int_eq(call(0, PSCI32(FEATURES), ~0ull, 0, 0), NOT_SUPPORTED);
}
END_TEST

START_TEST(arch_features_promises_no_workaround)
{
	ck_assert_int_eq(call(0, 0x80000001, 0x80000000, 0, 0), SUCCESS);
	ck_assert_int_eq(call(0, 0x80000001, 0x80000001, 0, 0), SUCCESS);
	ck_assert_int_eq(call(0, 0x80000001, 0x80008000, 0, 0), NOT_SUPPORTED);
	ck_assert_int_eq(call(0, 0x80000001, PSCI32(VERSION), 0, 0), NOT_SUPPORTED);
}
END_TEST

START_TEST(cpu_on_starts_a_vcpu_at_the_entry_with_the_context)
{
	ck_assert_int_eq(call(0, PSCI64(CPU_ON), 2, ENTRY, 0x123456789abcull), SUCCESS);
	ck_assert_uint_eq(mock(2)->entry.pc, ENTRY);
	ck_assert_uint_eq(mock(2)->entry.arg[0], 0x123456789abcull);
	ck_assert_uint_eq(vm->vcpu[2].state, AX_VCPU_HALTED);
	ck_assert_uint_eq(vm->vcpu[1].state, AX_VCPU_OFF);
	ck_assert_int_eq(call(0, PSCI64(CPU_ON), 2, ENTRY, 0), ALREADY_ON);
	ck_assert_int_eq(call(2, PSCI64(CPU_ON), 1, ENTRY, 0), SUCCESS);
}
END_TEST

START_TEST(a_32_bit_call_uses_the_lower_halves)
{
	uint64_t high = 0xffffffff00000000ull;

	ck_assert_int_eq(call(0, PSCI32(CPU_ON), high | 1, high | ENTRY, high | 7), SUCCESS);
	ck_assert_uint_eq(mock(1)->entry.pc, ENTRY);
	ck_assert_uint_eq(mock(1)->entry.arg[0], 7);
	ck_assert_int_eq(call(0, PSCI64(CPU_ON), high | 2, ENTRY, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(CPU_ON), 2, high | ENTRY, 0), INVALID_ADDRESS);
}
END_TEST

START_TEST(cpu_on_refuses_missing_targets_itself_and_entries_outside_ram)
{
	static const uint64_t target[] = {VCPUS, 0x100, 0x10000, AX_BIT(31), AX_BIT(32), ~0ull};
	static const uint64_t entry[] = {0,         UART_BASE, RAM_BASE - 4, RAM_BASE + RAM_SIZE,
					 ENTRY + 1, ENTRY + 2, ~0ull,        ~3ull};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(target); i++) {
		ck_assert_int_eq(call(0, PSCI64(CPU_ON), target[i], ENTRY, 0), INVALID_PARAMETERS);
	}
	for (unsigned i = 0; i < AX_ARRAY_SIZE(entry); i++) {
		ck_assert_int_eq(call(0, PSCI64(CPU_ON), 1, entry[i], 0), INVALID_ADDRESS);
	}
	ck_assert_int_eq(call(0, PSCI64(CPU_ON), 0, ENTRY, 0), ALREADY_ON);
	ck_assert_uint_eq(mock(1)->runs, 0);
}
END_TEST

START_TEST(of_callers_that_race_to_start_a_vcpu_one_wins)
{
	struct ax_exit on = {.reason = AX_EXIT_HYPERCALL, .hypercall = {.nr = PSCI64(CPU_ON), .arg = {3, ENTRY, 0}}};
	struct ax_exit ask = {.reason = AX_EXIT_HYPERCALL, .hypercall = {.nr = PSCI64(AFFINITY_INFO), .arg = {3, 0}}};
	unsigned won = 0, pending = 0;

	call(0, PSCI64(CPU_ON), 1, ENTRY, 0);
	call(0, PSCI64(CPU_ON), 2, ENTRY, 0);
	/* vCPU 3's task may not run before the others have tried: it is ready behind them. */
	for (unsigned i = 0; i < 3; i++) {
		on.hypercall.arg[2] = i;
		ax_mock_vcpu_push(vm->vcpu[i].arch, &on);
		ax_vcpu_kick(&vm->vcpu[i]);
	}
	ax_mock_run_until_idle();
	for (unsigned i = 0; i < 3; i++) {
		int64_t answer = (int64_t)mock(i)->result[0];

		won += answer == SUCCESS;
		pending += answer == ON_PENDING || answer == ALREADY_ON;
	}
	ck_assert_uint_eq(won, 1);
	ck_assert_uint_eq(pending, 2);
	ck_assert_uint_eq(mock(3)->resets, 1);
	exit_with(0, &ask);
	ck_assert_int_eq((int64_t)mock(0)->result[0], 0);
}
END_TEST

START_TEST(a_vcpu_being_started_is_pending)
{
	vm->vcpu[1].state = AX_VCPU_STARTING;
	ck_assert_int_eq(call(0, PSCI64(CPU_ON), 1, ENTRY, 0), ON_PENDING);
	ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), 1, 0, 0), 2);
	vm->vcpu[1].state = AX_VCPU_OFF;
}
END_TEST

START_TEST(cpu_off_and_freeze_end_a_vcpu_until_cpu_on)
{
	static const uint32_t off[] = {PSCI32(CPU_OFF), PSCI32(CPU_FREEZE)};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(off); i++) {
		unsigned runs;

		ck_assert_int_eq(call(0, PSCI64(CPU_ON), 1, ENTRY, i), SUCCESS);
		call(1, off[i], 0, 0, 0);
		ck_assert_uint_eq(vm->vcpu[1].state, AX_VCPU_OFF);
		ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), 1, 0, 0), 1);
		runs = mock(1)->runs;
		ax_vcpu_kick(&vm->vcpu[1]);
		ax_mock_run_until_idle();
		ck_assert_uint_eq(mock(1)->runs, runs);
	}
	ck_assert_uint_eq(mock(1)->entry.arg[0], 1);
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
}
END_TEST

START_TEST(affinity_info_knows_levels_0_to_3)
{
	ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), 0, 0, 0), 0);
	ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), 1, 0, 0), 1);
	for (unsigned level = 1; level <= 3; level++) {
		ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), 0xff, level, 0), 0);
	}
	ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), 0, 4, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), 0, ~0ull, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), VCPUS, 0, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), 0x10000, 2, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(AFFINITY_INFO), AX_BIT(31), 3, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI32(AFFINITY_INFO), AX_BIT(32) | 1, AX_BIT(32), 0), 1);
}
END_TEST

START_TEST(node_hw_state_tells_on_off_and_standby)
{
	ck_assert_int_eq(call(0, PSCI64(NODE_HW_STATE), 0, 0, 0), 0);
	ck_assert_int_eq(call(0, PSCI64(NODE_HW_STATE), 1, 0, 0), 1);
	call(0, PSCI64(CPU_ON), 1, ENTRY, 0);
	ck_assert_int_eq(call(0, PSCI64(NODE_HW_STATE), 1, 0, 0), 2);
	ck_assert_int_eq(call(0, PSCI64(NODE_HW_STATE), 1, 1, 0), 0);
	ck_assert_int_eq(call(0, PSCI64(NODE_HW_STATE), 1, 4, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(NODE_HW_STATE), 9, 0, 0), INVALID_PARAMETERS);
}
END_TEST

START_TEST(no_trusted_os_needs_migration)
{
	ck_assert_int_eq(call(0, PSCI32(MIGRATE_INFO_TYPE), 0, 0, 0), 2);
}
END_TEST

START_TEST(reset2_knows_the_architectural_reset_only)
{
	ck_assert_int_eq(call(0, PSCI64(SYSTEM_RESET2), 1, 0, 0), INVALID_PARAMETERS);
	ck_assert_int_eq(call(0, PSCI64(SYSTEM_RESET2), AX_BIT(31), 0, 0), INVALID_PARAMETERS);
	ck_assert_uint_eq(stops, 0);
	call(0, PSCI32(SYSTEM_RESET2), 0, 0, 0);
	ck_assert_int_eq(stop_reason, AX_STOP_REBOOT);
}
END_TEST

START_TEST(a_call_that_ends_the_vm_does_not_return)
{
	unsigned calls = mock(0)->hypercall_done, runs = mock(0)->runs;

	call(0, PSCI32(SYSTEM_OFF), 0, 0, 0);
	ck_assert_uint_eq(mock(0)->hypercall_done, calls);
	ck_assert_uint_eq(mock(0)->runs, runs + 1);
}
END_TEST

START_TEST(memory_is_always_protected_over_a_reset)
{
	ck_assert_int_eq(call(0, PSCI32(MEM_PROTECT), 1, 0, 0), 0);
	ck_assert_int_eq(call(0, PSCI32(MEM_PROTECT), 0, 0, 0), 1);
	ck_assert_int_eq(call(0, PSCI32(MEM_PROTECT), 0, 0, 0), 0);
	ck_assert_int_eq(call(0, PSCI64(MEM_PROTECT_CHECK_RANGE), RAM_BASE, RAM_SIZE, 0), SUCCESS);
	ck_assert_int_eq(call(0, PSCI64(MEM_PROTECT_CHECK_RANGE), RAM_BASE, RAM_SIZE + 1, 0), DENIED);
	ck_assert_int_eq(call(0, PSCI64(MEM_PROTECT_CHECK_RANGE), RAM_BASE, ~0ull, 0), DENIED);
	ck_assert_int_eq(call(0, PSCI64(MEM_PROTECT_CHECK_RANGE), RAM_BASE, 0, 0), DENIED);
	ck_assert_int_eq(call(0, PSCI64(MEM_PROTECT_CHECK_RANGE), ~0ull, 2, 0), DENIED);
}
END_TEST

TCase *psci_tests(void)
{
	TCase *tc = tcase_create("psci");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, versions_are_psci_1_1_and_smccc_1_1);
	tcase_add_test(tc, unknown_calls_answer_not_supported_without_a_word);
	tcase_add_test(tc, the_upper_half_of_the_function_id_does_not_count);
	tcase_add_test(tc, an_immediate_other_than_0_is_no_call);
	tcase_add_test(tc, features_tells_of_each_function);
	tcase_add_test(tc, arch_features_promises_no_workaround);
	tcase_add_test(tc, cpu_on_starts_a_vcpu_at_the_entry_with_the_context);
	tcase_add_test(tc, a_32_bit_call_uses_the_lower_halves);
	tcase_add_test(tc, cpu_on_refuses_missing_targets_itself_and_entries_outside_ram);
	tcase_add_test(tc, of_callers_that_race_to_start_a_vcpu_one_wins);
	tcase_add_test(tc, a_vcpu_being_started_is_pending);
	tcase_add_test(tc, cpu_off_and_freeze_end_a_vcpu_until_cpu_on);
	tcase_add_test(tc, affinity_info_knows_levels_0_to_3);
	tcase_add_test(tc, node_hw_state_tells_on_off_and_standby);
	tcase_add_test(tc, no_trusted_os_needs_migration);
	tcase_add_test(tc, reset2_knows_the_architectural_reset_only);
	tcase_add_test(tc, a_call_that_ends_the_vm_does_not_return);
	tcase_add_test(tc, memory_is_always_protected_over_a_reset);
	return tc;
}
