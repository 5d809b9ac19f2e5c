/* SPDX-License-Identifier: Apache-2.0 */
/* The console: what reaches the screen from several sources, and where keys go. */
#include <ax/mock.h>
#include <ax/vmm/console.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen.h"
#include "suites.h"

#define ESCAPE "\x1d"

static struct ax_console console;
static unsigned log_source, home, a, b;
static char typed[2][1024];
static size_t room[2];

static size_t take(void *ctx, const uint8_t *text, size_t size)
{
	unsigned who = *(const unsigned *)ctx;
	size_t taken = AX_MIN(size, room[who]);

	strncat(typed[who], (const char *)text, taken);
	room[who] -= taken;
	return taken;
}

static unsigned add(const char *name, bool prefixed, bool log, unsigned *ctx)
{
	const struct ax_console_source_config config = {
		.name = name, .prefixed = prefixed, .log = log, .input = ctx ? take : NULL, .ctx = ctx};
	int index = ax_console_add(&console, &config);

	ck_assert_int_ge(index, 0);
	return (unsigned)index;
}

static void set_up(void)
{
	static unsigned zero, one = 1;

	ax_mock_reset();
	screen_reset();
	memset(typed, 0, sizeof(typed));
	room[0] = room[1] = 1000;
	ax_console_init(&console, &screen_port, 0x1d);
	log_source = add("axle", true, true, NULL);
	home = add("prompt", false, false, NULL);
	a = add("a", true, false, &zero);
	b = add("b", true, false, &one);
	ax_console_set_home(&console, home);
}

static void put(unsigned source, const char *text)
{
	ax_console_write(&console, source, (const uint8_t *)text, strlen(text));
}

static void keys(const char *text)
{
	ax_console_keys(&console, (const uint8_t *)text, strlen(text));
	ax_console_pump(&console);
}

/* Shows `a` and forgets what that printed. */
static void focus_a(void)
{
	ck_assert_int_eq(ax_console_focus(&console, a), AX_OK);
	screen_reset();
}

START_TEST(a_source_without_focus_is_shown_line_by_line)
{
	focus_a();
	put(b, "half a ");
	ck_assert_str_eq(screen_text(), "");
	put(b, "line\r\nnext");
	ck_assert_str_eq(screen_text(), "[b] half a line\r\n");
}
END_TEST

START_TEST(the_focused_source_is_shown_at_once)
{
	focus_a();
	put(a, "/");
	put(a, " # ");
	ck_assert_str_eq(screen_text(), "[a] / # ");
	put(a, "ls\r\n");
	put(a, "bin\n");
	ck_assert_str_eq(screen_text(), "[a] / # ls\r\n[a] bin\r\n");
}
END_TEST

START_TEST(a_prompt_is_shown_again_after_a_line_of_another)
{
	focus_a();
	put(a, "/ # ca");
	put(log_source, "hello\n");
	put(a, "t\n");
	ck_assert_str_eq(screen_text(), "[a] / # ca\r\n[axle] hello\r\n[a] / # cat\r\n");
}
END_TEST

START_TEST(focus_shows_the_prompt_that_waited)
{
	put(b, "login: ");
	ck_assert_str_eq(screen_text(), "");
	ax_console_focus(&console, b);
	ck_assert_str_eq(screen_text(), "Axle console: Ctrl-] then ? for help (b)\r\n[b] login: ");
}
END_TEST

START_TEST(a_line_begun_in_focus_is_whole_when_it_ends_without)
{
	focus_a();
	put(a, "count: 1");
	ax_console_focus(&console, b);
	screen_reset();
	put(a, "2\n");
	ck_assert_str_eq(screen_text(), "[a] count: 12\r\n");
}
END_TEST

START_TEST(the_log_takes_no_focus)
{
	ck_assert_int_eq(ax_console_focus(&console, log_source), AX_EINVAL);
	ck_assert_int_eq(ax_console_focus(&console, 17), AX_ENOENT);
}
END_TEST

START_TEST(escape_sequences_of_a_hidden_source_stay_off_the_screen)
{
	focus_a();
	put(b, "\033[2J\033[6n\033]0;title\007x\033[1;31mred\033[0m\n");
	ck_assert_str_eq(screen_text(), "[b] xred\r\n");
	put(a, "\033[1mbold");
	ck_assert_str_eq(screen_text(), "[b] xred\r\n[a] \033[1mbold");
}
END_TEST

START_TEST(backspace_and_carriage_return_change_the_kept_line)
{
	put(a, "helo\b \blo\n");
	put(a, "10%\r20%\r\n");
	put(a, "\b\b\bx\n");
	ck_assert_str_eq(screen_text(), "[a] hello\r\n[a] 20%\r\n[a] x\r\n");
}
END_TEST

START_TEST(a_carriage_return_in_focus_keeps_the_prefix)
{
	focus_a();
	put(a, "10%\r");
	put(a, "20%\r\n");
	ck_assert_str_eq(screen_text(), "[a] 10%\r[a] 20%\r\n");
}
END_TEST

START_TEST(an_endless_line_is_printed_in_pieces_and_none_is_lost)
{
	unsigned x = 0;

	for (unsigned i = 0; i < 10 * AX_CONSOLE_LINE; i++) {
		put(b, "x");
	}
	put(b, "\n");
	for (const char *p = screen_text(); *p; p++) {
		x += *p == 'x';
	}
	ck_assert_uint_eq(x, 10 * AX_CONSOLE_LINE);
	ck_assert_uint_eq(console.source[b].lost_output, 0);
}
END_TEST

START_TEST(an_endless_line_in_focus_is_shown_unbroken)
{
	focus_a();
	for (unsigned i = 0; i < 3 * AX_CONSOLE_LINE; i++) {
		put(a, "x");
	}
	ck_assert_uint_eq(strlen(screen_text()), 4 + 3 * AX_CONSOLE_LINE);
	ck_assert_ptr_null(strchr(screen_text(), '\n'));
}
END_TEST

START_TEST(text_that_the_port_does_not_take_is_counted)
{
	screen.room = 6;
	put(b, "123456\n");
	ck_assert_str_eq(screen_text(), "[b] 12");
	ck_assert_uint_eq(console.source[b].lost_output, 6);
}
END_TEST

/* Every line on the screen belongs to one source; joined, the lines of a source are what it wrote. */
START_TEST(lines_never_mix_whatever_the_order)
{
	static char wrote[4][8192], seen[4][8192];
	static const char *const prefix[] = {"[axle] ", "", "[a] ", "[b] "};
	unsigned source[] = {log_source, a, b};

	memset(wrote, 0, sizeof(wrote));
	memset(seen, 0, sizeof(seen));
	srand((unsigned)_i);
	ax_console_focus(&console, a);
	screen_reset();
	for (unsigned i = 0; i < 4000; i++) {
		unsigned s = source[rand() % 3];
		char c[2] = {(char)(rand() % 12 == 0 ? '\n' : 'a' + rand() % 26), '\0'};

		put(s, c);
		strcat(wrote[s], c);
	}
	for (unsigned i = 0; i < 3; i++) {
		put(source[i], "\n");
		strcat(wrote[source[i]], "\n");
	}
	for (char *line = strtok((char *)screen_text(), "\r"); line; line = strtok(NULL, "\r")) {
		unsigned s = 0;

		line += *line == '\n';
		if (!*line) {
			break;
		}
		while (s < 4 && (s == home || strncmp(line, prefix[s], strlen(prefix[s])) != 0)) {
			s++;
		}
		ck_assert_msg(s < 4, "a line without an owner: %s", line);
		ck_assert_ptr_null(strchr(line + 1, '['));
		/* a partial line of the focused source is shown again longer: keep the last form of each */
		strcat(seen[s], line + strlen(prefix[s]));
		strcat(seen[s], "\n");
	}
	ck_assert_str_eq(seen[log_source], wrote[log_source]);
	ck_assert_str_eq(seen[b], wrote[b]);
	/* of the focused source each written line appears, whole, in order */
	for (char *want = wrote[a], *at = seen[a], *end; (end = strchr(want, '\n')); want = end + 1) {
		size_t size = (size_t)(end - want) + 1;

		while (strncmp(at, want, size) != 0) {
			at = strchr(at, '\n');
			ck_assert_ptr_nonnull(at);
			at++;
		}
		at += size;
	}
	ck_assert_uint_eq(ax_mock_locks_held(), 0);
}
END_TEST

START_TEST(keys_go_to_the_focused_source)
{
	focus_a();
	keys("ls\r");
	ax_console_focus(&console, b);
	keys("id\r");
	ck_assert_str_eq(typed[0], "ls\r");
	ck_assert_str_eq(typed[1], "id\r");
}
END_TEST

START_TEST(keys_that_find_no_room_wait_for_it)
{
	focus_a();
	room[0] = 3;
	keys("0123456789");
	ck_assert_str_eq(typed[0], "012");
	room[0] = 1000;
	screen_reset();
	ax_console_room(&console);
	ck_assert_uint_eq(screen.wakes, 1);
	ax_console_pump(&console);
	ck_assert_str_eq(typed[0], "0123456789");
}
END_TEST

START_TEST(a_guest_that_never_reads_costs_bounded_memory_and_blocks_nobody)
{
	focus_a();
	room[0] = 0;
	for (unsigned i = 0; i < 100; i++) {
		keys("0123456789");
	}
	ck_assert_uint_eq(console.source[a].input_size, AX_CONSOLE_INPUT);
	ck_assert_uint_eq(console.source[a].lost_input, 1000 - AX_CONSOLE_INPUT);
	keys(ESCAPE "1ok");
	ck_assert_str_eq(typed[1], "ok");
}
END_TEST

START_TEST(the_escape_key_twice_types_it)
{
	focus_a();
	keys("x" ESCAPE ESCAPE "y");
	ck_assert_str_eq(typed[0], "x" ESCAPE "y");
}
END_TEST

START_TEST(the_escape_key_switches_consoles)
{
	focus_a();
	keys(ESCAPE "1");
	ck_assert_uint_eq(console.focus, b);
	keys(ESCAPE "n");
	ck_assert_uint_eq(console.focus, home);
	keys(ESCAPE "n");
	ck_assert_uint_eq(console.focus, a);
	keys(ESCAPE);
	keys("h");
	ck_assert_uint_eq(console.focus, home);
	keys(ESCAPE "0");
	ck_assert_uint_eq(console.focus, a);
	screen_reset();
	keys(ESCAPE "7");
	ck_assert_uint_eq(console.focus, a);
	ck_assert_ptr_nonnull(strstr(screen_text(), "no console has that number"));
	ck_assert_str_eq(typed[0], "");
}
END_TEST

START_TEST(help_lists_keys_and_consoles_and_keeps_the_prompt)
{
	focus_a();
	put(a, "/ # ");
	keys(ESCAPE "?");
	ck_assert_ptr_nonnull(strstr(screen_text(), "  n       the next console\r\n"));
	ck_assert_ptr_nonnull(strstr(screen_text(), "  0       a\r\n"));
	ck_assert_ptr_nonnull(strstr(screen_text(), "  1       b\r\n"));
	ck_assert_str_eq(screen_text() + screen.size - 9, "\n[a] / # ");
}
END_TEST

START_TEST(more_sources_than_fit_are_refused)
{
	const struct ax_console_source_config config = {.name = "x"};

	for (unsigned i = 4; i < AX_CONSOLE_SOURCES; i++) {
		ck_assert_int_eq(ax_console_add(&console, &config), (int)i);
	}
	ck_assert_int_eq(ax_console_add(&console, &config), AX_ENOSPC);
}
END_TEST

Suite *console_suite(void)
{
	Suite *s = suite_create("console");
	TCase *t = tcase_create("console");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, a_source_without_focus_is_shown_line_by_line);
	tcase_add_test(t, the_focused_source_is_shown_at_once);
	tcase_add_test(t, a_prompt_is_shown_again_after_a_line_of_another);
	tcase_add_test(t, focus_shows_the_prompt_that_waited);
	tcase_add_test(t, a_line_begun_in_focus_is_whole_when_it_ends_without);
	tcase_add_test(t, the_log_takes_no_focus);
	tcase_add_test(t, escape_sequences_of_a_hidden_source_stay_off_the_screen);
	tcase_add_test(t, backspace_and_carriage_return_change_the_kept_line);
	tcase_add_test(t, a_carriage_return_in_focus_keeps_the_prefix);
	tcase_add_test(t, an_endless_line_is_printed_in_pieces_and_none_is_lost);
	tcase_add_test(t, an_endless_line_in_focus_is_shown_unbroken);
	tcase_add_test(t, text_that_the_port_does_not_take_is_counted);
	tcase_add_loop_test(t, lines_never_mix_whatever_the_order, 1, 9);
	tcase_add_test(t, keys_go_to_the_focused_source);
	tcase_add_test(t, keys_that_find_no_room_wait_for_it);
	tcase_add_test(t, a_guest_that_never_reads_costs_bounded_memory_and_blocks_nobody);
	tcase_add_test(t, the_escape_key_twice_types_it);
	tcase_add_test(t, the_escape_key_switches_consoles);
	tcase_add_test(t, help_lists_keys_and_consoles_and_keeps_the_prompt);
	tcase_add_test(t, more_sources_than_fit_are_refused);
	suite_add_tcase(s, t);
	return s;
}
