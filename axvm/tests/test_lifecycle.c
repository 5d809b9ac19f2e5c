/* SPDX-License-Identifier: Apache-2.0 */
/* A VM comes, runs, ends, starts again and goes. */
#include <string.h>

#include "harness.h"

static void push(unsigned vcpu, enum ax_exit_reason reason)
{
	struct ax_exit exit = {.reason = reason};

	exit_with(vcpu, &exit);
}

START_TEST(a_vm_begins_at_its_entry_with_the_device_tree)
{
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
	ck_assert_uint_eq(loads, 1);
	ck_assert_uint_eq(mock(0)->entry.pc, ENTRY);
	ck_assert_uint_eq(mock(0)->entry.arg[0], DTB);
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
	for (unsigned i = 1; i < VCPUS; i++) {
		ck_assert_uint_eq(vm->vcpu[i].state, AX_VCPU_OFF);
		ck_assert_uint_eq(mock(i)->runs, 0);
	}
}
END_TEST

START_TEST(all_vcpus_count_time_from_the_start_of_the_vm)
{
	int64_t start = mock(0)->time_offset;

	ck_assert_int_eq(start, -(int64_t)AX_MOCK_CLOCK_START);
	ck_assert_int_eq(mock(3)->time_offset, start);
	ax_mock_clock_advance(500);
	ck_assert_int_eq(ax_vm_reset(vm), AX_OK);
	ck_assert_int_eq(mock(3)->time_offset, start - 500);
}
END_TEST

START_TEST(stop_ends_halted_and_powered_off_vcpus_alike)
{
	ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
	ck_assert_uint_eq(vm->state, AX_VM_STOPPED);
	ck_assert_uint_eq(ax_mock_tasks(), 0);
	ck_assert_uint_eq(stops, 1);
	ck_assert_int_eq(stop_reason, AX_STOP_ASKED);
	ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
	ck_assert_uint_eq(stops, 1);
}
END_TEST

START_TEST(a_running_vm_can_be_neither_started_nor_destroyed)
{
	ck_assert_int_eq(ax_vm_start(vm), AX_ESTATE);
	ck_assert_int_eq(ax_vm_destroy(vm), AX_ESTATE);
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
}
END_TEST

START_TEST(only_one_operation_at_a_time)
{
	vm->busy = true;
	ck_assert_int_eq(ax_vm_start(vm), AX_EBUSY);
	ck_assert_int_eq(ax_vm_stop(vm), AX_EBUSY);
	ck_assert_int_eq(ax_vm_reset(vm), AX_EBUSY);
	ck_assert_int_eq(ax_vm_destroy(vm), AX_EBUSY);
	vm->busy = false;
}
END_TEST

START_TEST(a_vm_never_started_can_be_stopped_and_destroyed)
{
	ck_assert_int_eq(create(), AX_OK);
	ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
	ck_assert_uint_eq(vm->state, AX_VM_CREATED);
	ck_assert_uint_eq(stops, 0);
}
END_TEST

START_TEST(a_reset_scrubs_memory_and_loads_again)
{
	char text[8] = "guest";
	uint8_t after[8];

	ck_assert_int_eq(ax_aspace_write(vm->aspace, ax_gpa(ENTRY), text, sizeof(text)), AX_OK);
	ck_assert_int_eq(ax_aspace_write(vm->aspace, ax_gpa(RAM_BASE), text, sizeof(text)), AX_OK);
	ck_assert_int_eq(ax_vm_reset(vm), AX_OK);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
	ck_assert_uint_eq(loads, 2);
	ck_assert_uint_eq(mock(0)->resets, 2);
	ck_assert_int_eq(ax_aspace_read(vm->aspace, ax_gpa(ENTRY), after, 7), AX_OK);
	ck_assert_str_eq((char *)after, "kernel");
	ck_assert_int_eq(ax_aspace_read(vm->aspace, ax_gpa(RAM_BASE), after, 1), AX_OK);
	ck_assert_uint_eq(after[0], 0);
}
END_TEST

START_TEST(a_guests_power_off_ends_the_vm_and_tells_why)
{
	call(0, 0x84000008, 0, 0, 0);
	ck_assert_uint_eq(vm->state, AX_VM_STOPPED);
	ck_assert_uint_eq(vm->stop_reason, AX_STOP_POWEROFF);
	ck_assert_int_eq(stop_reason, AX_STOP_POWEROFF);
	ck_assert_uint_eq(stops, 1);
	ck_assert_int_eq(ax_vm_start(vm), AX_OK);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
	ck_assert_uint_eq(vm->stop_reason, AX_STOP_NONE);
}
END_TEST

START_TEST(a_guests_reboot_becomes_a_reset_by_another_task)
{
	call(0, 0x84000009, 0, 0, 0);
	ck_assert_int_eq(stop_reason, AX_STOP_REBOOT);
	ck_assert_int_eq(ax_vm_reset(vm), AX_OK);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(vm->state, AX_VM_RUNNING);
	ck_assert_uint_eq(stops, 1);
}
END_TEST

START_TEST(a_vcpu_that_resets_itself_reboots_the_vm)
{
	push(0, AX_EXIT_RESET);
	ck_assert_int_eq(stop_reason, AX_STOP_REBOOT);
}
END_TEST

START_TEST(the_first_reason_to_end_wins)
{
	ax_vm_end(vm, AX_STOP_POWEROFF);
	ax_vm_end(vm, AX_STOP_FAULT);
	ax_mock_run_until_idle();
	ck_assert_int_eq(stop_reason, AX_STOP_POWEROFF);
	ax_vm_end(vm, AX_STOP_FAULT);
	ck_assert_uint_eq(vm->state, AX_VM_STOPPED);
}
END_TEST

START_TEST(a_stop_in_the_midst_of_a_guests_own_end_finishes_it)
{
	/* The guest has given its reason, but the VM is not yet STOPPING. */
	vm->stop_reason = AX_STOP_POWEROFF;
	ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
	ck_assert_uint_eq(vm->state, AX_VM_STOPPED);
	ck_assert_int_eq(stop_reason, AX_STOP_POWEROFF);
	/* It is STOPPING, but nobody was kicked yet. */
	ck_assert_int_eq(ax_vm_start(vm), AX_OK);
	ax_mock_run_until_idle();
	vm->stop_reason = AX_STOP_REBOOT;
	vm->state = AX_VM_STOPPING;
	ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
	ck_assert_uint_eq(vm->state, AX_VM_STOPPED);
	ck_assert_int_eq(stop_reason, AX_STOP_REBOOT);
}
END_TEST

START_TEST(a_failed_load_leaves_the_vm_stopped_and_startable)
{
	ck_assert_int_eq(create(), AX_OK);
	load_error = AX_EFORMAT;
	ck_assert_int_eq(ax_vm_start(vm), AX_EFORMAT);
	ck_assert_uint_eq(vm->state, AX_VM_STOPPED);
	ck_assert_uint_eq(ax_mock_log_count("vm test: not started"), 1);
	ck_assert_uint_eq(ax_mock_tasks(), 0);
	load_error = 0;
	ck_assert_int_eq(ax_vm_start(vm), AX_OK);
}
END_TEST

/* A step may do without an allocation that failed: memory then comes in smaller blocks. */
START_TEST(a_start_that_runs_out_of_memory_ends_the_tasks_it_began)
{
	unsigned n = 0, failed = 0;

	ck_assert_int_eq(create(), AX_OK);
	do {
		unsigned runs = mock(0)->runs;

		ax_mock_fail_alloc(++n, false);
		if (ax_vm_start(vm) == AX_OK) {
			ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
		} else {
			failed++;
			ck_assert_uint_eq(mock(0)->runs, runs);
		}
		ck_assert_uint_eq(vm->state, AX_VM_STOPPED);
		ck_assert_uint_eq(ax_mock_tasks(), 0);
	} while (ax_mock_alloc_failed());
	ck_assert_uint_ge(failed, 2 * VCPUS);
	ck_assert_uint_eq(stops, n - failed);
	ax_mock_fail_alloc(0, false);
}
END_TEST

START_TEST(a_creation_that_fails_at_any_allocation_undoes_everything)
{
	unsigned n = 0, failed = 0;

	do {
		int err;

		ax_mock_fail_alloc(++n, false);
		err = create();
		if (err) {
			ck_assert_int_eq(err, AX_ENOMEM);
			failed++;
		} else {
			ck_assert_int_eq(ax_vm_destroy(vm), AX_OK);
		}
		ck_assert_uint_eq(ax_mock_live_objects(), 0);
		ck_assert_uint_eq(ax_mock_live_pages(), 0);
	} while (ax_mock_alloc_failed());
	ck_assert_uint_gt(failed, VCPUS + 5);
	ax_mock_fail_alloc(0, false);
	vm = NULL;
}
END_TEST

START_TEST(a_thousand_rounds_leave_nothing_behind)
{
	for (unsigned i = 0; i < 1000; i++) {
		ck_assert_int_eq(create(), AX_OK);
		ck_assert_int_eq(ax_vm_start(vm), AX_OK);
		ax_mock_run_until_idle();
		ck_assert_int_eq(ax_vm_reset(vm), AX_OK);
		if (i % 2) {
			ax_mock_run_until_idle();
		}
		ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
		ck_assert_int_eq(ax_vm_destroy(vm), AX_OK);
		ck_assert_uint_eq(ax_mock_live_objects(), 0);
		ck_assert_uint_eq(ax_mock_live_pages(), 0);
	}
	vm = NULL;
}
END_TEST

START_TEST(an_unknown_device_model_is_refused_by_name)
{
	strcpy(config.device[1].model, "hpet");
	ck_assert_int_eq(create(), AX_ENOENT);
	ck_assert_uint_eq(ax_mock_log_count("vm test: device timer: unknown model \"hpet\""), 1);
}
END_TEST

START_TEST(a_device_over_memory_is_refused)
{
	config.device[0].range[0].base = RAM_BASE + RAM_SIZE - 0x1000;
	ck_assert_int_eq(create(), AX_EEXIST);
	config.device[0].range[0].base = DIST_BASE;
	ck_assert_int_eq(create(), AX_EEXIST);
}
END_TEST

START_TEST(numbers_beyond_the_tables_are_refused)
{
	config.vcpus = 0;
	ck_assert_int_eq(create(), AX_EINVAL);
	config.vcpus = AX_VM_MAX_VCPUS + 1;
	ck_assert_int_eq(create(), AX_EINVAL);
	config.vcpus = 1;
	config.ram_count = AX_VM_MAX_RAM + 1;
	ck_assert_int_eq(create(), AX_EINVAL);
}
END_TEST

START_TEST(devices_that_do_not_fit_are_refused)
{
	config.device[2].range_count = 1;
	ck_assert_int_eq(create(), AX_EINVAL);
	config.device[2].range_count = 2;
	config.device[2].range[1].size = 0x20000;
	ck_assert_int_eq(create(), AX_EINVAL);
	config.device[2].range[1].size = VCPUS * 0x20000;
	config.device[1].irq[0] = 33;
	ck_assert_int_eq(create(), AX_EINVAL);
	config.device[1].irq[0] = TIMER_IRQ;
	config.device[0].range_count = 0;
	ck_assert_int_eq(create(), AX_EINVAL);
}
END_TEST

START_TEST(more_address_bits_than_the_machine_has_are_refused)
{
	config.gpa_bits = 60;
	ck_assert_int_eq(create(), AX_ENOSYS);
	ck_assert_uint_eq(ax_mock_log_count("vm test: gpa-bits 60"), 1);
}
END_TEST

START_TEST(passed_through_ranges_keep_clear_of_devices)
{
	config.passthrough_count = 1;
	config.passthrough[0] = (struct ax_passthrough_config){
		.gpa = {UART_BASE}, .hpa = {0x09040000}, .size = 0x1000, .prot = AX_PROT_READ | AX_PROT_DEVICE};
	ck_assert_int_eq(create(), AX_EEXIST);
	config.passthrough[0].gpa = ax_gpa(0x09040000);
	ck_assert_int_eq(create(), AX_OK);
}
END_TEST

START_TEST(a_vm_without_devices_runs)
{
	config.device_count = 0;
	ck_assert_int_eq(create(), AX_OK);
	ck_assert_int_eq(ax_vm_start(vm), AX_OK);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
}
END_TEST

START_TEST(guest_memory_is_reached_through_the_address_space)
{
	struct ax_guest_memory memory = ax_vm_memory(vm);
	uint32_t out = 0x12345678, in = 0;

	ck_assert_int_eq(memory.write(memory.ctx, ax_gpa(RAM_BASE), &out, sizeof(out)), AX_OK);
	ck_assert_int_eq(memory.read(memory.ctx, ax_gpa(RAM_BASE), &in, sizeof(in)), AX_OK);
	ck_assert_uint_eq(in, out);
	ck_assert_int_eq(memory.read(memory.ctx, ax_gpa(UART_BASE), &in, sizeof(in)), AX_EFAULT);
	ck_assert_int_eq(memory.write(memory.ctx, ax_gpa(RAM_BASE + RAM_SIZE - 2), &out, sizeof(out)), AX_EFAULT);
}
END_TEST

START_TEST(every_state_and_reason_has_a_name)
{
	for (unsigned i = 0; i <= AX_VM_STOPPED; i++) {
		ck_assert_str_ne(ax_vm_state_name(i), "?");
	}
	for (unsigned i = 0; i <= AX_STOP_FAULT; i++) {
		ck_assert_str_ne(ax_vm_stop_name(i), "?");
	}
	ck_assert_str_eq(ax_vm_state_name(99), "?");
	ck_assert_str_eq(ax_vm_stop_name(99), "?");
}
END_TEST

TCase *lifecycle_tests(void)
{
	TCase *tc = tcase_create("lifecycle");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, set_up_config, tear_down);
	tcase_add_test(tc, a_vm_never_started_can_be_stopped_and_destroyed);
	tcase_add_test(tc, a_failed_load_leaves_the_vm_stopped_and_startable);
	tcase_add_test(tc, a_start_that_runs_out_of_memory_ends_the_tasks_it_began);
	tcase_add_test(tc, a_creation_that_fails_at_any_allocation_undoes_everything);
	tcase_add_test(tc, a_thousand_rounds_leave_nothing_behind);
	tcase_add_test(tc, an_unknown_device_model_is_refused_by_name);
	tcase_add_test(tc, a_device_over_memory_is_refused);
	tcase_add_test(tc, numbers_beyond_the_tables_are_refused);
	tcase_add_test(tc, devices_that_do_not_fit_are_refused);
	tcase_add_test(tc, more_address_bits_than_the_machine_has_are_refused);
	tcase_add_test(tc, passed_through_ranges_keep_clear_of_devices);
	tcase_add_test(tc, a_vm_without_devices_runs);
	return tc;
}

TCase *running_tests(void)
{
	TCase *tc = tcase_create("running");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_vm_begins_at_its_entry_with_the_device_tree);
	tcase_add_test(tc, all_vcpus_count_time_from_the_start_of_the_vm);
	tcase_add_test(tc, stop_ends_halted_and_powered_off_vcpus_alike);
	tcase_add_test(tc, a_running_vm_can_be_neither_started_nor_destroyed);
	tcase_add_test(tc, only_one_operation_at_a_time);
	tcase_add_test(tc, a_reset_scrubs_memory_and_loads_again);
	tcase_add_test(tc, a_guests_power_off_ends_the_vm_and_tells_why);
	tcase_add_test(tc, a_guests_reboot_becomes_a_reset_by_another_task);
	tcase_add_test(tc, a_vcpu_that_resets_itself_reboots_the_vm);
	tcase_add_test(tc, the_first_reason_to_end_wins);
	tcase_add_test(tc, a_stop_in_the_midst_of_a_guests_own_end_finishes_it);
	tcase_add_test(tc, guest_memory_is_reached_through_the_address_space);
	tcase_add_test(tc, every_state_and_reason_has_a_name);
	return tc;
}
