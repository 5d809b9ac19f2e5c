/* SPDX-License-Identifier: Apache-2.0 */
/* From a node of the device tree to the driver that takes it. */
#include <ax/base/driver.h>
#include <ax/base/dt.h>

#include <libfdt.h>

extern const struct ax_driver __ax_drivers_start[], __ax_drivers_end[];

static int probe_node(enum ax_driver_class class, int node)
{
	for (const struct ax_driver *d = __ax_drivers_start; d < __ax_drivers_end; d++) {
		if (d->class == class && fdt_node_check_compatible(ax_dt(), node, d->compatible) == 0 &&
		    d->probe(node) == AX_OK) {
			return AX_OK;
		}
	}
	return AX_ENOENT;
}

int ax_driver_probe(enum ax_driver_class class, int node)
{
	if (node >= 0) {
		return probe_node(class, node);
	}
	for (node = fdt_next_node(ax_dt(), -1, NULL); node >= 0; node = fdt_next_node(ax_dt(), node, NULL)) {
		if (ax_dt_available(node) && probe_node(class, node) == AX_OK) {
			return AX_OK;
		}
	}
	return AX_ENOENT;
}
