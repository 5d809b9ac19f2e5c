/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler and its classes on CPU 0 of the mock, whose idle task is the test itself. */
#include "shim.h"

#include <ax/base/driver.h>
#include <ax/err.h>
#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

static char trace[64];
static uint64_t ran[2];
static bool stop;

static unsigned no_irq(void)
{
	return AX_IRQ_NONE;
}

static void enable(unsigned hwirq, bool on)
{
	(void)hwirq;
	(void)on;
}

static const struct ax_irqchip_driver chip = {.name = "fake", .ack = no_irq, .enable = enable};

static void on_timer(void)
{
	ax_time_interrupt();
}

static void setup(void)
{
	shim_reset();
	ax_arch_irq_save();
	ax_irqchip_register(&chip);
	ax_mock_on_host_timer(on_timer);
	ax_sched_init_cpu();
	trace[0] = '\0';
	stop = false;
}

/* The test runs as the idle task: gives the CPU away until nobody wants it. */
static void run(void)
{
	ax_port_task_yield();
}

static void add(const char *what)
{
	strcat(trace, what);
}

static struct ax_task *spawn(const struct ax_task_params *params)
{
	struct ax_task *task = NULL;

	ck_assert_int_eq(ax_port_task_spawn(params, &task), AX_OK);
	return task;
}

static void say(void *arg)
{
	add(arg);
}

static void say_block_say(void *arg)
{
	add(arg);
	ax_port_task_block();
	add(arg);
}

START_TEST(a_task_runs_to_its_end_and_is_joined)
{
	struct ax_task *task;
	size_t before;

	setup();
	before = ax_mock_live_objects();
	for (unsigned i = 0; i < 50; i++) {
		trace[0] = '\0';
		task = spawn(&(struct ax_task_params){.name = "t", .entry = say, .arg = "a"});
		run();
		ck_assert_str_eq(trace, "a");
		ax_port_task_join(task);
		ck_assert_uint_eq(ax_mock_live_objects(), before);
	}
}
END_TEST

START_TEST(a_blocked_task_goes_on_when_it_is_woken)
{
	struct ax_task *task;

	setup();
	task = spawn(&(struct ax_task_params){.name = "t", .entry = say_block_say, .arg = "a"});
	run();
	run();
	ck_assert_str_eq(trace, "a");
	ax_port_task_wake(task);
	run();
	ck_assert_str_eq(trace, "aa");
	ax_port_task_join(task);
}
END_TEST

START_TEST(a_wake_before_the_block_is_not_lost)
{
	struct ax_task *task;

	setup();
	task = spawn(&(struct ax_task_params){.name = "t", .entry = say_block_say, .arg = "a"});
	ax_port_task_wake(task);
	run();
	ck_assert_str_eq(trace, "aa");
	ax_port_task_join(task);
}
END_TEST

START_TEST(pinned_runs_before_fair)
{
	struct ax_task *fair, *pinned;

	setup();
	fair = spawn(&(struct ax_task_params){.name = "f", .entry = say, .arg = "f", .sched = "fair"});
	pinned = spawn(&(struct ax_task_params){.name = "p", .entry = say, .arg = "p", .sched = "pinned"});
	run();
	ck_assert_str_eq(trace, "pf");
	ax_port_task_join(fair);
	ax_port_task_join(pinned);
}
END_TEST

START_TEST(a_cpu_has_one_pinned_task_at_a_time)
{
	const struct ax_task_params p = {.name = "p", .entry = say, .arg = "p", .sched = "pinned"};
	struct ax_task *first, *second;
	size_t before;

	setup();
	first = spawn(&p);
	before = ax_mock_live_objects();
	ck_assert_int_eq(ax_port_task_spawn(&p, &second), AX_EBUSY);
	ck_assert_uint_eq(ax_mock_live_objects(), before);
	run();
	ax_port_task_join(first);
	second = spawn(&p);
	run();
	ax_port_task_join(second);
}
END_TEST

START_TEST(spawn_refuses_what_cannot_run)
{
	struct ax_task *task;

	setup();
	ck_assert_int_eq(
		ax_port_task_spawn(&(struct ax_task_params){.name = "t", .entry = say, .sched = "lottery"}, &task),
		AX_ENOENT);
	ck_assert_int_eq(
		ax_port_task_spawn(&(struct ax_task_params){.name = "t", .entry = say, .affinity = AX_BIT(9)}, &task),
		AX_EINVAL);
	for (unsigned n = 1; n <= 2; n++) {
		size_t before = ax_mock_live_objects();

		ax_mock_fail_alloc(n, false);
		ck_assert_int_eq(ax_port_task_spawn(&(struct ax_task_params){.name = "t", .entry = say}, &task),
				 AX_ENOMEM);
		ax_mock_fail_alloc(0, false);
		ck_assert_uint_eq(ax_mock_live_objects(), before);
	}
}
END_TEST

/* ax/port.h: AX_EINVAL when there is no CPU in the affinity, whatever the class. */
START_TEST(spawn_without_a_cpu_is_the_same_error_in_every_class)
{
	const struct ax_task_params p = {.name = "p", .entry = say, .sched = "pinned", .affinity = AX_BIT(9)};
	struct ax_task *task;

	setup();
	ck_assert_int_eq(ax_port_task_spawn(&p, &task), AX_EINVAL);
}
END_TEST

/* Works in small steps, letting go when the scheduler asks, as a vCPU does between exits. */
static void work(void *arg)
{
	uint64_t *ticks = arg;

	while (!stop) {
		ax_mock_clock_advance(1000);
		*ticks += 1000;
		stop = stop || ran[0] + ran[1] > 100 * AX_MOCK_HZ / 10;
		if (ax_port_task_need_resched()) {
			ax_port_task_yield();
		}
	}
}

START_TEST(fair_tasks_share_by_weight)
{
	struct ax_task *a, *b;

	setup();
	ran[0] = ran[1] = 0;
	a = spawn(&(struct ax_task_params){.name = "a", .entry = work, .arg = &ran[0], .weight = 100, .sched = "fair"});
	b = spawn(&(struct ax_task_params){.name = "b", .entry = work, .arg = &ran[1], .weight = 300, .sched = "fair"});
	run();
	ck_assert_uint_gt(ran[0], 0);
	ck_assert_uint_ge(ran[1] * 100 / ran[0], 270);
	ck_assert_uint_le(ran[1] * 100 / ran[0], 330);
	ax_port_task_join(a);
	ax_port_task_join(b);
}
END_TEST

static void look_at_the_timer(void *arg)
{
	*(bool *)arg = ax_cpus[0].timers != NULL;
}

START_TEST(a_task_alone_has_no_tick)
{
	bool armed = true;
	struct ax_task *task;

	setup();
	task = spawn(&(struct ax_task_params){.name = "t", .entry = look_at_the_timer, .arg = &armed, .sched = "fair"});
	run();
	ck_assert(!armed);
	ax_port_task_join(task);
}
END_TEST

static void switched(void *arg, bool in)
{
	(void)arg;
	add(in ? "(" : ")");
}

START_TEST(a_task_is_told_when_it_gets_and_loses_the_cpu)
{
	struct ax_task *task;

	setup();
	task = spawn(&(struct ax_task_params){.name = "t", .entry = say_block_say, .arg = "x", .on_switch = switched});
	run();
	ck_assert_str_eq(trace, "(x)");
	ax_port_task_wake(task);
	run();
	ck_assert_str_eq(trace, "(x)(x)");
	ax_port_task_join(task);
}
END_TEST

START_TEST(a_task_goes_to_the_cpu_that_carries_least)
{
	struct ax_task *task[4];

	setup();
	ax_cpus[1].online = true;
	ax_arch_set_percpu(&ax_cpus[1]);
	ax_sched_init_cpu();
	ax_arch_set_percpu(&ax_cpus[0]);
	for (unsigned i = 0; i < 4; i++) {
		task[i] = spawn(&(struct ax_task_params){.name = "t", .entry = say, .arg = "t", .sched = "fair"});
	}
	ck_assert_uint_eq(task[0]->cpu, 0);
	ck_assert_uint_eq(task[1]->cpu, 1);
	ck_assert_uint_eq(task[2]->cpu, 0);
	ck_assert_uint_eq(task[3]->cpu, 1);
	ck_assert_uint_ge(shim_kicks(), 2);
}
END_TEST

static struct ax_task *woken;

static void wake_and_work_on(void *arg)
{
	ax_mock_clock_advance(AX_MOCK_HZ);
	ax_port_task_wake(woken);
	*(bool *)arg = ax_cpus[0].timers != NULL || !ax_port_task_need_resched();
}

/* The waker goes on with interrupts on and no reason to let go: something must end its turn. */
START_TEST(a_woken_task_that_is_due_does_not_wait_for_the_waker_to_yield)
{
	struct ax_task *waker;
	bool will_switch = false;

	setup();
	woken = spawn(&(struct ax_task_params){.name = "w", .entry = say_block_say, .arg = "w", .sched = "fair"});
	run();
	ax_mock_clock_advance(AX_MOCK_HZ);
	waker = spawn(&(struct ax_task_params){
		.name = "r", .entry = wake_and_work_on, .arg = &will_switch, .sched = "fair", .weight = 1});
	run();
	ck_assert(will_switch);
	ax_port_task_join(waker);
	ax_port_task_join(woken);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base sched");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, a_task_runs_to_its_end_and_is_joined);
	tcase_add_test(t, a_blocked_task_goes_on_when_it_is_woken);
	tcase_add_test(t, a_wake_before_the_block_is_not_lost);
	tcase_add_test(t, pinned_runs_before_fair);
	tcase_add_test(t, a_cpu_has_one_pinned_task_at_a_time);
	tcase_add_test(t, spawn_refuses_what_cannot_run);
	tcase_add_test(t, spawn_without_a_cpu_is_the_same_error_in_every_class);
	tcase_add_test(t, fair_tasks_share_by_weight);
	tcase_add_test(t, a_task_alone_has_no_tick);
	tcase_add_test(t, a_task_is_told_when_it_gets_and_loses_the_cpu);
	tcase_add_test(t, a_task_goes_to_the_cpu_that_carries_least);
	tcase_add_test(t, a_woken_task_that_is_due_does_not_wait_for_the_waker_to_yield);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
