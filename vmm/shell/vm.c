/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that change or show a VM. */
#include "commands.h"

#include <string.h>

static const struct {
	int err;
	const char *text;
} reasons[] = {
	{AX_ENOMEM, "the host's memory is used up; delete or shrink a VM"},
	{AX_EEXIST, "it exists; \"vm delete\" it first"},
	{AX_ENOENT, "it was deleted or could not be created; see the log, or \"vm create\" it"},
	{AX_EBUSY, "another operation on it is under way; try again"},
	{AX_ESTATE, "its state does not allow that; see \"vm list\""},
	{AX_EFORMAT, "an image of it is damaged; see the log"},
	{AX_ERANGE, "an image does not fit its memory; see the log"},
	{AX_ENOSYS, "this machine has not what it needs; see the log"},
};

int ax_command_failed(struct ax_shell *shell, const char *command, const char *name, int err)
{
	const char *text = "see the log";

	if (err == AX_OK) {
		return AX_OK;
	}
	for (unsigned i = 0; i < AX_ARRAY_SIZE(reasons); i++) {
		if (reasons[i].err == err) {
			text = reasons[i].text;
		}
	}
	ax_shell_print(shell, "%s %s: error %d: %s\n", command, name, err, text);
	return err;
}

struct ax_life_vm *ax_command_find_vm(struct ax_shell *shell, const char *name)
{
	struct ax_life_vm *entry = shell->life ? ax_life_find(shell->life, name) : NULL;

	if (!entry) {
		ax_shell_print(shell, "there is no VM \"%.40s\"; \"vm list\" shows them\n", name);
	}
	return entry;
}

static int operate(struct ax_shell *shell, const char *command, const char *name,
		   int (*operation)(struct ax_life_vm *entry))
{
	struct ax_life_vm *entry = ax_command_find_vm(shell, name);

	if (!entry) {
		return AX_ENOENT;
	}
	return ax_command_failed(shell, command, name, operation(entry));
}

int ax_command_vm_create(struct ax_shell *shell, char *arg[])
{
	return operate(shell, "vm create", arg[0], ax_life_create);
}

int ax_command_vm_start(struct ax_shell *shell, char *arg[])
{
	return operate(shell, "vm start", arg[0], ax_life_start);
}

int ax_command_vm_stop(struct ax_shell *shell, char *arg[])
{
	return operate(shell, "vm stop", arg[0], ax_life_stop);
}

int ax_command_vm_reset(struct ax_shell *shell, char *arg[])
{
	return operate(shell, "vm reset", arg[0], ax_life_reset);
}

int ax_command_vm_delete(struct ax_shell *shell, char *arg[])
{
	return operate(shell, "vm delete", arg[0], ax_life_delete);
}

int ax_command_vm_console(struct ax_shell *shell, char *arg[])
{
	struct ax_life_vm *entry = ax_command_find_vm(shell, arg[0]);

	if (!entry) {
		return AX_ENOENT;
	}
	return ax_console_focus(shell->console, entry->console);
}

struct list_row {
	struct ax_shell *shell;
	const struct ax_vm_config *config;
	unsigned number;
};

static uint64_t ram_size(const struct ax_vm_config *config)
{
	uint64_t size = 0;

	for (unsigned i = 0; i < config->ram_count; i++) {
		size += config->ram[i].size;
	}
	return size;
}

static void print_row(void *ctx, struct ax_vm *vm)
{
	const struct list_row *row = ctx;

	ax_shell_print(row->shell, "%3u  %-16s %-10s %5u %7llu MiB\n", row->number, row->config->name,
		       vm ? ax_vm_state_name((enum ax_vm_state)vm->state) : "absent", row->config->vcpus,
		       (unsigned long long)(ram_size(row->config) >> 20));
}

int ax_command_vm_list(struct ax_shell *shell, char *arg[])
{
	(void)arg;
	if (!shell->life || shell->life->count == 0) {
		ax_shell_print(shell, "no VMs are configured\n");
		return AX_OK;
	}
	ax_shell_print(shell, "key  %-16s %-10s %5s %11s\n", "name", "state", "vcpus", "memory");
	for (unsigned i = 0; i < shell->life->count; i++) {
		struct ax_life_vm *entry = &shell->life->vm[i];
		struct list_row row = {.shell = shell, .config = entry->config, .number = i};

		if (ax_life_inspect(entry, print_row, &row) != AX_OK) {
			ax_shell_print(shell, "%3u  %-16s busy\n", i, entry->config->name);
		}
	}
	return AX_OK;
}
