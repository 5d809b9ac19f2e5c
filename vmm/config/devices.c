/* SPDX-License-Identifier: Apache-2.0 */
/* The emulated and the passed-through devices of a VM. */
#include "reader.h"

#include <libfdt.h>
#include <string.h>

#define IRQ_MAX 1019u /* the largest input any supported controller has: GICv3 SPIs end there (GIC IHI 0069, 2.2) */

static int read_ranges(const struct ax_config_reader *r, int node, struct ax_device_config *dev)
{
	const uint8_t *cells;
	int err = ax_config_array(r, node, "ranges", 2, AX_DEVICE_MAX_RESOURCES, &cells, &dev->range_count);

	for (unsigned i = 0; !err && i < dev->range_count; i++) {
		dev->range[i] = (struct ax_resource){
			.bus = AX_BUS_MMIO,
			.base = ax_config_cell64(cells, 2 * i),
			.size = ax_config_cell64(cells, 2 * i + 1),
		};
	}
	return err;
}

static int read_interrupts(const struct ax_config_reader *r, int node, struct ax_device_config *dev)
{
	int len = 0;
	const uint8_t *cells = fdt_getprop(r->fdt, node, "interrupts", &len);

	if (!cells) {
		return AX_OK;
	}
	if (len < 0 || len % 4 != 0 || (unsigned)len / 4 > AX_ARRAY_SIZE(dev->irq)) {
		return AX_CONFIG_REFUSE(r, AX_EFORMAT, "interrupts",
					"device %s has %d bytes of them; give up to %u cells", dev->name, len,
					(unsigned)AX_ARRAY_SIZE(dev->irq));
	}
	dev->irq_count = (unsigned)len / 4;
	for (unsigned i = 0; i < dev->irq_count; i++) {
		dev->irq[i] = fdt32_ld((const fdt32_t *)(const void *)(cells + (size_t)i * 4));
		if (dev->irq[i] > IRQ_MAX) {
			return AX_CONFIG_REFUSE(r, AX_ERANGE, "interrupts",
						"device %s uses input %u; the last one is %u", dev->name, dev->irq[i],
						IRQ_MAX);
		}
	}
	return AX_OK;
}

static int read_device(const struct ax_config_reader *r, int node, struct ax_device_config *dev)
{
	int name_len = 0;
	const char *name = fdt_get_name(r->fdt, node, &name_len);
	int model_len = 0;
	const char *model = fdt_getprop(r->fdt, node, "model", &model_len);
	int err = ax_config_name(r, "devices", name, name ? (size_t)name_len : 0, dev->name, sizeof(dev->name));

	if (err) {
		return err;
	}
	if (!model) {
		return AX_CONFIG_REFUSE(r, AX_ENOENT, "model", "device %s has none; say what it is", dev->name);
	}
	err = ax_config_name(r, "model", model, strnlen(model, (size_t)model_len), dev->model, sizeof(dev->model));
	if (!err) {
		err = read_ranges(r, node, dev);
	}
	if (!err) {
		err = read_interrupts(r, node, dev);
	}
	return err;
}

/* Two devices on one input would hold each other's level. */
static int check_interrupts(const struct ax_config_reader *r, const struct ax_vm_config *vm, unsigned last)
{
	const struct ax_device_config *dev = &vm->device[last];

	for (unsigned d = 0; d < last; d++) {
		for (unsigned i = 0; i < vm->device[d].irq_count; i++) {
			for (unsigned j = 0; j < dev->irq_count; j++) {
				if (vm->device[d].irq[i] == dev->irq[j]) {
					return AX_CONFIG_REFUSE(
						r, AX_EEXIST, "interrupts",
						"devices %s and %s both use input %u; give each its own",
						vm->device[d].name, dev->name, dev->irq[j]);
				}
			}
		}
	}
	return AX_OK;
}

int ax_config_read_devices(const struct ax_config_reader *r, int vm_node, struct ax_vm_config *vm)
{
	int parent = fdt_subnode_offset(r->fdt, vm_node, "devices");
	int node;

	if (parent < 0) {
		return AX_OK;
	}
	fdt_for_each_subnode (node, r->fdt, parent) {
		int err;

		if (vm->device_count == AX_VM_MAX_DEVICES) {
			return AX_CONFIG_REFUSE(r, AX_ENOSPC, "devices", "a VM has at most %u; remove some",
						AX_VM_MAX_DEVICES);
		}
		err = read_device(r, node, &vm->device[vm->device_count]);
		if (!err) {
			err = check_interrupts(r, vm, vm->device_count);
		}
		if (err) {
			return err;
		}
		vm->device_count++;
	}
	return AX_OK;
}

static int read_window(const struct ax_config_reader *r, int node, struct ax_passthrough_config *window)
{
	const char *name = fdt_get_name(r->fdt, node, NULL);
	const uint8_t *cells;
	unsigned count;
	uint64_t prot;
	int err = ax_config_array(r, node, "range", 4, 1, &cells, &count);

	if (err) {
		return err;
	}
	if (count == 0) {
		return AX_CONFIG_REFUSE(r, AX_ENOENT, "range",
					"passthrough %s has none; give gpa, hpa, size and permissions",
					name ? name : "?");
	}
	prot = ax_config_cell64(cells, 3);
	*window = (struct ax_passthrough_config){
		.gpa = ax_gpa(ax_config_cell64(cells, 0)),
		.hpa = ax_hpa(ax_config_cell64(cells, 1)),
		.size = ax_config_cell64(cells, 2),
		.prot = (uint32_t)prot,
	};
	if ((prot & ~(uint64_t)(AX_PROT_RWX | AX_PROT_DEVICE)) || !(prot & AX_PROT_READ)) {
		return AX_CONFIG_REFUSE(r, AX_EINVAL, "range",
					"passthrough %s has permissions 0x%llx; use read, write, execute, device",
					name ? name : "?", (unsigned long long)prot);
	}
	if (!AX_IS_ALIGNED(window->hpa.v, AX_PAGE_SIZE) || window->hpa.v + window->size < window->hpa.v) {
		return AX_CONFIG_REFUSE(r, AX_EINVAL, "range",
					"passthrough %s: host address 0x%llx is not page-aligned or wraps",
					name ? name : "?", (unsigned long long)window->hpa.v);
	}
	return AX_OK;
}

int ax_config_read_passthrough(const struct ax_config_reader *r, int vm_node, struct ax_vm_config *vm)
{
	int parent = fdt_subnode_offset(r->fdt, vm_node, "passthrough");
	int node;

	if (parent < 0) {
		return AX_OK;
	}
	fdt_for_each_subnode (node, r->fdt, parent) {
		int err;

		if (vm->passthrough_count == AX_VM_MAX_PASSTHROUGH) {
			return AX_CONFIG_REFUSE(r, AX_ENOSPC, "passthrough", "a VM has at most %u; remove some",
						AX_VM_MAX_PASSTHROUGH);
		}
		err = read_window(r, node, &vm->passthrough[vm->passthrough_count]);
		if (err) {
			return err;
		}
		vm->passthrough_count++;
	}
	return AX_OK;
}
