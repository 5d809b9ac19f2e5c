/* SPDX-License-Identifier: Apache-2.0 */
/* The vCPU over the mock: power state, kicks, accounts. */
#include <check.h>
#include <stdlib.h>

#include <ax/mock.h>
#include <ax/vcpu.h>

static struct ax_vcpu vcpu;
static struct ax_npt_tag tag;
static unsigned long irq;

static void set_up(void)
{
	struct ax_arch_vcpu_config config = {.index = 3, .hw_id = 3, .format = ax_mock_format_stage2(), .npt = &tag};

	ax_mock_reset();
	ck_assert_int_eq(ax_vcpu_init(&vcpu, &config, &tag), AX_OK);
	irq = ax_port_irq_save();
	ax_vcpu_load(&vcpu);
}

static void tear_down(void)
{
	ax_vcpu_put(&vcpu);
	ax_port_irq_restore(irq);
	ax_vcpu_destroy(&vcpu);
	ax_mock_check_clean();
}

static void push(enum ax_exit_reason reason)
{
	struct ax_exit exit = {.reason = reason};

	ax_mock_vcpu_push(vcpu.arch, &exit);
}

static enum ax_exit_reason run(void)
{
	struct ax_exit exit;

	ax_vcpu_run(&vcpu, &exit);
	return exit.reason;
}

START_TEST(a_new_vcpu_is_off_and_knows_its_owner)
{
	ck_assert_uint_eq(vcpu.state, AX_VCPU_OFF);
	ck_assert_uint_eq(vcpu.index, 3);
	ck_assert_ptr_eq(vcpu.owner, &tag);
	ck_assert_ptr_null(vcpu.task);
}
END_TEST

START_TEST(without_memory_there_is_no_vcpu)
{
	struct ax_arch_vcpu_config config = {.format = ax_mock_format_stage2(), .npt = &tag};
	struct ax_vcpu other;

	ax_mock_fail_alloc(1, false);
	ck_assert_int_eq(ax_vcpu_init(&other, &config, NULL), AX_ENOMEM);
}
END_TEST

START_TEST(only_the_first_power_on_wins)
{
	struct ax_arch_entry first = {.pc = 0x1000, .arg = {7}}, second = {.pc = 0x2000}, got;

	ck_assert(!ax_vcpu_begin(&vcpu, &got));
	ck_assert_int_eq(ax_vcpu_power_on(&vcpu, &first), AX_OK);
	ck_assert_uint_eq(vcpu.state, AX_VCPU_STARTING);
	ck_assert_int_eq(ax_vcpu_power_on(&vcpu, &second), AX_ESTATE);
	ck_assert(ax_vcpu_begin(&vcpu, &got));
	ck_assert_uint_eq(got.pc, 0x1000);
	ck_assert_uint_eq(got.arg[0], 7);
	ck_assert_uint_eq(vcpu.state, AX_VCPU_RUNNING);
	ck_assert(!ax_vcpu_begin(&vcpu, &got));
	ck_assert_int_eq(ax_vcpu_power_on(&vcpu, &second), AX_ESTATE);
}
END_TEST

START_TEST(a_stopped_vcpu_cannot_be_powered_on_before_a_reset)
{
	struct ax_arch_entry entry = {0};

	vcpu.state = AX_VCPU_STOPPED;
	ck_assert_int_eq(ax_vcpu_power_on(&vcpu, &entry), AX_ESTATE);
	ax_vcpu_reset(&vcpu);
	ck_assert_int_eq(ax_vcpu_power_on(&vcpu, &entry), AX_OK);
}
END_TEST

START_TEST(loading_and_putting_twice_does_nothing)
{
	ax_vcpu_load(&vcpu);
	ck_assert_uint_eq(ax_mock_vcpu(vcpu.arch)->loads, 1);
	ck_assert_int_eq(vcpu.cpu, 0);
	ax_vcpu_put(&vcpu);
	ax_vcpu_put(&vcpu);
	ck_assert_int_eq(vcpu.cpu, -1);
	ck_assert(!ax_mock_vcpu(vcpu.arch)->loaded);
}
END_TEST

START_TEST(time_from_an_exit_to_the_next_entry_is_accounted_to_its_reason)
{
	const struct ax_vcpu_reason_stats *mmio = &vcpu.stats.reason[AX_EXIT_MMIO];

	push(AX_EXIT_MMIO);
	push(AX_EXIT_MMIO);
	push(AX_EXIT_HALT);
	run();
	ck_assert_uint_eq(mmio->count, 0);
	ax_mock_clock_advance(100);
	run();
	ax_mock_clock_advance(300);
	run();
	ck_assert_uint_eq(mmio->count, 2);
	ck_assert_uint_eq(mmio->ticks, 400);
	ck_assert_uint_eq(mmio->min, 100);
	ck_assert_uint_eq(mmio->max, 300);
	ck_assert_uint_eq(vcpu.stats.reason[AX_EXIT_HALT].count, 0);
}
END_TEST

static void guest_for_50_ticks(void *ctx, struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	(void)ctx;
	(void)arch;
	ax_mock_clock_advance(50);
	exit->reason = AX_EXIT_IRQ;
}

START_TEST(time_in_the_guest_is_not_accounted_to_an_exit)
{
	ax_mock_vcpu_script(vcpu.arch, guest_for_50_ticks, NULL);
	run();
	ax_mock_clock_advance(10);
	run();
	ck_assert_uint_eq(vcpu.stats.reason[AX_EXIT_IRQ].ticks, 10);
}
END_TEST

START_TEST(time_across_a_reset_is_nobodys)
{
	push(AX_EXIT_HALT);
	run();
	ax_vcpu_reset(&vcpu);
	ax_mock_clock_advance(1000);
	run();
	ck_assert_uint_eq(vcpu.stats.reason[AX_EXIT_HALT].count, 0);
}
END_TEST

START_TEST(a_kick_before_the_entry_prevents_it_once)
{
	ax_vcpu_kick(&vcpu);
	ck_assert_int_eq(run(), AX_EXIT_KICK);
	ck_assert_uint_eq(ax_mock_vcpu(vcpu.arch)->runs, 0);
	ck_assert_int_eq(run(), AX_EXIT_HALT);
	ck_assert_uint_eq(vcpu.stats.reason[AX_EXIT_KICK].count, 1);
}
END_TEST

static void kick_from_elsewhere(void *ctx, struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	(void)ctx;
	(void)arch;
	ax_vcpu_kick(&vcpu);
	exit->reason = AX_EXIT_IRQ;
}

START_TEST(a_kick_in_guest_mode_interrupts_the_cpu_it_runs_on)
{
	ax_vcpu_put(&vcpu);
	ax_mock_set_cpu(2);
	ax_vcpu_load(&vcpu);
	vcpu.state = AX_VCPU_RUNNING;
	ax_mock_vcpu_script(vcpu.arch, kick_from_elsewhere, NULL);
	ck_assert_int_eq(run(), AX_EXIT_IRQ);
	ck_assert_uint_eq(ax_mock_kicks(2), 1);
	ck_assert(ax_vcpu_take_kick(&vcpu));
	ck_assert(!ax_vcpu_take_kick(&vcpu));
}
END_TEST

START_TEST(a_running_vcpu_outside_the_guest_needs_no_interrupt)
{
	vcpu.state = AX_VCPU_RUNNING;
	ax_vcpu_kick(&vcpu);
	ck_assert_uint_eq(ax_mock_kicks(0), 0);
	ck_assert(ax_vcpu_take_kick(&vcpu));
}
END_TEST

static unsigned woken;

static void sleeper(void *arg)
{
	(void)arg;
	ax_port_task_block();
	woken++;
}

static struct ax_task *spawn(void (*entry)(void *))
{
	struct ax_task_params params = {.name = "sleeper", .entry = entry};
	struct ax_task *task;

	woken = 0;
	ck_assert_int_eq(ax_port_task_spawn(&params, &task), AX_OK);
	return task;
}

static void finish(struct ax_task *task)
{
	ax_vcpu_bind_task(&vcpu, NULL);
	ax_port_irq_restore(irq);
	ax_port_task_join(task);
	irq = ax_port_irq_save();
}

START_TEST(a_kick_wakes_the_task_of_a_halted_vcpu)
{
	struct ax_task *task = spawn(sleeper);

	ax_vcpu_bind_task(&vcpu, task);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(woken, 0);
	vcpu.state = AX_VCPU_HALTED;
	ax_vcpu_kick(&vcpu);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(woken, 1);
	finish(task);
}
END_TEST

START_TEST(a_kick_before_there_is_a_task_wakes_the_task)
{
	struct ax_task *task = spawn(sleeper);

	ax_mock_run_until_idle();
	ax_vcpu_kick(&vcpu);
	ax_vcpu_bind_task(&vcpu, task);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(woken, 1);
	finish(task);
}
END_TEST

START_TEST(a_power_on_wakes_the_task)
{
	struct ax_arch_entry entry = {0};
	struct ax_task *task = spawn(sleeper);

	ax_vcpu_bind_task(&vcpu, task);
	ax_mock_run_until_idle();
	ck_assert_int_eq(ax_vcpu_power_on(&vcpu, &entry), AX_OK);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(woken, 1);
	finish(task);
}
END_TEST

START_TEST(every_reason_and_state_has_a_name)
{
	for (unsigned i = 0; i < AX_EXIT_COUNT; i++) {
		ck_assert_str_ne(ax_exit_reason_name(i), "?");
	}
	for (unsigned i = 0; i <= AX_VCPU_STOPPED; i++) {
		ck_assert_str_ne(ax_vcpu_state_name(i), "?");
	}
	ck_assert_str_eq(ax_exit_reason_name(AX_EXIT_COUNT), "?");
	ck_assert_str_eq(ax_vcpu_state_name(99), "?");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vcpu");
	TCase *tc = tcase_create("vcpu");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, a_new_vcpu_is_off_and_knows_its_owner);
	tcase_add_test(tc, without_memory_there_is_no_vcpu);
	tcase_add_test(tc, only_the_first_power_on_wins);
	tcase_add_test(tc, a_stopped_vcpu_cannot_be_powered_on_before_a_reset);
	tcase_add_test(tc, loading_and_putting_twice_does_nothing);
	tcase_add_test(tc, time_from_an_exit_to_the_next_entry_is_accounted_to_its_reason);
	tcase_add_test(tc, time_in_the_guest_is_not_accounted_to_an_exit);
	tcase_add_test(tc, time_across_a_reset_is_nobodys);
	tcase_add_test(tc, a_kick_before_the_entry_prevents_it_once);
	tcase_add_test(tc, a_kick_in_guest_mode_interrupts_the_cpu_it_runs_on);
	tcase_add_test(tc, a_running_vcpu_outside_the_guest_needs_no_interrupt);
	tcase_add_test(tc, a_kick_wakes_the_task_of_a_halted_vcpu);
	tcase_add_test(tc, a_kick_before_there_is_a_task_wakes_the_task);
	tcase_add_test(tc, a_power_on_wakes_the_task);
	tcase_add_test(tc, every_reason_and_state_has_a_name);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
