/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VMs of the configuration by name, and their lives: create, start, stop, reset, delete; what follows when a guest
 * powers off, reboots or fails.
 *
 * Each VM is changed by one task at a time: a function that finds another at work returns AX_EBUSY. A guest's own
 * requests are carried out by the manager task, which calls ax_life_manage().
 */
#ifndef AX_VMM_LIFE_H
#define AX_VMM_LIFE_H

#include <ax/vm.h>
#include <ax/vmm/config.h>
#include <ax/vmm/console.h>

struct ax_life;

struct ax_life_vm {
	struct ax_life *life;
	const struct ax_vm_config *config;
	unsigned console; /* its source */
	struct ax_vm_hooks hooks;
	struct ax_lock lock; /* of vm, for readers from other tasks */
	struct ax_vm *vm;    /* NULL: deleted */
	_Atomic bool busy;
	_Atomic unsigned event;      /* enum ax_vm_stop that the manager has not seen */
	struct ax_log_budget budget; /* for lines that a guest causes */
};

struct ax_life_ops {
	/* An event waits for ax_life_manage(). Any context. */
	void (*wake)(void *ctx);
	/* The last VM that ran has ended. From ax_life_manage(). */
	void (*idle)(void *ctx);
	void *ctx;
};

struct ax_life {
	struct ax_console *console;
	struct ax_life_ops ops;
	_Atomic bool active; /* a VM was to run since the last idle */
	unsigned count;
	struct ax_life_vm vm[AX_CONFIG_MAX_VMS];
};

/* Makes the table and a console source for each VM. The configuration and the console outlive it. AX_ENOSPC. */
int ax_life_init(struct ax_life *life, const struct ax_config *config, struct ax_console *console,
		 const struct ax_life_ops *ops);
/* Creates every VM and starts those that the configuration says. A failure is logged and leaves the others alone. */
void ax_life_start_all(struct ax_life *life);
/* Carries out what guests asked for. Task context. */
void ax_life_manage(struct ax_life *life);

struct ax_life_vm *ax_life_find(struct ax_life *life, const char *name);

/*
 * All: AX_EBUSY (another task is at it), AX_ENOENT (deleted; create it first), and the errors of the ax_vm function.
 * Task context, may block.
 */
int ax_life_create(struct ax_life_vm *entry); /* AX_EEXIST: it exists */
int ax_life_start(struct ax_life_vm *entry);
int ax_life_stop(struct ax_life_vm *entry);
int ax_life_reset(struct ax_life_vm *entry);
int ax_life_delete(struct ax_life_vm *entry); /* stops it first */

/* Keeps the VM from changing while fn looks at it; vm is NULL when deleted. AX_EBUSY. */
int ax_life_inspect(struct ax_life_vm *entry, void (*fn)(void *ctx, struct ax_vm *vm), void *ctx);

#endif
