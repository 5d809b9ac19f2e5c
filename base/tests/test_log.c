/* SPDX-License-Identifier: Apache-2.0 */
/* The log: levels, the budget for what a guest can cause, early text. */
#include "shim.h"

#include <ax/base/console.h>
#include <ax/base/driver.h>
#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

static char seen[8192], screen[8192];
static unsigned lines;
static size_t shown;

static void sink(const char *line, size_t size)
{
	ck_assert_uint_lt(size, sizeof(seen));
	memcpy(seen, line, size);
	seen[size] = '\0';
	lines++;
}

static void put(struct ax_uart *uart, uint8_t byte)
{
	(void)uart;
	if (shown + 1 < sizeof(screen)) {
		screen[shown++] = (char)byte;
	}
}

static void setup(void)
{
	shim_reset();
	ax_log_set_sink(sink);
}

START_TEST(lines_above_the_level_are_dropped)
{
	setup();
	ax_log_set_level(AX_LOG_WARN);
	ax_port_log(AX_LOG_INFO, "no");
	ck_assert_uint_eq(lines, 0);
	ax_port_log(AX_LOG_WARN, "yes %d", 1);
	ck_assert_str_eq(seen, "warning: yes 1");
}
END_TEST

START_TEST(a_level_that_is_not_compiled_in_stays_silent)
{
	setup();
	ax_log_set_level(AX_LOG_TRACE);
	ax_port_log(AX_LOG_TRACE, "no");
	ck_assert_uint_eq(lines, 0);
	ax_port_log(AX_LOG_DEBUG, "yes");
	ck_assert_uint_eq(lines, 1);
}
END_TEST

START_TEST(a_long_line_is_cut)
{
	static char text[600];

	setup();
	memset(text, 'x', sizeof(text) - 1);
	ax_port_log(AX_LOG_INFO, "%s", text);
	ck_assert_uint_eq(strlen(seen), 255);
}
END_TEST

START_TEST(a_flood_is_bounded_for_each_budget_and_counted)
{
	struct ax_log_budget a = {0}, b = {0};

	setup();
	for (unsigned i = 0; i < 1000; i++) {
		ax_port_log_limited(&a, AX_LOG_INFO, "a");
	}
	ck_assert_uint_eq(lines, AX_LOG_BURST);
	ax_port_log_limited(&b, AX_LOG_INFO, "b");
	ck_assert_uint_eq(lines, AX_LOG_BURST + 1);
	ax_mock_clock_advance(2 * AX_MOCK_HZ);
	ax_port_log_limited(&a, AX_LOG_INFO, "a");
	ck_assert_str_eq(seen, "a (990 more suppressed)");
	ax_port_log_limited(&a, AX_LOG_INFO, "a");
	ck_assert_str_eq(seen, "a");
}
END_TEST

START_TEST(what_was_logged_early_is_shown_when_the_uart_is_found)
{
	struct ax_uart uart = {.put = put, .hwirq = AX_IRQ_NONE};

	setup();
	ax_log_set_sink(NULL);
	ax_port_log(AX_LOG_INFO, "early");
	ax_uart_register(&uart);
	ax_port_log(AX_LOG_INFO, "late");
	ck_assert_str_eq(screen, "[axle] early\r\n[axle] late\r\n");
	ck_assert_int_eq(ax_console_on_input(NULL), AX_ENOENT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base log");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, lines_above_the_level_are_dropped);
	tcase_add_test(t, a_level_that_is_not_compiled_in_stays_silent);
	tcase_add_test(t, a_long_line_is_cut);
	tcase_add_test(t, a_flood_is_bounded_for_each_budget_and_counted);
	tcase_add_test(t, what_was_logged_early_is_shown_when_the_uart_is_found);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
