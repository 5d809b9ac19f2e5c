/* SPDX-License-Identifier: Apache-2.0 */
/* A VM comes and goes: each step of the creation and what undoes it. */
#include "internal.h"

/* Stage-2 tables for RAM in single pages, plus the upper levels and what sparse ranges need. */
static size_t table_quota(const struct ax_vm_config *config)
{
	size_t pages = 64;

	for (unsigned i = 0; i < config->ram_count; i++) {
		pages += (size_t)(config->ram[i].size / AX_MIB(2)) + 4;
	}
	for (unsigned i = 0; i < config->passthrough_count; i++) {
		pages += (size_t)(config->passthrough[i].size / AX_MIB(2)) + 4;
	}
	return pages;
}

static int create_aspace(struct ax_vm *vm)
{
	const struct ax_vm_config *config = vm->config;
	const struct ax_npt_format *format = ax_arch_npt_guest_format(config->gpa_bits);
	int err = AX_OK;

	if (!format) {
		ax_port_log(AX_LOG_ERROR, "vm %s: gpa-bits %u: more than this machine's page tables give", config->name,
			    config->gpa_bits);
		return AX_ENOSYS;
	}
	err = ax_aspace_create(format, vm->id, table_quota(config), &vm->aspace);
	for (unsigned i = 0; i < config->ram_count && !err; i++) {
		const struct ax_ram_config *ram = &config->ram[i];

		err = ax_aspace_add_ram(vm->aspace, ram->gpa, ram->size, ram->prot);
	}
	for (unsigned i = 0; i < config->passthrough_count && !err; i++) {
		const struct ax_passthrough_config *p = &config->passthrough[i];

		err = ax_aspace_add_device(vm->aspace, p->gpa, p->hpa, p->size, p->prot);
	}
	if (err) {
		ax_port_log(AX_LOG_ERROR, "vm %s: memory: error %d; see its memory and passthrough ranges",
			    config->name, err);
	}
	return err;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a_size && b_size && a <= b + (b_size - 1) && b <= a + (a_size - 1);
}

/* The bus knows devices, the address space memory; that the two keep apart is seen here. */
static int check_overlap(const struct ax_vm *vm)
{
	const struct ax_vm_config *config = vm->config;

	for (unsigned s = 0; s < vm->bus.kind[AX_BUS_MMIO].count; s++) {
		const struct ax_bus_slot *slot = &vm->bus.kind[AX_BUS_MMIO].slot[s];
		uint64_t size = slot->end - slot->base + 1;
		bool hit = false;

		for (unsigned i = 0; i < config->ram_count; i++) {
			hit |= overlap(slot->base, size, config->ram[i].gpa.v, config->ram[i].size);
		}
		for (unsigned i = 0; i < config->passthrough_count; i++) {
			hit |= overlap(slot->base, size, config->passthrough[i].gpa.v, config->passthrough[i].size);
		}
		if (hit) {
			ax_port_log(AX_LOG_ERROR, "vm %s: device %s at %#llx overlaps memory", config->name,
				    slot->dev->name, (unsigned long long)slot->base);
			return AX_EEXIST;
		}
	}
	return AX_OK;
}

static int create_vcpus(struct ax_vm *vm)
{
	const struct ax_npt_format *format = ax_arch_npt_guest_format(vm->config->gpa_bits);

	vm->run = ax_port_alloc(vm->config->vcpus * sizeof(*vm->run));
	if (!vm->run) {
		return AX_ENOMEM;
	}
	while (vm->vcpu_count < vm->config->vcpus) {
		unsigned i = vm->vcpu_count;
		struct ax_arch_vcpu_config config = {
			.index = i, .hw_id = ax_vm_hw_id(i), .format = format, .npt = ax_aspace_tag(vm->aspace)};
		int err = ax_vcpu_init(&vm->vcpu[i], &config, vm);

		if (err) {
			return err;
		}
		vm->run[i] = (struct ax_run){.vm = vm, .vcpu = &vm->vcpu[i], .timer.hwirq = -1};
		ax_halt_init(&vm->run[i]);
		vm->vcpu_count++;
	}
	return AX_OK;
}

/* Undoes whatever part of the creation was reached. */
static void dismantle(struct ax_vm *vm)
{
	ax_bus_destroy(&vm->bus);
	while (vm->vcpu_count > 0) {
		ax_vcpu_destroy(&vm->vcpu[--vm->vcpu_count]);
	}
	if (vm->run) {
		ax_port_free(vm->run, vm->config->vcpus * sizeof(*vm->run));
	}
	if (vm->aspace) {
		ax_aspace_destroy(vm->aspace);
	}
	ax_port_free(vm, sizeof(*vm));
}

static bool config_fits(const struct ax_vm_config *config)
{
	return config->vcpus >= 1 && config->vcpus <= AX_VM_MAX_VCPUS && config->ram_count <= AX_VM_MAX_RAM &&
	       config->device_count <= AX_VM_MAX_DEVICES && config->passthrough_count <= AX_VM_MAX_PASSTHROUGH;
}

static int assemble(struct ax_vm *vm)
{
	int err;

	vm->firmware = ax_firmware_find(ax_arch_caps()->firmware);
	if (!vm->firmware) {
		return AX_ENOSYS;
	}
	err = create_aspace(vm);
	if (!err) {
		err = create_vcpus(vm);
	}
	if (!err) {
		err = ax_devices_create(vm);
	}
	if (!err) {
		ax_bus_seal(&vm->bus);
		err = check_overlap(vm);
	}
	return err;
}

int ax_vm_create(const struct ax_vm_config *config, unsigned id, const struct ax_vm_hooks *hooks, void *hooks_ctx,
		 struct ax_vm **out)
{
	struct ax_vm *vm;
	int err;

	if (!config_fits(config)) {
		return AX_EINVAL;
	}
	vm = ax_port_alloc(sizeof(*vm));
	if (!vm) {
		return AX_ENOMEM;
	}
	vm->config = config;
	vm->id = id;
	vm->hooks = hooks;
	vm->hooks_ctx = hooks_ctx;
	ax_bus_init(&vm->bus);
	err = assemble(vm);
	if (err) {
		dismantle(vm);
		return err;
	}
	*out = vm;
	return AX_OK;
}

int ax_vm_destroy(struct ax_vm *vm)
{
	int err = ax_vm_retire(vm);

	if (!err) {
		dismantle(vm);
	}
	return err;
}

/* Instructions are words. */
bool ax_vm_entry_valid(const struct ax_vm *vm, uint64_t entry)
{
	return AX_IS_ALIGNED(entry, 4) && ax_vm_is_ram(vm, entry, 4, AX_PROT_EXEC);
}

bool ax_vm_is_ram(const struct ax_vm *vm, uint64_t gpa, uint64_t size, uint32_t prot)
{
	for (unsigned i = 0; i < vm->config->ram_count; i++) {
		const struct ax_ram_config *ram = &vm->config->ram[i];

		if (gpa >= ram->gpa.v && gpa - ram->gpa.v < ram->size && size <= ram->size - (gpa - ram->gpa.v)) {
			return (ram->prot & prot) == prot;
		}
	}
	return false;
}

static int memory_read(void *ctx, ax_gpa_t gpa, void *buf, size_t size)
{
	return ax_aspace_read(((struct ax_vm *)ctx)->aspace, gpa, buf, size);
}

static int memory_write(void *ctx, ax_gpa_t gpa, const void *buf, size_t size)
{
	return ax_aspace_write(((struct ax_vm *)ctx)->aspace, gpa, buf, size);
}

struct ax_guest_memory ax_vm_memory(struct ax_vm *vm)
{
	return (struct ax_guest_memory){.read = memory_read, .write = memory_write, .ctx = vm};
}
