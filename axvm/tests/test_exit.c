/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each exit ends where it should: a device, memory, a fault in the guest, the end of the VM; and the log stays bounded.
 */
#include <string.h>

#include "harness.h"

START_TEST(a_write_reaches_the_console)
{
	struct ax_exit exit = mmio(UART_BASE, 4, true, 'A');

	exit_with(0, &exit);
	ck_assert_str_eq(console, "A");
	ck_assert_uint_eq(mock(0)->mmio_done, 1);
	ck_assert_uint_eq(mock(0)->faults, 0);
}
END_TEST

START_TEST(a_read_brings_the_devices_answer_to_the_register)
{
	struct ax_exit exit = mmio(UART_BASE + 0xfe0, 4, false, 0); /* PeriphID0 */

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->gpr[5], 0x11);
}
END_TEST

START_TEST(an_access_to_nothing_is_a_fault_in_the_guest)
{
	struct ax_exit exit = mmio(0x10000000, 4, true, 1);

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->faults, 1);
	ck_assert_int_eq(mock(0)->fault.reason, AX_EXIT_MMIO);
	ck_assert_uint_eq(mock(0)->mmio_done, 0);
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
}
END_TEST

START_TEST(an_access_across_the_end_of_a_device_is_a_fault_in_the_guest)
{
	struct ax_exit exit = mmio(UART_BASE + 0xffe, 4, false, 0);

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->faults, 1);
	ck_assert_uint_eq(mock(0)->mmio_done, 0);
}
END_TEST

START_TEST(an_access_to_forbidden_or_missing_memory_is_a_fault_in_the_guest)
{
	struct ax_exit exit = {.reason = AX_EXIT_FAULT, .fault = {.gpa = {0}, .access = AX_PROT_EXEC}};

	exit_with(0, &exit);
	exit.fault.gpa = ax_gpa(~0ull);
	exit_with(0, &exit);
	exit.fault.gpa = ax_gpa(UART_BASE);
	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->faults, 3);
	ck_assert_int_eq(mock(0)->fault.reason, AX_EXIT_FAULT);
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
}
END_TEST

/* Fills the VM's first page from an image that lies in host memory. */
static void *lay_image(void)
{
	void *page = ax_port_page_alloc(0);

	memset(page, 0x5a, AX_PAGE_SIZE);
	ck_assert_int_eq(ax_aspace_add_image(vm->aspace, ax_gpa(RAM_BASE), ax_port_virt_to_phys(page), AX_PAGE_SIZE),
			 AX_OK);
	return page;
}

START_TEST(the_first_write_to_an_image_is_resolved_and_the_guest_enters_again)
{
	void *page = lay_image();
	struct ax_exit exit = {.reason = AX_EXIT_FAULT,
			       .fault = {.gpa = {RAM_BASE}, .access = AX_PROT_WRITE, .present = true}};
	unsigned runs = mock(0)->runs;

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->faults, 0);
	ck_assert_uint_gt(mock(0)->runs, runs + 1);
	exit = mmio(RAM_BASE, 4, true, 1); /* the same, when the backend could decode the access */
	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->faults, 0);
	ck_assert_uint_eq(mock(0)->mmio_done, 0);
	ax_vm_stop(vm);
	ax_vm_destroy(vm);
	vm = NULL;
	ax_port_page_free(page, 0);
}
END_TEST

START_TEST(without_memory_for_a_page_the_vm_stops_and_says_so)
{
	void *page = lay_image();
	struct ax_exit exit = {.reason = AX_EXIT_FAULT,
			       .fault = {.gpa = {RAM_BASE}, .access = AX_PROT_WRITE, .present = true}};

	ax_mock_fail_alloc(1, true);
	exit_with(0, &exit);
	if (ax_mock_alloc_failed()) {
		ck_assert_int_eq(stop_reason, AX_STOP_FAULT);
		ck_assert_uint_eq(ax_mock_log_count("vm test: no memory for the page"), 1);
	}
	ax_mock_fail_alloc(0, false);
	ax_vm_stop(vm);
	ax_vm_destroy(vm);
	vm = NULL;
	ax_port_page_free(page, 0);
}
END_TEST

START_TEST(an_unknown_system_register_is_an_undefined_instruction)
{
	struct ax_exit exit = {.reason = AX_EXIT_SYSREG, .sysreg = {.id = 0xffff}};

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->faults, 1);
	ck_assert_int_eq(mock(0)->fault.reason, AX_EXIT_SYSREG);
	ck_assert_uint_eq(mock(0)->sysreg_done, 0);
}
END_TEST

START_TEST(a_system_register_of_a_device_reaches_it)
{
	/* ICC_SGI1R_EL1: interrupt 3 to CPU 0 */
	struct ax_exit exit = {
		.reason = AX_EXIT_SYSREG,
		.sysreg = {.id = (3u << 14) | (12u << 7) | (11u << 3) | 5u, .write = true, .data = 3ull << 24 | 1}};

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->sysreg_done, 1);
	ck_assert_uint_eq(mock(0)->faults, 0);
}
END_TEST

START_TEST(ports_float)
{
	struct ax_exit exit = {.reason = AX_EXIT_PIO, .pio = {.port = 0x3f8, .width = 1}};

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->pio_done, 1);
	ck_assert_uint_eq((uint8_t)mock(0)->pio.data, 0xff);
	ck_assert_uint_eq(mock(0)->faults, 0);
}
END_TEST

START_TEST(an_undefined_instruction_is_injected)
{
	struct ax_exit exit = {.reason = AX_EXIT_UNDEF};

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->faults, 1);
}
END_TEST

START_TEST(an_exit_answered_below_changes_nothing)
{
	struct ax_exit exit = {.reason = AX_EXIT_NONE};
	unsigned runs = mock(0)->runs;

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->runs, runs + 2);
	ck_assert_uint_eq(mock(0)->faults, 0);
}
END_TEST

START_TEST(a_vcpu_that_cannot_go_on_stops_its_vm_with_one_line)
{
	struct ax_exit exit = {.reason = AX_EXIT_ERROR, .raw = 0xbad};

	exit_with(0, &exit);
	ck_assert_int_eq(stop_reason, AX_STOP_FAULT);
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_STOPPED);
	ck_assert_uint_eq(ax_mock_log_count("vm test: vcpu 0 cannot go on (exit 11, 0xbad): vm stopped"), 1);
}
END_TEST

START_TEST(an_exit_nobody_knows_stops_the_vm)
{
	struct ax_exit exit = {.reason = (enum ax_exit_reason)(AX_EXIT_COUNT + 5)};

	exit_with(0, &exit);
	ck_assert_int_eq(stop_reason, AX_STOP_FAULT);
}
END_TEST

static void bad_accesses(void *ctx, struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	unsigned *left = ctx;

	(void)arch;
	if (*left == 0) {
		exit->reason = AX_EXIT_HALT;
		return;
	}
	switch (--*left % 3) {
	case 0:
		*exit = mmio(0x10000000 + *left * 8ull, 4, true, 1);
		break;
	case 1:
		exit->reason = AX_EXIT_SYSREG;
		exit->sysreg.id = 0xffff;
		break;
	default:
		exit->reason = AX_EXIT_FAULT;
		exit->fault.gpa = ax_gpa(*left);
		exit->fault.access = AX_PROT_EXEC;
		break;
	}
}

START_TEST(a_hundred_thousand_bad_accesses_log_a_few_lines)
{
	unsigned left = 100000;
	unsigned lines = 0;

	ax_mock_vcpu_script(vm->vcpu[0].arch, bad_accesses, &left);
	ax_vcpu_kick(&vm->vcpu[0]);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(mock(0)->faults, 100000);
	for (const char *line = ax_mock_log(); *line; line++) {
		lines += *line == '\n';
	}
	ck_assert_uint_le(lines, AX_LOG_BURST);
}
END_TEST

START_TEST(a_host_interrupt_is_taken_and_the_guest_goes_on)
{
	struct ax_exit exit = {.reason = AX_EXIT_IRQ};
	unsigned runs = mock(0)->runs;

	exit_with(0, &exit);
	ck_assert_uint_eq(mock(0)->runs, runs + 2);
	ck_assert_uint_ge(vm->vcpu[0].stats.reason[AX_EXIT_IRQ].count, 1);
}
END_TEST

START_TEST(halt_sleeps_until_a_kick)
{
	unsigned halts = mock(0)->halt_done;

	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
	ck_assert(!ax_mock_run_one());
	ax_vcpu_kick(&vm->vcpu[0]);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(mock(0)->halt_done, halts + 1);
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
}
END_TEST

static void kick_then_halt(void *ctx, struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	unsigned *times = ctx;

	(void)arch;
	exit->reason = AX_EXIT_HALT;
	if (*times) {
		--*times;
		ax_vcpu_kick(&vm->vcpu[0]);
	}
}

START_TEST(a_kick_just_before_halt_is_not_lost)
{
	unsigned times = 1, halts = mock(0)->halt_done;

	ax_mock_vcpu_script(vm->vcpu[0].arch, kick_then_halt, &times);
	ax_vcpu_kick(&vm->vcpu[0]);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(mock(0)->halt_done, halts + 2);
}
END_TEST

TCase *exit_tests(void)
{
	TCase *tc = tcase_create("exit");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_write_reaches_the_console);
	tcase_add_test(tc, a_read_brings_the_devices_answer_to_the_register);
	tcase_add_test(tc, an_access_to_nothing_is_a_fault_in_the_guest);
	tcase_add_test(tc, an_access_across_the_end_of_a_device_is_a_fault_in_the_guest);
	tcase_add_test(tc, an_access_to_forbidden_or_missing_memory_is_a_fault_in_the_guest);
	tcase_add_test(tc, the_first_write_to_an_image_is_resolved_and_the_guest_enters_again);
	tcase_add_test(tc, without_memory_for_a_page_the_vm_stops_and_says_so);
	tcase_add_test(tc, an_unknown_system_register_is_an_undefined_instruction);
	tcase_add_test(tc, a_system_register_of_a_device_reaches_it);
	tcase_add_test(tc, ports_float);
	tcase_add_test(tc, an_undefined_instruction_is_injected);
	tcase_add_test(tc, an_exit_answered_below_changes_nothing);
	tcase_add_test(tc, a_vcpu_that_cannot_go_on_stops_its_vm_with_one_line);
	tcase_add_test(tc, an_exit_nobody_knows_stops_the_vm);
	tcase_add_test(tc, a_hundred_thousand_bad_accesses_log_a_few_lines);
	tcase_add_test(tc, a_host_interrupt_is_taken_and_the_guest_goes_on);
	tcase_add_test(tc, halt_sleeps_until_a_kick);
	tcase_add_test(tc, a_kick_just_before_halt_is_not_lost);
	return tc;
}
