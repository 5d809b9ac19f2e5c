/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between architectures in a guest's device tree: CPUs, firmware calls, interrupt controller. */
#include "tree.h"

#include <string.h>

/* arm,gic-v3 interrupt specifier: type, number within the type, flags. */
#define GIC_SPI 0u
#define GIC_PPI 1u
#define GIC_SPI_BASE 32u
#define GIC_PPI_BASE 16u
#define GIC_SPI_LAST 1019u
#define IRQ_LEVEL_HIGH 4u

static void arm_cpu(struct ax_tree *t, unsigned index)
{
	(void)index;
	ax_tree_text(t, "compatible", "arm,armv8");
	ax_tree_text(t, "enable-method", "psci");
}

static void arm_firmware(struct ax_tree *t)
{
	ax_tree_begin(t, "psci");
	ax_tree_texts(t, "compatible", "arm,psci-1.0\0arm,psci-0.2", sizeof("arm,psci-1.0\0arm,psci-0.2"));
	ax_tree_text(t, "method", "hvc");
	ax_tree_end(t);
}

static void gicv3(struct ax_tree *t, const struct ax_device_config *dev)
{
	ax_tree_begin_at(t, "interrupt-controller", dev->range[0].base);
	ax_tree_text(t, "compatible", "arm,gic-v3");
	ax_tree_u32(t, "#interrupt-cells", 3);
	ax_tree_u32(t, "#address-cells", 0);
	ax_tree_empty(t, "interrupt-controller");
	ax_tree_u32(t, "#redistributor-regions", dev->range_count - 1);
	ax_tree_reg(t, dev->range, dev->range_count);
	ax_tree_u32(t, "phandle", AX_PHANDLE_IRQCHIP);
	ax_tree_end(t);
}

static unsigned gicv3_interrupt(unsigned input, uint32_t cells[3])
{
	bool shared = input >= GIC_SPI_BASE;

	cells[0] = shared ? GIC_SPI : GIC_PPI;
	cells[1] = input - (shared ? GIC_SPI_BASE : GIC_PPI_BASE);
	cells[2] = IRQ_LEVEL_HIGH;
	return 3;
}

static const struct ax_tree_arch arches[] = {
	{
		.irqchip_model = "vgicv3",
		.irqchip_ranges = 2,
		.private_first = GIC_PPI_BASE,
		.shared_first = GIC_SPI_BASE,
		.shared_last = GIC_SPI_LAST,
		.cpu = arm_cpu,
		.firmware = arm_firmware,
		.irqchip = gicv3,
		.interrupt = gicv3_interrupt,
	},
};

const struct ax_tree_arch *ax_tree_arch_find(const char *irqchip_model)
{
	for (unsigned i = 0; i < AX_ARRAY_SIZE(arches); i++) {
		if (strcmp(arches[i].irqchip_model, irqchip_model) == 0) {
			return &arches[i];
		}
	}
	return NULL;
}
