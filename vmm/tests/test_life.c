/* SPDX-License-Identifier: Apache-2.0 */
/* Lives of VMs and the shell's commands on them, over a fake VM layer. */
#include <ax/mock.h>
#include <ax/vmm/shell.h>

#include <stdio.h>
#include <string.h>

#include "fakes.h"
#include "screen.h"
#include "suites.h"

static struct ax_vm_config vm_config[2];
static struct ax_config config;
static struct ax_console console;
static struct ax_life life;
static struct ax_shell shell;
static unsigned wakes, idles, power_offs, reboots;
static int level;

static void life_wake(void *ctx)
{
	(void)ctx;
	wakes++;
}

static void life_idle(void *ctx)
{
	(void)ctx;
	idles++;
}

static void host_info(struct ax_host_info *out)
{
	*out = (struct ax_host_info){.version = "0.1.0",
				     .arch = "mock",
				     .sched = "fair",
				     .cpus = 4,
				     .memory_total = AX_GIB(2),
				     .memory_free = AX_GIB(1),
				     .uptime_ns = 1234567890};
}

static void set_level(enum ax_log_level l)
{
	level = (int)l;
}

static void power_off(void)
{
	power_offs++;
}

static void reboot(void)
{
	reboots++;
}

static void shell_wake(void)
{
}

static const struct ax_shell_host host = {
	.vformat = vsnprintf,
	.info = host_info,
	.set_log_level = set_level,
	.power_off = power_off,
	.reboot = reboot,
	.wake = shell_wake,
};

static void set_up(void)
{
	static const struct ax_life_ops ops = {.wake = life_wake, .idle = life_idle};

	ax_mock_reset();
	fakes_reset();
	screen_reset();
	wakes = idles = power_offs = reboots = 0;
	level = -1;
	for (unsigned i = 0; i < 2; i++) {
		vm_config[i] = (struct ax_vm_config){
			.vcpus = 1, .autostart = true, .ram_count = 1, .ram = {{.size = AX_MIB(64)}}};
		strcpy(vm_config[i].name, i ? "beta" : "alpha");
	}
	config = (struct ax_config){.vm_count = 2, .vm = vm_config};
	ax_console_init(&console, &screen_port, 0x1d);
	ck_assert_int_eq(ax_shell_init(&shell, &console, &life, &host), AX_OK);
	ck_assert_int_eq(ax_life_init(&life, &config, &console, &ops), AX_OK);
}

static void tear_down(void)
{
	for (unsigned i = 0; i < life.count; i++) {
		ax_life_delete(&life.vm[i]);
	}
	ax_mock_check_clean();
}

static void start_all(void)
{
	ax_life_start_all(&life);
	ax_console_focus(&console, shell.source);
	screen_reset();
}

START_TEST(those_that_say_so_start_and_all_are_created)
{
	vm_config[1].autostart = false;
	ax_life_start_all(&life);
	ck_assert_uint_eq(fakes.created, 2);
	ck_assert_uint_eq(fakes.started, 1);
	ck_assert_uint_eq(life.vm[0].vm->id, 1);
	ck_assert_uint_eq(life.vm[1].vm->id, 2);
	ck_assert_uint_eq(life.vm[1].vm->state, AX_VM_CREATED);
}
END_TEST

START_TEST(one_that_cannot_be_created_leaves_the_machine_running)
{
	fakes.create_err = AX_ENOMEM;
	ax_life_start_all(&life);
	ck_assert_uint_eq(ax_mock_log_count("vm alpha: not created"), 1);
	ck_assert_int_eq(ax_life_start(&life.vm[0]), AX_ENOENT);
	ax_life_manage(&life);
	ck_assert_uint_eq(idles, 1);
}
END_TEST

START_TEST(a_guest_that_powers_off_is_stopped_and_said_to_be)
{
	start_all();
	wakes = 0;
	fake_guest_ends(life.vm[0].vm, AX_STOP_POWEROFF);
	ck_assert_uint_eq(wakes, 1);
	ax_life_manage(&life);
	ck_assert_uint_eq(ax_mock_log_count("info: vm alpha: powered off"), 1);
	ck_assert_uint_eq(fakes.stopped, 1);
	ck_assert_uint_eq(idles, 0);
	ax_life_manage(&life);
	ck_assert_uint_eq(fakes.stopped, 1);
}
END_TEST

START_TEST(a_guest_that_reboots_is_reset)
{
	start_all();
	fake_guest_ends(life.vm[0].vm, AX_STOP_REBOOT);
	ax_life_manage(&life);
	ck_assert_uint_eq(fakes.reset, 1);
	ck_assert_uint_eq(life.vm[0].vm->state, AX_VM_RUNNING);
	ck_assert_uint_eq(ax_mock_log_count("vm alpha: rebooting"), 1);
}
END_TEST

START_TEST(a_guest_that_may_not_reboot_is_stopped)
{
	vm_config[0].on_reboot = AX_ON_REBOOT_STOP;
	start_all();
	fake_guest_ends(life.vm[0].vm, AX_STOP_REBOOT);
	ax_life_manage(&life);
	ck_assert_uint_eq(fakes.reset, 0);
	ck_assert_uint_eq(ax_mock_log_count("vm alpha: asked for a reboot and was stopped"), 1);
}
END_TEST

START_TEST(a_thousand_reboots_print_a_bounded_number_of_lines)
{
	start_all();
	for (unsigned i = 0; i < 1000; i++) {
		fake_guest_ends(life.vm[0].vm, AX_STOP_REBOOT);
		ax_life_manage(&life);
	}
	ck_assert_uint_eq(fakes.reset, 1000);
	ck_assert_uint_eq(ax_mock_log_count("vm alpha: rebooting"), AX_LOG_BURST);
}
END_TEST

START_TEST(a_fault_is_an_error_and_stops_only_that_vm)
{
	start_all();
	fake_guest_ends(life.vm[1].vm, AX_STOP_FAULT);
	ax_life_manage(&life);
	ck_assert_uint_eq(ax_mock_log_count("error: vm beta: stopped by an error"), 1);
	ck_assert_uint_eq(life.vm[0].vm->state, AX_VM_RUNNING);
}
END_TEST

START_TEST(idle_is_told_once_when_the_last_vm_ends)
{
	start_all();
	fake_guest_ends(life.vm[0].vm, AX_STOP_POWEROFF);
	ax_life_manage(&life);
	ck_assert_int_eq(ax_life_stop(&life.vm[1]), AX_OK);
	ax_life_manage(&life);
	ax_life_manage(&life);
	ck_assert_uint_eq(idles, 1);
	ck_assert_int_eq(ax_life_start(&life.vm[0]), AX_OK);
	ax_life_manage(&life);
	ck_assert_uint_eq(idles, 1);
	fake_guest_ends(life.vm[0].vm, AX_STOP_POWEROFF);
	ax_life_manage(&life);
	ck_assert_uint_eq(idles, 2);
}
END_TEST

START_TEST(an_event_during_another_operation_waits)
{
	start_all();
	life.vm[0].busy = true;
	fake_guest_ends(life.vm[0].vm, AX_STOP_REBOOT);
	ax_life_manage(&life);
	ck_assert_uint_eq(fakes.reset, 0);
	ck_assert_int_eq(ax_life_stop(&life.vm[0]), AX_EBUSY);
	life.vm[0].busy = false;
	ax_life_manage(&life);
	ck_assert_uint_eq(fakes.reset, 1);
}
END_TEST

START_TEST(an_event_of_a_run_that_is_over_is_forgotten)
{
	start_all();
	fake_guest_ends(life.vm[0].vm, AX_STOP_POWEROFF);
	ck_assert_int_eq(ax_life_start(&life.vm[0]), AX_OK);
	ax_life_manage(&life);
	ck_assert_uint_eq(ax_mock_log_count("powered off"), 0);
	ck_assert_uint_eq(life.vm[0].vm->state, AX_VM_RUNNING);
}
END_TEST

START_TEST(a_deleted_vm_can_be_created_again)
{
	start_all();
	ck_assert_int_eq(ax_life_delete(&life.vm[0]), AX_OK);
	ck_assert_ptr_null(life.vm[0].vm);
	ck_assert_uint_eq(fakes.destroyed, 1);
	ck_assert_int_eq(ax_life_delete(&life.vm[0]), AX_ENOENT);
	ck_assert_int_eq(ax_life_create(&life.vm[0]), AX_OK);
	ck_assert_int_eq(ax_life_create(&life.vm[0]), AX_EEXIST);
	ck_assert_int_eq(ax_life_start(&life.vm[0]), AX_OK);
}
END_TEST

START_TEST(a_vm_that_will_not_go_stays)
{
	start_all();
	fakes.destroy_err = AX_ESTATE;
	ck_assert_int_eq(ax_life_delete(&life.vm[0]), AX_ESTATE);
	ck_assert_ptr_nonnull(life.vm[0].vm);
	fakes.destroy_err = AX_OK;
}
END_TEST

static void keys(const char *text)
{
	ax_console_keys(&console, (const uint8_t *)text, strlen(text));
	ax_console_pump(&console);
	ax_shell_run(&shell);
	ax_console_pump(&console);
}

START_TEST(typed_text_reaches_the_guest_when_its_fifo_has_room)
{
	start_all();
	ax_console_focus(&console, life.vm[0].console);
	fakes.room = 2;
	keys("root\r");
	ck_assert_str_eq(fakes.typed, "ro");
	fakes.room = 16;
	life.vm[0].hooks.console.room(life.vm[0].hooks.console.ctx);
	ax_console_pump(&console);
	ck_assert_str_eq(fakes.typed, "root\r");
	ax_life_delete(&life.vm[0]);
	keys("dropped");
	ck_assert_uint_eq(console.source[life.vm[0].console].input_size, 0);
}
END_TEST

START_TEST(output_of_a_guest_is_a_line_with_its_name)
{
	const struct ax_serial_sink *sink = &life.vm[1].hooks.console;

	start_all();
	sink->write(sink->ctx, (const uint8_t *)"hello\r\n", 7);
	ck_assert_ptr_nonnull(strstr(screen_text(), "[beta] hello\r\n"));
}
END_TEST

/* ---- the shell ---- */

START_TEST(the_prompt_runs_commands_and_comes_back)
{
	start_all();
	keys("vm list\r");
	ck_assert_ptr_nonnull(strstr(screen_text(), "vm list\r\nkey  name"));
	ck_assert_ptr_nonnull(strstr(screen_text(), "  0  alpha            running        1      64 MiB\r\n"));
	ck_assert_ptr_nonnull(strstr(screen_text(), "  1  beta"));
	ck_assert_str_eq(screen_text() + screen.size - 8, "\r\naxle> ");
}
END_TEST

START_TEST(commands_change_vms)
{
	start_all();
	keys("vm stop alpha\n");
	ck_assert_uint_eq(life.vm[0].vm->state, AX_VM_STOPPED);
	keys("vm start alpha\n");
	ck_assert_uint_eq(life.vm[0].vm->state, AX_VM_RUNNING);
	keys("vm reset alpha\n");
	ck_assert_uint_eq(fakes.reset, 1);
	keys("vm delete alpha\n");
	ck_assert_ptr_null(life.vm[0].vm);
	keys("vm list\n");
	ck_assert_ptr_nonnull(strstr(screen_text(), "  0  alpha            absent"));
	keys("vm stat alpha\n");
	ck_assert_ptr_nonnull(strstr(screen_text(), "it is absent"));
	keys("vm create alpha\n");
	ck_assert_ptr_nonnull(life.vm[0].vm);
	keys("vm console beta\n");
	ck_assert_uint_eq(console.focus, life.vm[1].console);
}
END_TEST

START_TEST(stat_shows_exits_by_reason)
{
	start_all();
	life.vm[0].vm->vcpu[0].stats.reason[AX_EXIT_HYPERCALL] =
		(struct ax_vcpu_reason_stats){.count = 3, .ticks = 375, .min = 62, .max = 250};
	keys("vm stat alpha\r");
	ck_assert_ptr_nonnull(strstr(screen_text(), "hypercall             3        992       2000         4000"));
	ck_assert_ptr_nonnull(strstr(screen_text(), "memory: 8192 KiB own"));
}
END_TEST

START_TEST(the_host_answers)
{
	start_all();
	keys("host info\r");
	ck_assert_ptr_nonnull(strstr(
		screen_text(),
		"Axle 0.1.0, mock, 4 CPUs, scheduler fair\r\nmemory: 2048 MiB, 1024 MiB free\r\nup 1.234 s\r\n"));
	keys("log trace\r");
	ck_assert_int_eq(level, AX_LOG_TRACE);
	keys("host poweroff\r");
	ck_assert_uint_eq(power_offs, 1);
	keys("host reboot\r");
	ck_assert_uint_eq(reboots, 1);
	keys("help\r");
	ck_assert_ptr_nonnull(strstr(screen_text(), "vm console NAME"));
}
END_TEST

static const struct {
	const char *typed, *answer;
} mistakes[] = {
	{"vm start gamma\r", "there is no VM \"gamma\"; \"vm list\" shows them\r\n"},
	{"vm start\r", "usage: vm start NAME\r\n"},
	{"vm start a b\r", "usage: vm start NAME\r\n"},
	{"help me\r", "usage: help\r\n"},
	{"vm\r", "\"vm\" is no command; \"help\" lists them\r\n"},
	{"dance now please\r", "\"dance now\" is no command"},
	{"vm start alpha\r", "vm start alpha: error -9: its state does not allow that"},
	{"vm create alpha\r", "vm create alpha: error -3: it exists"},
	{"log loud\r", "log: \"loud\" is no level; use error, warn, info, debug or trace\r\n"},
};

START_TEST(a_mistake_is_answered_with_what_to_do)
{
	start_all();
	keys(mistakes[_i].typed);
	ck_assert_msg(strstr(screen_text(), mistakes[_i].answer), "%s", screen_text());
}
END_TEST

START_TEST(keys_edit_the_line)
{
	start_all();
	keys("vm lisx\x7ft\x15log\b\b\b\bhelp\x03log inf\x1b\x01"
	     "o\r\n");
	ck_assert_int_eq(level, AX_LOG_INFO);
	ck_assert_ptr_null(strstr(screen_text(), "no command"));
	screen_reset();
	keys("\r\n\n");
	ck_assert_str_eq(screen_text(), "\r\naxle> \r\naxle> ");
}
END_TEST

START_TEST(a_line_too_long_is_cut_not_overrun)
{
	start_all();
	for (unsigned i = 0; i < 5 * AX_SHELL_LINE; i++) {
		keys("x");
	}
	ck_assert_uint_eq(shell.size, AX_SHELL_LINE - 1);
	keys("\r");
	ck_assert_ptr_nonnull(strstr(screen_text(), "is no command"));
}
END_TEST

START_TEST(words_over_the_limit_are_left_out)
{
	char line[] = " a  b\tc d e f g h i j ";
	char *word[AX_SHELL_WORDS];

	ck_assert_uint_eq(ax_shell_split(line, word, AX_SHELL_WORDS), AX_SHELL_WORDS);
	ck_assert_str_eq(word[0], "a");
	ck_assert_str_eq(word[2], "c");
	ck_assert_str_eq(word[7], "h");
}
END_TEST

Suite *life_suite(void)
{
	Suite *s = suite_create("life and shell");
	TCase *t = tcase_create("life");
	TCase *p = tcase_create("shell");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, those_that_say_so_start_and_all_are_created);
	tcase_add_test(t, one_that_cannot_be_created_leaves_the_machine_running);
	tcase_add_test(t, a_guest_that_powers_off_is_stopped_and_said_to_be);
	tcase_add_test(t, a_guest_that_reboots_is_reset);
	tcase_add_test(t, a_guest_that_may_not_reboot_is_stopped);
	tcase_add_test(t, a_thousand_reboots_print_a_bounded_number_of_lines);
	tcase_add_test(t, a_fault_is_an_error_and_stops_only_that_vm);
	tcase_add_test(t, idle_is_told_once_when_the_last_vm_ends);
	tcase_add_test(t, an_event_during_another_operation_waits);
	tcase_add_test(t, an_event_of_a_run_that_is_over_is_forgotten);
	tcase_add_test(t, a_deleted_vm_can_be_created_again);
	tcase_add_test(t, a_vm_that_will_not_go_stays);
	tcase_add_test(t, typed_text_reaches_the_guest_when_its_fifo_has_room);
	tcase_add_test(t, output_of_a_guest_is_a_line_with_its_name);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(p, set_up, tear_down);
	tcase_add_test(p, the_prompt_runs_commands_and_comes_back);
	tcase_add_test(p, commands_change_vms);
	tcase_add_test(p, stat_shows_exits_by_reason);
	tcase_add_test(p, the_host_answers);
	tcase_add_loop_test(p, a_mistake_is_answered_with_what_to_do, 0, (int)AX_ARRAY_SIZE(mistakes));
	tcase_add_test(p, keys_edit_the_line);
	tcase_add_test(p, a_line_too_long_is_cut_not_overrun);
	tcase_add_test(p, words_over_the_limit_are_left_out);
	suite_add_tcase(s, p);
	return s;
}
