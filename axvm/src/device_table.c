/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every device model a configuration may name, and how it is made of what the configuration resolved. The order is the
 * order of creation: interrupt controllers before what hangs on them.
 */
#include <string.h>

#include <ax/device/pl011.h>
#include <ax/device/vgicv3.h>

#include "internal.h"

static void slot_write(void *ctx, unsigned vcpu, unsigned slot, const struct ax_virq *virq)
{
	ax_arch_vcpu_irq_write(((struct ax_vm *)ctx)->vcpu[vcpu].arch, slot, virq);
}

static bool slot_read(void *ctx, unsigned vcpu, unsigned slot, struct ax_virq *virq)
{
	return ax_arch_vcpu_irq_read(((struct ax_vm *)ctx)->vcpu[vcpu].arch, slot, virq);
}

static void notify_free(void *ctx, unsigned vcpu, bool on)
{
	ax_arch_vcpu_irq_notify_free(((struct ax_vm *)ctx)->vcpu[vcpu].arch, on);
}

static void kick(void *ctx, unsigned vcpu)
{
	ax_vcpu_kick(&((struct ax_vm *)ctx)->vcpu[vcpu]);
}

/* Shared interrupts that the VM's devices need, in steps of 32 as the controller counts them. */
static unsigned count_spis(const struct ax_vm_config *config)
{
	unsigned top = 32;

	for (unsigned d = 0; d < config->device_count; d++) {
		for (unsigned i = 0; i < config->device[d].irq_count; i++) {
			top = AX_MAX(top, config->device[d].irq[i]);
		}
	}
	return AX_MIN((unsigned)AX_ALIGN_UP(top + 1, 32) - 32, AX_VGICV3_MAX_SPIS);
}

static int create_vgicv3(struct ax_vm *vm, const struct ax_device_config *config)
{
	uint64_t hw_id[AX_VM_MAX_VCPUS];
	struct ax_vgicv3_config vgic = {
		.name = config->name,
		.dist_base = config->range[0].base,
		.redist_base = config->range[1].base,
		.vcpus = vm->vcpu_count,
		.hw_id = hw_id,
		.spis = count_spis(vm->config),
		.port = &vm->virq_port,
		.port_ctx = vm,
	};
	struct ax_irqchip *chip;
	struct ax_device *dev;
	int err;

	if (config->range_count != 2 || config->range[1].size < vm->vcpu_count * (uint64_t)AX_VGICV3_REDIST_SIZE) {
		return AX_EINVAL;
	}
	if (vm->irqchip) {
		return AX_EEXIST;
	}
	for (unsigned i = 0; i < vm->vcpu_count; i++) {
		hw_id[i] = ax_vm_hw_id(i);
	}
	err = ax_vgicv3_create(&vgic, &dev, &chip);
	if (err) {
		return err;
	}
	err = ax_bus_register(&vm->bus, dev);
	if (err) {
		dev->ops->destroy(dev);
		return err;
	}
	vm->irqchip = chip;
	return AX_OK;
}

/* The guest's timer is the CPU's own; what there is to make is its interrupt, the same private one on each vCPU. */
static int create_vtimer(struct ax_vm *vm, const struct ax_device_config *config)
{
	int hwirq = ax_arch_vcpu_timer_hwirq();

	if (config->irq_count != 1 || config->irq[0] < 16 || config->irq[0] > 31 || !vm->irqchip) {
		return AX_EINVAL;
	}
	for (unsigned i = 0; i < vm->vcpu_count; i++) {
		vm->run[i].timer = (struct ax_vtimer){.line = {.chip = vm->irqchip, .intid = config->irq[0], .vcpu = i},
						      .hwirq = hwirq};
	}
	if (hwirq >= 0) {
		ax_vgicv3_link_hw(vm->irqchip, config->irq[0], (unsigned)hwirq);
	}
	return AX_OK;
}

static int create_pl011(struct ax_vm *vm, const struct ax_device_config *config)
{
	struct ax_irq_line line = {.chip = config->irq_count ? vm->irqchip : NULL, .intid = config->irq[0]};
	struct ax_serial_sink sink = {0};
	struct ax_serial *serial;
	int err;

	if (config->range_count != 1) {
		return AX_EINVAL;
	}
	if (vm->hooks && !vm->console) {
		sink = vm->hooks->console;
	}
	err = ax_pl011_create(config->name, config->range[0].base, config->range[0].size, line, sink, &serial);
	if (err) {
		return err;
	}
	err = ax_bus_register(&vm->bus, &serial->dev);
	if (err) {
		serial->dev.ops->destroy(&serial->dev);
		return err;
	}
	if (!vm->console) {
		vm->console = serial;
	}
	return AX_OK;
}

static const struct {
	const char *name;
	int (*create)(struct ax_vm *vm, const struct ax_device_config *config);
} model[] = {
	{"vgicv3", create_vgicv3},
	{"arm-vtimer", create_vtimer},
	{"pl011", create_pl011},
};

static bool known(const char *name)
{
	for (unsigned m = 0; m < AX_ARRAY_SIZE(model); m++) {
		if (strcmp(model[m].name, name) == 0) {
			return true;
		}
	}
	return false;
}

static int check_models(const struct ax_vm_config *config)
{
	for (unsigned d = 0; d < config->device_count; d++) {
		if (!known(config->device[d].model)) {
			ax_port_log(AX_LOG_ERROR, "vm %s: device %s: unknown model \"%s\"", config->name,
				    config->device[d].name, config->device[d].model);
			return AX_ENOENT;
		}
	}
	return AX_OK;
}

static int create_all(struct ax_vm *vm, unsigned m)
{
	for (unsigned d = 0; d < vm->config->device_count; d++) {
		const struct ax_device_config *config = &vm->config->device[d];
		int err;

		if (strcmp(model[m].name, config->model) != 0) {
			continue;
		}
		err = model[m].create(vm, config);
		if (err) {
			ax_port_log(AX_LOG_ERROR, "vm %s: device %s (%s): error %d; see its ranges and interrupts",
				    vm->config->name, config->name, config->model, err);
			return err;
		}
	}
	return AX_OK;
}

int ax_devices_create(struct ax_vm *vm)
{
	int err = check_models(vm->config);

	vm->virq_port = (struct ax_virq_port){.slots = ax_arch_caps()->irq_slots,
					      .slot_write = slot_write,
					      .slot_read = slot_read,
					      .notify_free = notify_free,
					      .kick = kick};
	for (unsigned m = 0; m < AX_ARRAY_SIZE(model) && !err; m++) {
		err = create_all(vm, m);
	}
	return err;
}
