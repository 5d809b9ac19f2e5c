/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life-cycle of a VM that exists. Which operation is allowed in which state is the table below; RUNNING ends in
 * STOPPING by ax_vm_end() alone, STOPPING in STOPPED by the last vCPU task.
 */
#include <stdatomic.h>
#include <string.h>

#include "internal.h"

enum operation { START, STOP, RESET, DESTROY };

#define STATE(s) (1u << AX_VM_##s)
#define ANY_STATE (~0u)

static const unsigned allowed[] = {
	[START] = STATE(CREATED) | STATE(STOPPED),
	[STOP] = ANY_STATE,
	[RESET] = ANY_STATE,
	[DESTROY] = STATE(CREATED) | STATE(STOPPED),
};

static void release(struct ax_vm *vm)
{
	vm->busy = false;
}

/* Takes the VM for one operation, to be released. AX_EBUSY, AX_ESTATE: not taken. */
static int claim(struct ax_vm *vm, enum operation operation)
{
	if (atomic_exchange(&vm->busy, true)) {
		return AX_EBUSY;
	}
	if (!(allowed[operation] & (1u << vm->state))) {
		release(vm);
		return AX_ESTATE;
	}
	return AX_OK;
}

static void kick_all(struct ax_vm *vm)
{
	for (unsigned i = 0; i < vm->vcpu_count; i++) {
		ax_vcpu_kick(&vm->vcpu[i]);
	}
}

/* Whoever comes second still sees to it that the VM is STOPPING when this returns: reap() relies on it. */
void ax_vm_end(struct ax_vm *vm, enum ax_vm_stop reason)
{
	unsigned none = AX_STOP_NONE;
	unsigned running = AX_VM_RUNNING;

	if (!ax_vm_running(vm)) {
		return;
	}
	atomic_compare_exchange_strong(&vm->stop_reason, &none, reason);
	if (atomic_compare_exchange_strong(&vm->state, &running, AX_VM_STOPPING)) {
		kick_all(vm);
	}
}

/*
 * Waits for the tasks that there are, ended or ending, and frees them. Whoever ended the VM may not have got to its
 * kicks yet, and finds no task any more when it does.
 */
static void reap(struct ax_vm *vm)
{
	kick_all(vm);
	for (unsigned i = 0; i < vm->vcpu_count; i++) {
		struct ax_task *task = vm->vcpu[i].task;

		if (task) {
			ax_vcpu_bind_task(&vm->vcpu[i], NULL);
			ax_port_task_join(task);
		}
	}
}

static int spawn(struct ax_vm *vm, unsigned index)
{
	const struct ax_vm_config *config = vm->config;
	char name[AX_VM_NAME_MAX + 4] = {0};
	size_t length = strnlen(config->name, AX_VM_NAME_MAX);
	struct ax_task_params params = {
		.name = name,
		.entry = ax_run_task,
		.arg = &vm->run[index],
		.affinity = config->affinity[index],
		.sched = config->sched,
		.weight = config->weight,
		.on_switch = ax_run_on_switch,
	};
	struct ax_task *task;
	int err;

	memcpy(name, config->name, length);
	name[length] = '/';
	name[length + 1] = (char)('0' + index);
	err = ax_port_task_spawn(&params, &task);
	if (!err) {
		ax_vcpu_bind_task(&vm->vcpu[index], task);
	}
	return err;
}

/* vCPU 0 comes last: until it runs no guest code does, and a failure leaves no trace. */
static int spawn_all(struct ax_vm *vm)
{
	int err = AX_OK;

	vm->live_tasks = vm->vcpu_count;
	vm->state = AX_VM_RUNNING;
	for (unsigned i = vm->vcpu_count; i-- > 0 && !err;) {
		err = spawn(vm, i);
	}
	if (err) {
		vm->state = AX_VM_STOPPING;
		reap(vm);
	}
	return err;
}

/* Memory, devices and vCPUs as after create, then the images. */
static int prepare(struct ax_vm *vm)
{
	int64_t birth = (int64_t)ax_port_ticks();
	int err = AX_OK;

	if (vm->used) {
		ax_bus_reset(&vm->bus);
		err = ax_aspace_scrub(vm->aspace);
	}
	vm->used = true;
	vm->mem_protect = false;
	for (unsigned i = 0; i < vm->vcpu_count; i++) {
		ax_vcpu_reset(&vm->vcpu[i]);
		/* One clock for all vCPUs, which counts from here. */
		ax_arch_vcpu_set_time_offset(vm->vcpu[i].arch, -birth);
		vm->run[i].timer.level = false;
		memset(vm->run[i].suspend, 0, sizeof(vm->run[i].suspend));
	}
	if (!err && vm->hooks && vm->hooks->load) {
		err = vm->hooks->load(vm->hooks_ctx, vm);
	}
	return err;
}

static int start(struct ax_vm *vm)
{
	struct ax_arch_entry entry = {.pc = vm->config->entry.v};
	int err;

	vm->state = AX_VM_RESETTING;
	vm->stop_reason = AX_STOP_NONE;
	err = prepare(vm);
	if (!err) {
		vm->firmware->boot(vm->config, &entry);
		err = ax_vcpu_power_on(&vm->vcpu[0], &entry);
	}
	if (!err) {
		err = spawn_all(vm);
	}
	if (err) {
		ax_port_log(AX_LOG_ERROR, "vm %s: not started: error %d", vm->config->name, err);
		vm->state = AX_VM_STOPPED;
	}
	return err;
}

int ax_vm_start(struct ax_vm *vm)
{
	int err = claim(vm, START);

	if (err) {
		return err;
	}
	reap(vm);
	err = start(vm);
	release(vm);
	return err;
}

int ax_vm_stop(struct ax_vm *vm)
{
	int err = claim(vm, STOP);

	if (err) {
		return err;
	}
	ax_vm_end(vm, AX_STOP_ASKED);
	reap(vm);
	release(vm);
	return AX_OK;
}

int ax_vm_reset(struct ax_vm *vm)
{
	int err = claim(vm, RESET);

	if (err) {
		return err;
	}
	ax_vm_end(vm, AX_STOP_ASKED);
	reap(vm);
	err = start(vm);
	release(vm);
	return err;
}

/* The VM stays claimed: nothing but its end follows. */
int ax_vm_retire(struct ax_vm *vm)
{
	int err = claim(vm, DESTROY);

	if (!err) {
		reap(vm);
	}
	return err;
}

const char *ax_vm_state_name(enum ax_vm_state state)
{
	static const char *const name[] = {
		[AX_VM_CREATED] = "created",     [AX_VM_RUNNING] = "running", [AX_VM_STOPPING] = "stopping",
		[AX_VM_RESETTING] = "resetting", [AX_VM_STOPPED] = "stopped",
	};

	return (unsigned)state < AX_ARRAY_SIZE(name) ? name[state] : "?";
}

const char *ax_vm_stop_name(enum ax_vm_stop reason)
{
	static const char *const name[] = {
		[AX_STOP_NONE] = "none",   [AX_STOP_POWEROFF] = "power-off", [AX_STOP_REBOOT] = "reboot",
		[AX_STOP_ASKED] = "asked", [AX_STOP_FAULT] = "fault",
	};

	return (unsigned)reason < AX_ARRAY_SIZE(name) ? name[reason] : "?";
}
