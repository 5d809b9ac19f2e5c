/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host drivers register themselves: AX_DRIVER() puts a row into a section that the linker script bounds. A driver is
 * found by a compatible string of the device tree.
 */
#ifndef AX_BASE_DRIVER_H
#define AX_BASE_DRIVER_H

#include <ax/base/irqchip.h>
#include <ax/types.h>

enum ax_driver_class { AX_DRIVER_IRQCHIP, AX_DRIVER_UART };

struct ax_driver {
	enum ax_driver_class class;
	const char *compatible;
	/* Takes the node of the host's tree; AX_OK, or a negative error: another node or driver is tried. */
	int (*probe)(int node);
};

#define AX_DRIVER(id, class_, compatible_, probe_)                                                                     \
	static const struct ax_driver id __attribute__((used, section(".ax_drivers"))) = {class_, compatible_, probe_}

/* Probes `node`, or when it is negative each available node, with the drivers of a class. AX_ENOENT: none took it. */
int ax_driver_probe(enum ax_driver_class class, int node);

/* ---- what a driver's probe registers ---- */

void ax_irqchip_register(const struct ax_irqchip_driver *driver);

struct ax_uart {
	/* Sends one byte; waits while the transmitter is full. */
	void (*put)(struct ax_uart *uart, uint8_t byte);
	/* The next received byte, or -1. */
	int (*get)(struct ax_uart *uart);
	/* Interrupt on reception. */
	void (*enable_input)(struct ax_uart *uart);
	unsigned hwirq; /* AX_IRQ_NONE: polled output only */
};

void ax_uart_register(struct ax_uart *uart);

#endif
