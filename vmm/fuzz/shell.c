/* SPDX-License-Identifier: Apache-2.0 */
/* Any keys at the prompt, with two VMs to command. */
#include <ax/mock.h>
#include <ax/vmm/shell.h>

#include <stdio.h>
#include <string.h>

#include "../tests/fakes.h"

static size_t screen_write(void *ctx, const uint8_t *text, size_t size)
{
	(void)ctx;
	(void)text;
	return size;
}

static void port_wake(void *ctx)
{
	(void)ctx;
}

static void host_info(struct ax_host_info *out)
{
	*out = (struct ax_host_info){.version = "0", .arch = "mock", .sched = "fair"};
}

static void set_level(enum ax_log_level level)
{
	AX_ASSERT(level <= AX_LOG_TRACE);
}

static void nothing(void)
{
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ax_shell_host host = {.vformat = vsnprintf,
						  .info = host_info,
						  .set_log_level = set_level,
						  .power_off = nothing,
						  .reboot = nothing,
						  .wake = nothing};
	static const struct ax_console_port port = {.write = screen_write, .wake = port_wake};
	static const struct ax_life_ops ops = {.wake = port_wake, .idle = port_wake};
	static struct ax_vm_config vm[] = {{.name = "a", .vcpus = 1}, {.name = "b", .vcpus = 2}};
	static const struct ax_config config = {.vm_count = 2, .vm = vm};
	static struct ax_console console;
	static struct ax_life life;
	static struct ax_shell shell;

	ax_mock_reset();
	fakes_reset();
	ax_console_init(&console, &port, 0x1d);
	ax_shell_init(&shell, &console, &life, &host);
	ax_life_init(&life, &config, &console, &ops);
	ax_console_focus(&console, shell.source);
	for (size_t i = 0; i < size; i++) {
		ax_console_keys(&console, &data[i], 1);
		ax_console_pump(&console);
		ax_shell_run(&shell);
		ax_life_manage(&life);
	}
	ax_life_delete(&life.vm[0]);
	ax_life_delete(&life.vm[1]);
	ax_mock_check_clean();
	return 0;
}
