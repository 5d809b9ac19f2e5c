/* SPDX-License-Identifier: Apache-2.0 */
/* What a guest asks of the VMM, by its hooks, and what the manager task does about it. */
#include "internal.h"

#include <ax/vmm/image.h>

#include <stdatomic.h>

static void console_write(void *ctx, const uint8_t *text, size_t size)
{
	struct ax_life_vm *entry = ctx;

	ax_console_write(entry->life->console, entry->console, text, size);
}

static void console_room(void *ctx)
{
	struct ax_life_vm *entry = ctx;

	ax_console_room(entry->life->console);
}

/* The lock keeps the VM from being deleted meanwhile. Without a serial port, what is typed is dropped. */
static size_t console_input(void *ctx, const uint8_t *text, size_t size)
{
	struct ax_life_vm *entry = ctx;
	unsigned long irq = ax_port_lock(&entry->lock);
	size_t taken = size;

	if (entry->vm && entry->vm->console) {
		taken = entry->vm->console->input(entry->vm->console, text, size);
	}
	ax_port_unlock(&entry->lock, irq);
	return taken;
}

static int load(void *ctx, struct ax_vm *vm)
{
	(void)ctx;
	return ax_image_load(vm);
}

static void stopped(void *ctx, struct ax_vm *vm, enum ax_vm_stop reason)
{
	struct ax_life_vm *entry = ctx;

	(void)vm;
	atomic_store(&entry->event, reason);
	entry->life->ops.wake(entry->life->ops.ctx);
}

int ax_life_init(struct ax_life *life, const struct ax_config *config, struct ax_console *console,
		 const struct ax_life_ops *ops)
{
	*life = (struct ax_life){.console = console, .ops = *ops};
	for (unsigned i = 0; i < config->vm_count; i++) {
		struct ax_life_vm *entry = &life->vm[i];
		const struct ax_console_source_config source = {
			.name = config->vm[i].name,
			.prefixed = true,
			.input = console_input,
			.ctx = entry,
		};
		int index = ax_console_add(console, &source);

		if (index < 0) {
			return index;
		}
		entry->life = life;
		entry->config = &config->vm[i];
		entry->console = (unsigned)index;
		entry->hooks = (struct ax_vm_hooks){
			.console = {.write = console_write, .ctx = entry, .room = console_room},
			.load = load,
			.stopped = stopped,
		};
		life->count++;
	}
	return AX_OK;
}

/* ---- the manager ---- */

static void end(struct ax_life_vm *entry, enum ax_log_level level, const char *what)
{
	ax_vm_stop(entry->vm);
	ax_port_log_limited(&entry->budget, level, "vm %s: %s", entry->config->name, what);
}

static void on_poweroff(struct ax_life_vm *entry)
{
	end(entry, AX_LOG_INFO, "powered off");
}

static void on_reboot(struct ax_life_vm *entry)
{
	if (entry->config->on_reboot == AX_ON_REBOOT_STOP) {
		end(entry, AX_LOG_INFO, "asked for a reboot and was stopped, as its configuration says");
		return;
	}
	ax_port_log_limited(&entry->budget, AX_LOG_INFO, "vm %s: rebooting", entry->config->name);
	ax_vm_reset(entry->vm);
}

static void on_fault(struct ax_life_vm *entry)
{
	end(entry, AX_LOG_ERROR, "stopped by an error; \"vm reset\" starts it anew");
}

static void (*const on_event[])(struct ax_life_vm *entry) = {
	[AX_STOP_POWEROFF] = on_poweroff,
	[AX_STOP_REBOOT] = on_reboot,
	[AX_STOP_FAULT] = on_fault,
};

/* The VM may have been started again since the event: it then is history. */
static void handle(struct ax_life_vm *entry)
{
	unsigned event = atomic_exchange(&entry->event, AX_STOP_NONE);

	if (event < AX_ARRAY_SIZE(on_event) && on_event[event] && entry->vm && entry->vm->state == AX_VM_STOPPED) {
		on_event[event](entry);
	}
}

/* Nothing runs and nobody is about to change that. */
static bool is_idle(struct ax_life *life)
{
	for (unsigned i = 0; i < life->count; i++) {
		struct ax_life_vm *entry = &life->vm[i];
		unsigned long irq = ax_port_lock(&entry->lock);
		unsigned state = entry->vm ? entry->vm->state : AX_VM_STOPPED;

		ax_port_unlock(&entry->lock, irq);
		if (entry->busy || entry->event != AX_STOP_NONE || (state != AX_VM_STOPPED && state != AX_VM_CREATED)) {
			return false;
		}
	}
	return true;
}

void ax_life_manage(struct ax_life *life)
{
	for (unsigned i = 0; i < life->count; i++) {
		struct ax_life_vm *entry = &life->vm[i];

		if (entry->event != AX_STOP_NONE && ax_life_claim(entry)) {
			handle(entry);
			ax_life_release(entry);
		}
	}
	if (life->active && is_idle(life)) {
		atomic_store(&life->active, false);
		life->ops.idle(life->ops.ctx);
	}
}
