/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands, and those about the host. */
#include "commands.h"

#include <string.h>

#define HELP_COLUMN 20u

static int help(struct ax_shell *shell, char *arg[])
{
	static const char blanks[HELP_COLUMN + 1] = "                    ";

	(void)arg;
	for (unsigned i = 0; i < ax_command_count; i++) {
		const struct ax_command *c = &ax_commands[i];
		const char *second = c->word[1] ? c->word[1] : "";
		size_t used = strlen(c->word[0]) + strlen(second) + strlen(c->args) + 2;

		ax_shell_print(shell, "  %s %s %s%s%s\n", c->word[0], second, c->args,
			       used < HELP_COLUMN ? blanks + used : "  ", c->help);
	}
	return AX_OK;
}

#define NS_PER_S 1000000000ull
#define MIB(bytes) ((unsigned long long)((bytes) >> 20))

static int host_info(struct ax_shell *shell, char *arg[])
{
	struct ax_host_info info = {0};

	(void)arg;
	shell->host->info(&info);
	ax_shell_print(shell, "Axle %s, %s, %u CPUs, scheduler %s\n", info.version, info.arch, info.cpus, info.sched);
	ax_shell_print(shell, "memory: %llu MiB, %llu MiB free\n", MIB(info.memory_total), MIB(info.memory_free));
	ax_shell_print(shell, "up %llu.%03llu s\n", (unsigned long long)(info.uptime_ns / NS_PER_S),
		       (unsigned long long)(info.uptime_ns % NS_PER_S / 1000000));
	return AX_OK;
}

static int host_poweroff(struct ax_shell *shell, char *arg[])
{
	(void)arg;
	shell->host->power_off();
	return AX_OK;
}

static int host_reboot(struct ax_shell *shell, char *arg[])
{
	(void)arg;
	shell->host->reboot();
	return AX_OK;
}

static int log_level(struct ax_shell *shell, char *arg[])
{
	static const char *const levels[] = {
		[AX_LOG_ERROR] = "error", [AX_LOG_WARN] = "warn",   [AX_LOG_INFO] = "info",
		[AX_LOG_DEBUG] = "debug", [AX_LOG_TRACE] = "trace",
	};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(levels); i++) {
		if (strcmp(levels[i], arg[0]) == 0) {
			shell->host->set_log_level((enum ax_log_level)i);
			return AX_OK;
		}
	}
	ax_shell_print(shell, "log: \"%.40s\" is no level; use error, warn, info, debug or trace\n", arg[0]);
	return AX_EINVAL;
}

const struct ax_command ax_commands[] = {
	{{"help"}, "", 0, "this list", help},
	{{"vm", "list"}, "", 0, "the VMs, their state and the key of their console", ax_command_vm_list},
	{{"vm", "console"}, "NAME", 1, "show a VM's console", ax_command_vm_console},
	{{"vm", "start"}, "NAME", 1, "start a VM that does not run", ax_command_vm_start},
	{{"vm", "stop"}, "NAME", 1, "stop it where it is", ax_command_vm_stop},
	{{"vm", "reset"}, "NAME", 1, "memory and devices as new, and start", ax_command_vm_reset},
	{{"vm", "delete"}, "NAME", 1, "stop it and give back its memory", ax_command_vm_delete},
	{{"vm", "create"}, "NAME", 1, "make it again from its configuration", ax_command_vm_create},
	{{"vm", "stat"}, "NAME", 1, "its exits by reason and time, and its memory", ax_command_vm_stat},
	{{"host", "info"}, "", 0, "CPUs, memory, time since start", host_info},
	{{"host", "poweroff"}, "", 0, "power off the machine", host_poweroff},
	{{"host", "reboot"}, "", 0, "restart the machine", host_reboot},
	{{"log"}, "LEVEL", 1, "error, warn, info, debug or trace", log_level},
};
const unsigned ax_command_count = AX_ARRAY_SIZE(ax_commands);
