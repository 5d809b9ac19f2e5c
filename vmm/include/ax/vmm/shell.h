/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's prompt: a line editor, a parser and a table of commands over the VMs (ax/vmm/life.h) and the host.
 * It is a source of the console; keys come from the console's pump, commands run in the shell's own task.
 */
#ifndef AX_VMM_SHELL_H
#define AX_VMM_SHELL_H

#include <ax/vmm/console.h>
#include <ax/vmm/life.h>

#include <stdarg.h>

#define AX_SHELL_LINE 128u
#define AX_SHELL_WORDS 8u
#define AX_SHELL_PROMPT "axle> "

struct ax_host_info {
	const char *version, *arch, *sched;
	unsigned cpus;
	uint64_t memory_total, memory_free; /* bytes */
	uint64_t uptime_ns;
};

/* The machine below. */
struct ax_shell_host {
	int (*vformat)(char *buf, size_t size, const char *fmt, va_list args) __attribute__((format(printf, 3, 0)));
	void (*info)(struct ax_host_info *out);
	void (*set_log_level)(enum ax_log_level level);
	void (*power_off)(void); /* may not return */
	void (*reboot)(void);
	void (*wake)(void); /* keys wait for ax_shell_run(). Any context. */
};

struct ax_shell {
	const struct ax_shell_host *host;
	struct ax_console *console;
	struct ax_life *life;
	unsigned source;     /* its index at the console */
	struct ax_lock lock; /* of keys */
	uint8_t keys[AX_CONSOLE_INPUT];
	unsigned keys_size;
	char line[AX_SHELL_LINE];
	unsigned size;
	bool carriage; /* the last key was CR: a LF that follows belongs to it */
};

/* Adds the shell to the console as its home, and shows the prompt. life may be NULL: no VMs. AX_ENOSPC. */
int ax_shell_init(struct ax_shell *shell, struct ax_console *console, struct ax_life *life,
		  const struct ax_shell_host *host);
/* Works on the keys that came. The shell's task. */
void ax_shell_run(struct ax_shell *shell);

/* Cuts a line into words at blanks, in place. Returns how many; words over max are left out. */
unsigned ax_shell_split(char *line, char *word[], unsigned max);
/* Runs one command line, which it changes. Returns the command's error; what went wrong has been printed. */
int ax_shell_execute(struct ax_shell *shell, char *line);

/* Output at the prompt; at most 160 bytes a call. */
void ax_shell_print(struct ax_shell *shell, const char *fmt, ...) AX_PRINTF(2, 3);

#endif
