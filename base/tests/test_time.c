/* SPDX-License-Identifier: Apache-2.0 */
/* Clock conversion and the timer queue, driven by the mock's clock. */
#include "shim.h"

#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>

static struct ax_timer timer[4];
static unsigned order[16], fired;

static void note(struct ax_timer *t)
{
	order[fired++] = (unsigned)(t - timer);
}

static void rearm(struct ax_timer *t)
{
	note(t);
	if (fired < 3) {
		ax_port_timer_set(t, ax_port_ticks() + 100);
	}
}

static void setup(void)
{
	shim_reset();
	ax_mock_on_host_timer(ax_time_interrupt);
	fired = 0;
	for (unsigned i = 0; i < 4; i++) {
		ax_port_timer_init(&timer[i], note);
	}
}

START_TEST(conversion_is_exact_for_years)
{
	const uint64_t year = 365ull * 24 * 3600;

	setup();
	ck_assert_uint_eq(ax_port_ticks_to_ns(AX_MOCK_HZ), 1000000000ull);
	ck_assert_uint_eq(ax_port_ticks_to_ns(1), 16);
	ck_assert_uint_eq(ax_port_ticks_to_ns(100 * year * AX_MOCK_HZ + 1), 100 * year * 1000000000ull + 16);
	ck_assert_uint_eq(ax_port_ns_to_ticks(100 * year * 1000000000ull + 16), 100 * year * AX_MOCK_HZ + 1);
	ck_assert_uint_eq(ax_port_ns_to_ticks(15), 0);
}
END_TEST

START_TEST(timers_fire_by_deadline_and_then_by_age)
{
	uint64_t now;

	setup();
	now = ax_port_ticks();
	ax_port_timer_set(&timer[0], now + 300);
	ax_port_timer_set(&timer[1], now + 100);
	ax_port_timer_set(&timer[2], now + 200);
	ax_port_timer_set(&timer[3], now + 200);
	ax_mock_clock_advance(99);
	ck_assert_uint_eq(fired, 0);
	ax_mock_clock_advance(1000);
	ck_assert_uint_eq(fired, 4);
	ck_assert_uint_eq(order[0], 1);
	ck_assert_uint_eq(order[1], 2);
	ck_assert_uint_eq(order[2], 3);
	ck_assert_uint_eq(order[3], 0);
}
END_TEST

START_TEST(a_deadline_in_the_past_fires_at_once)
{
	setup();
	ax_port_timer_set(&timer[0], 1);
	ax_mock_clock_advance(1);
	ck_assert_uint_eq(fired, 1);
}
END_TEST

START_TEST(a_cancelled_timer_does_not_fire_and_its_neighbours_do)
{
	uint64_t now;

	setup();
	now = ax_port_ticks();
	for (unsigned i = 0; i < 3; i++) {
		ax_port_timer_set(&timer[i], now + 100 * (i + 1));
	}
	ax_port_timer_cancel(&timer[1]);
	ax_port_timer_cancel(&timer[1]);
	ax_mock_clock_advance(1000);
	ck_assert_uint_eq(fired, 2);
	ck_assert_uint_eq(order[1], 2);
}
END_TEST

START_TEST(setting_an_armed_timer_moves_it)
{
	uint64_t now;

	setup();
	now = ax_port_ticks();
	ax_port_timer_set(&timer[0], now + 100);
	ax_port_timer_set(&timer[0], now + 500);
	ax_mock_clock_advance(400);
	ck_assert_uint_eq(fired, 0);
	ax_mock_clock_advance(200);
	ck_assert_uint_eq(fired, 1);
}
END_TEST

START_TEST(a_timer_may_arm_itself_again)
{
	setup();
	ax_port_timer_init(&timer[0], rearm);
	ax_port_timer_set(&timer[0], ax_port_ticks() + 100);
	ax_mock_clock_advance(1000);
	ck_assert_uint_eq(fired, 3);
}
END_TEST

START_TEST(a_timer_can_be_cancelled_from_another_cpu)
{
	setup();
	ax_cpus[1].online = true;
	ax_port_timer_set(&timer[0], ax_port_ticks() + 100);
	ax_arch_set_percpu(&ax_cpus[1]);
	ax_port_timer_cancel(&timer[0]);
	ck_assert_ptr_null(ax_cpus[0].timers);
	ax_port_timer_set(&timer[0], ax_port_ticks() + 100);
	ck_assert_ptr_eq(ax_cpus[1].timers, &timer[0]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base time");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, conversion_is_exact_for_years);
	tcase_add_test(t, timers_fire_by_deadline_and_then_by_age);
	tcase_add_test(t, a_deadline_in_the_past_fires_at_once);
	tcase_add_test(t, a_cancelled_timer_does_not_fire_and_its_neighbours_do);
	tcase_add_test(t, setting_an_armed_timer_moves_it);
	tcase_add_test(t, a_timer_may_arm_itself_again);
	tcase_add_test(t, a_timer_can_be_cancelled_from_another_cpu);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
