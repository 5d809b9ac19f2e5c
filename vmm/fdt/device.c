/* SPDX-License-Identifier: Apache-2.0 */
/* How each emulated device is described in a guest's device tree. */
#include "tree.h"

#include <string.h>

#define ARM_TIMER_SECURE 29u
#define ARM_TIMER_PHYS 30u
#define ARM_TIMER_HYP 26u

void ax_tree_interrupts(struct ax_tree *t, const struct ax_device_config *dev)
{
	uint32_t cells[3 * AX_ARRAY_SIZE(dev->irq)];
	unsigned used = 0;

	for (unsigned i = 0; i < dev->irq_count; i++) {
		used += t->arch->interrupt(dev->irq[i], &cells[used]);
	}
	ax_tree_cells(t, "interrupts", cells, used);
}

static void pl011(struct ax_tree *t, const struct ax_device_config *dev)
{
	static const uint32_t clocks[] = {AX_PHANDLE_CLOCK, AX_PHANDLE_CLOCK};

	ax_tree_texts(t, "compatible", "arm,pl011\0arm,primecell", sizeof("arm,pl011\0arm,primecell"));
	ax_tree_reg(t, dev->range, 1);
	ax_tree_interrupts(t, dev);
	ax_tree_texts(t, "clock-names", "uartclk\0apb_pclk", sizeof("uartclk\0apb_pclk"));
	ax_tree_cells(t, "clocks", clocks, AX_ARRAY_SIZE(clocks));
}

/*
 * The binding lists four views in a fixed order. A guest at EL1 uses the virtual one; the others have the numbers that
 * Arm's base system architecture gives them (BSA 1.0, 4.1.3), because the binding cannot leave them out.
 */
static void arm_vtimer(struct ax_tree *t, const struct ax_device_config *dev)
{
	const unsigned view[] = {ARM_TIMER_SECURE, ARM_TIMER_PHYS, dev->irq[0], ARM_TIMER_HYP};
	uint32_t cells[3 * AX_ARRAY_SIZE(view)];
	unsigned used = 0;

	for (unsigned i = 0; i < AX_ARRAY_SIZE(view); i++) {
		used += t->arch->interrupt(view[i], &cells[used]);
	}
	ax_tree_text(t, "compatible", "arm,armv8-timer");
	ax_tree_cells(t, "interrupts", cells, used);
	ax_tree_empty(t, "always-on");
}

static const struct ax_tree_device devices[] = {
	{.model = "pl011", .node = "serial", .ranges = 1, .interrupts = 1, .serial = true, .write = pl011},
	{.model = "arm-vtimer", .node = "timer", .interrupts = 1, .private_irq = true, .write = arm_vtimer},
};

const struct ax_tree_device *ax_tree_device_find(const char *model)
{
	for (unsigned i = 0; i < AX_ARRAY_SIZE(devices); i++) {
		if (strcmp(devices[i].model, model) == 0) {
			return &devices[i];
		}
	}
	return NULL;
}
