/* SPDX-License-Identifier: Apache-2.0 */
/* Host drivers: a table that each driver adds rows to at link time; the device tree says which of them are probed. */
#ifndef AX_BASE_DRIVER_H
#define AX_BASE_DRIVER_H

#include <ax/types.h>

/* In the order in which they are probed. */
enum ax_driver_class { AX_DRIVER_IRQCHIP, AX_DRIVER_UART, AX_DRIVER_CLASSES };

struct ax_driver {
	enum ax_driver_class driver_class;
	const char *compatible;
	/* Boot context. A negative enum ax_err: this node is not driven. */
	int (*probe)(const void *fdt, int node);
};

/* AX_DRIVER(AX_DRIVER_UART, "arm,pl011", pl011_probe); once a compatible string. */
#define AX_DRIVER(cls, compat, fn) AX_DRIVER_ROW(cls, compat, fn, __COUNTER__)
#define AX_DRIVER_ROW(cls, compat, fn, n) AX_DRIVER_ROW_(cls, compat, fn, n)
#define AX_DRIVER_ROW_(cls, compat, fn, n)                                                                             \
	static const struct ax_driver ax_driver_##n __attribute__((used, section(".ax_drivers"))) = {                 \
		.driver_class = (cls), .compatible = (compat), .probe = (fn)}

/* Probes every enabled node that a driver of this class matches; returns how many were taken. */
unsigned ax_driver_probe_all(const void *fdt, enum ax_driver_class cls);
/* Probes one node. AX_ENOENT: no driver; or the driver's error. */
int ax_driver_probe(const void *fdt, int node, enum ax_driver_class cls);

#endif
