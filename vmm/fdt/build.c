/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's device tree from its configuration. */
#include "tree.h"

#include <libfdt.h>
#include <string.h>

#define CLOCK_HZ 24000000u

static const struct ax_device_config *find_irqchip(const struct ax_vm_config *config, const struct ax_tree_arch **arch)
{
	for (unsigned i = 0; i < config->device_count; i++) {
		*arch = ax_tree_arch_find(config->device[i].model);
		if (*arch) {
			return &config->device[i];
		}
	}
	return NULL;
}

static int check_device(const struct ax_vm_config *config, const struct ax_tree_arch *arch,
			const struct ax_device_config *dev)
{
	const struct ax_tree_device *kind = ax_tree_device_find(dev->model);
	unsigned first, last;

	if (!kind) {
		ax_port_log(AX_LOG_ERROR,
			    "vm %s: device %s: model \"%s\" has no device-tree binding; give the VM its own tree",
			    config->name, dev->name, dev->model);
		return AX_ENOENT;
	}
	if (dev->range_count < kind->ranges || dev->irq_count < kind->interrupts) {
		ax_port_log(AX_LOG_ERROR, "vm %s: device %s needs %u ranges and %u interrupts; add them", config->name,
			    dev->name, kind->ranges, kind->interrupts);
		return AX_EINVAL;
	}
	first = kind->private_irq ? arch->private_first : arch->shared_first;
	last = kind->private_irq ? arch->shared_first - 1 : arch->shared_last;
	for (unsigned i = 0; i < dev->irq_count; i++) {
		if (dev->irq[i] < first || dev->irq[i] > last) {
			ax_port_log(AX_LOG_ERROR, "vm %s: device %s: interrupt %u is not in %u..%u; choose one inside",
				    config->name, dev->name, dev->irq[i], first, last);
			return AX_EINVAL;
		}
	}
	return AX_OK;
}

static int check(const struct ax_vm_config *config, const struct ax_tree_arch *arch,
		 const struct ax_device_config *irqchip)
{
	int err = AX_OK;

	if (!irqchip || irqchip->range_count < arch->irqchip_ranges) {
		ax_port_log(AX_LOG_ERROR,
			    "vm %s: no interrupt controller with all its ranges to describe; add one or give the VM "
			    "its own tree",
			    config->name);
		return AX_ENOENT;
	}
	for (unsigned i = 0; i < config->device_count && !err; i++) {
		if (&config->device[i] != irqchip) {
			err = check_device(config, arch, &config->device[i]);
		}
	}
	return err;
}

static void write_chosen(struct ax_tree *t)
{
	const struct ax_vm_config *config = t->config;
	uint64_t initrd = config->initrd_gpa.v, end = initrd + config->initrd.size;
	uint32_t start_cells[] = {(uint32_t)(initrd >> 32), (uint32_t)initrd};
	uint32_t end_cells[] = {(uint32_t)(end >> 32), (uint32_t)end};

	ax_tree_begin(t, "chosen");
	ax_tree_text(t, "bootargs", config->cmdline ? config->cmdline : "");
	for (unsigned i = 0; i < config->device_count; i++) {
		const struct ax_tree_device *kind = ax_tree_device_find(config->device[i].model);

		if (kind && kind->serial) {
			char path[64] = "/";

			ax_tree_node_name(path + 1, sizeof(path) - 1, kind->node, config->device[i].range[0].base);
			ax_tree_text(t, "stdout-path", path);
			break;
		}
	}
	if (config->initrd.size) {
		ax_tree_cells(t, "linux,initrd-start", start_cells, 2);
		ax_tree_cells(t, "linux,initrd-end", end_cells, 2);
	}
	ax_tree_end(t);
}

/* Memory that does not take every access is not for the kernel to allocate from: whoever it is meant for knows where it
 * is. */
static void write_memory(struct ax_tree *t)
{
	for (unsigned i = 0; i < t->config->ram_count; i++) {
		const struct ax_ram_config *ram = &t->config->ram[i];
		const struct ax_resource range = {.base = ram->gpa.v, .size = ram->size};

		if ((ram->prot & AX_PROT_RWX) != AX_PROT_RWX) {
			continue;
		}
		ax_tree_begin_at(t, "memory", range.base);
		ax_tree_text(t, "device_type", "memory");
		ax_tree_reg(t, &range, 1);
		ax_tree_end(t);
	}
}

static void write_cpus(struct ax_tree *t)
{
	ax_tree_begin(t, "cpus");
	ax_tree_u32(t, "#address-cells", 1);
	ax_tree_u32(t, "#size-cells", 0);
	for (unsigned i = 0; i < t->config->vcpus; i++) {
		uint64_t id = ax_vm_hw_id(i);

		ax_tree_begin_at(t, "cpu", id);
		ax_tree_text(t, "device_type", "cpu");
		ax_tree_u32(t, "reg", (uint32_t)id);
		t->arch->cpu(t, i);
		ax_tree_end(t);
	}
	ax_tree_end(t);
}

static void write_clock(struct ax_tree *t)
{
	ax_tree_begin(t, "clock");
	ax_tree_text(t, "compatible", "fixed-clock");
	ax_tree_u32(t, "#clock-cells", 0);
	ax_tree_u32(t, "clock-frequency", CLOCK_HZ);
	ax_tree_u32(t, "phandle", AX_PHANDLE_CLOCK);
	ax_tree_end(t);
}

static void write_device(struct ax_tree *t, const struct ax_device_config *dev)
{
	const struct ax_tree_device *kind = ax_tree_device_find(dev->model);

	if (kind->ranges) {
		ax_tree_begin_at(t, kind->node, dev->range[0].base);
	} else {
		ax_tree_begin(t, kind->node);
	}
	kind->write(t, dev);
	ax_tree_end(t);
}

static void write_root(struct ax_tree *t, const struct ax_device_config *irqchip)
{
	ax_tree_begin(t, "");
	ax_tree_text(t, "compatible", "axle,vm");
	ax_tree_text(t, "model", t->config->name);
	ax_tree_u32(t, "#address-cells", 2);
	ax_tree_u32(t, "#size-cells", 2);
	ax_tree_u32(t, "interrupt-parent", AX_PHANDLE_IRQCHIP);
	write_chosen(t);
	write_memory(t);
	write_cpus(t);
	t->arch->firmware(t);
	t->arch->irqchip(t, irqchip);
	write_clock(t);
	for (unsigned i = 0; i < t->config->device_count; i++) {
		if (&t->config->device[i] != irqchip) {
			write_device(t, &t->config->device[i]);
		}
	}
	ax_tree_end(t);
}

int ax_guest_fdt_build(const struct ax_vm_config *config, void *buf, size_t size)
{
	struct ax_tree t = {.fdt = buf, .config = config};
	const struct ax_device_config *irqchip = find_irqchip(config, &t.arch);
	int err = check(config, t.arch, irqchip);

	if (err) {
		return err;
	}
	t.err = fdt_create(buf, (int)size);
	if (t.err == 0) {
		t.err = fdt_finish_reservemap(buf);
	}
	write_root(&t, irqchip);
	if (t.err == 0) {
		t.err = fdt_finish(buf);
	}
	if (t.err != 0) {
		ax_port_log(AX_LOG_ERROR, "vm %s: device tree over %llu bytes (%s); shorten the command line",
			    config->name, (unsigned long long)size, fdt_strerror(t.err));
		return AX_ENOSPC;
	}
	return (int)fdt_totalsize(buf);
}
