/* SPDX-License-Identifier: Apache-2.0 */
/* The fake VM layer: states change as the real one's do, nothing else happens. */
#include "fakes.h"

#include <stdlib.h>
#include <string.h>

struct fakes fakes;

static size_t serial_input(struct ax_serial *serial, const uint8_t *text, size_t size)
{
	size_t taken = AX_MIN(size, fakes.room);

	(void)serial;
	memcpy(fakes.typed + fakes.typed_size, text, taken);
	fakes.typed_size += taken;
	fakes.typed[fakes.typed_size] = '\0';
	fakes.room -= taken;
	return taken;
}

void fakes_reset(void)
{
	fakes = (struct fakes){.serial.input = serial_input, .room = 256};
}

int ax_vm_create(const struct ax_vm_config *config, unsigned id, const struct ax_vm_hooks *hooks, void *hooks_ctx,
		 struct ax_vm **out)
{
	struct ax_vm *vm;

	if (fakes.create_err) {
		return fakes.create_err;
	}
	vm = calloc(1, sizeof(*vm));
	vm->config = config;
	vm->id = id;
	vm->hooks = hooks;
	vm->hooks_ctx = hooks_ctx;
	vm->console = &fakes.serial;
	vm->vcpu_count = config->vcpus;
	fakes.created++;
	*out = vm;
	return AX_OK;
}

static int begin(struct ax_vm *vm, int err)
{
	if (err) {
		return err;
	}
	vm->state = AX_VM_RUNNING;
	vm->stop_reason = AX_STOP_NONE;
	return AX_OK;
}

int ax_vm_start(struct ax_vm *vm)
{
	if (vm->state == AX_VM_RUNNING) {
		return AX_ESTATE;
	}
	fakes.started++;
	return begin(vm, fakes.start_err);
}

void fake_guest_ends(struct ax_vm *vm, enum ax_vm_stop reason)
{
	vm->state = AX_VM_STOPPED;
	vm->stop_reason = reason;
	vm->hooks->stopped(vm->hooks_ctx, vm, reason);
}

int ax_vm_stop(struct ax_vm *vm)
{
	if (fakes.stop_err) {
		return fakes.stop_err;
	}
	fakes.stopped++;
	if (vm->state == AX_VM_RUNNING) {
		fake_guest_ends(vm, AX_STOP_ASKED);
	}
	return AX_OK;
}

int ax_vm_reset(struct ax_vm *vm)
{
	fakes.reset++;
	if (vm->state == AX_VM_RUNNING) {
		fake_guest_ends(vm, AX_STOP_ASKED);
	}
	return begin(vm, fakes.reset_err);
}

int ax_vm_destroy(struct ax_vm *vm)
{
	if (fakes.destroy_err) {
		return fakes.destroy_err;
	}
	fakes.destroyed++;
	free(vm);
	return AX_OK;
}

const char *ax_vm_state_name(enum ax_vm_state state)
{
	return state == AX_VM_RUNNING ? "running" : state == AX_VM_STOPPED ? "stopped" : "created";
}

const char *ax_vm_stop_name(enum ax_vm_stop reason)
{
	return reason == AX_STOP_NONE ? "none" : "other";
}

const char *ax_exit_reason_name(enum ax_exit_reason reason)
{
	return reason == AX_EXIT_HYPERCALL ? "hypercall" : "other";
}

int ax_aspace_add_image(struct ax_aspace *as, ax_gpa_t gpa, ax_hpa_t hpa, uint64_t size)
{
	(void)as, (void)gpa, (void)hpa;
	fakes.images++;
	fakes.image_bytes += size;
	return fakes.image_err;
}

int ax_aspace_load(struct ax_aspace *as, ax_gpa_t gpa, const void *buf, size_t size)
{
	(void)as;
	fakes.loads++;
	fakes.load_gpa = gpa;
	fakes.load_size = size;
	memcpy(fakes.loaded, buf, AX_MIN(size, sizeof(fakes.loaded)));
	return AX_OK;
}

void ax_aspace_stats(struct ax_aspace *as, struct ax_aspace_stats *out)
{
	(void)as;
	*out = (struct ax_aspace_stats){.ram_bytes = AX_MIB(8)};
}
