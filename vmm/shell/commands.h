/* SPDX-License-Identifier: Apache-2.0 */
/* The shell's commands: a table, and one function for each. */
#ifndef AX_VMM_SHELL_COMMANDS_H
#define AX_VMM_SHELL_COMMANDS_H

#include <ax/vmm/shell.h>

struct ax_command {
	const char *word[2]; /* its name: one or two words */
	const char *args;    /* as help shows them; "" none */
	unsigned arity;      /* how many */
	const char *help;
	/* arg: exactly arity words. Prints what goes wrong and returns the error. */
	int (*run)(struct ax_shell *shell, char *arg[]);
};

extern const struct ax_command ax_commands[];
extern const unsigned ax_command_count;

int ax_command_vm_list(struct ax_shell *shell, char *arg[]);
int ax_command_vm_console(struct ax_shell *shell, char *arg[]);
int ax_command_vm_create(struct ax_shell *shell, char *arg[]);
int ax_command_vm_start(struct ax_shell *shell, char *arg[]);
int ax_command_vm_stop(struct ax_shell *shell, char *arg[]);
int ax_command_vm_reset(struct ax_shell *shell, char *arg[]);
int ax_command_vm_delete(struct ax_shell *shell, char *arg[]);
int ax_command_vm_stat(struct ax_shell *shell, char *arg[]);

/* The VM of that name; NULL with a message that names it. */
struct ax_life_vm *ax_command_find_vm(struct ax_shell *shell, const char *name);
/* Says in words why a command on a VM failed. Returns err. */
int ax_command_failed(struct ax_shell *shell, const char *command, const char *name, int err);

#endif
