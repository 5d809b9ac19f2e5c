/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on the VMs of the table, one task at a time for each VM. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

bool ax_life_claim(struct ax_life_vm *entry)
{
	return !atomic_exchange(&entry->busy, true);
}

/* An event that came meanwhile found the VM busy: the manager looks again. */
void ax_life_release(struct ax_life_vm *entry)
{
	atomic_store(&entry->busy, false);
	entry->life->ops.wake(entry->life->ops.ctx);
}

static int create(struct ax_life_vm *entry)
{
	unsigned id = (unsigned)(entry - entry->life->vm) + 1;
	struct ax_vm *vm = NULL;
	unsigned long irq;
	int err;

	if (entry->vm) {
		return AX_EEXIST;
	}
	err = ax_vm_create(entry->config, id, &entry->hooks, entry, &vm);
	if (err) {
		return err;
	}
	irq = ax_port_lock(&entry->lock);
	entry->vm = vm;
	ax_port_unlock(&entry->lock, irq);
	return AX_OK;
}

static int start(struct ax_life_vm *entry)
{
	int err = ax_vm_start(entry->vm);

	if (!err) {
		atomic_store(&entry->life->active, true);
	}
	return err;
}

static int stop(struct ax_life_vm *entry)
{
	return ax_vm_stop(entry->vm);
}

static int reset(struct ax_life_vm *entry)
{
	int err = ax_vm_reset(entry->vm);

	if (!err) {
		atomic_store(&entry->life->active, true);
	}
	return err;
}

/* Out of everyone's reach first, then gone; back when it would not go. */
static int delete (struct ax_life_vm *entry)
{
	struct ax_vm *vm = entry->vm;
	unsigned long irq;
	int err = ax_vm_stop(vm);

	if (err) {
		return err;
	}
	irq = ax_port_lock(&entry->lock);
	entry->vm = NULL;
	ax_port_unlock(&entry->lock, irq);
	err = ax_vm_destroy(vm);
	if (err) {
		irq = ax_port_lock(&entry->lock);
		entry->vm = vm;
		ax_port_unlock(&entry->lock, irq);
	}
	return err;
}

static int claimed(struct ax_life_vm *entry, int (*operation)(struct ax_life_vm *entry), bool must_exist)
{
	int err = AX_ENOENT;

	if (!ax_life_claim(entry)) {
		return AX_EBUSY;
	}
	if (entry->vm || !must_exist) {
		err = operation(entry);
	}
	ax_life_release(entry);
	return err;
}

int ax_life_create(struct ax_life_vm *entry)
{
	return claimed(entry, create, false);
}

int ax_life_start(struct ax_life_vm *entry)
{
	return claimed(entry, start, true);
}

int ax_life_stop(struct ax_life_vm *entry)
{
	return claimed(entry, stop, true);
}

int ax_life_reset(struct ax_life_vm *entry)
{
	return claimed(entry, reset, true);
}

int ax_life_delete(struct ax_life_vm *entry)
{
	return claimed(entry, delete, true);
}

int ax_life_inspect(struct ax_life_vm *entry, void (*fn)(void *ctx, struct ax_vm *vm), void *ctx)
{
	if (!ax_life_claim(entry)) {
		return AX_EBUSY;
	}
	fn(ctx, entry->vm);
	ax_life_release(entry);
	return AX_OK;
}

struct ax_life_vm *ax_life_find(struct ax_life *life, const char *name)
{
	for (unsigned i = 0; i < life->count; i++) {
		if (strcmp(life->vm[i].config->name, name) == 0) {
			return &life->vm[i];
		}
	}
	return NULL;
}

void ax_life_start_all(struct ax_life *life)
{
	for (unsigned i = 0; i < life->count; i++) {
		struct ax_life_vm *entry = &life->vm[i];
		int err = ax_life_create(entry);

		if (err) {
			ax_port_log(AX_LOG_ERROR, "vm %s: not created: error %d", entry->config->name, err);
		}
	}
	for (unsigned i = 0; i < life->count; i++) {
		struct ax_life_vm *entry = &life->vm[i];

		if (entry->config->autostart) {
			atomic_store(&life->active, true);
			ax_life_start(entry);
		}
	}
	life->ops.wake(life->ops.ctx);
}
