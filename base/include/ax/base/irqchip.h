/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's interrupt controller, as a driver gives it to base. All calls are on the CPU concerned unless said
 * otherwise.
 */
#ifndef AX_BASE_IRQCHIP_H
#define AX_BASE_IRQCHIP_H

#include <ax/types.h>

#define AX_IRQ_NONE (~0u)
#define AX_IRQ_IPI_FIRST 0u /* numbers below AX_IRQ_IPIS are IPIs */
#define AX_IRQ_IPIS 16u

struct ax_irqchip_driver {
	const char *name;
	void (*init_cpu)(void);
	void (*enable)(unsigned hwirq, bool on);
	void (*set_active)(unsigned hwirq, bool active);
	unsigned (*ack)(void);                      /* the next pending one, or AX_IRQ_NONE */
	void (*eoi)(unsigned hwirq);                /* drops priority: others may come */
	void (*deactivate)(unsigned hwirq);         /* completes: it may come again */
	void (*send_ipi)(unsigned cpu, unsigned n); /* any CPU to any */
	/* The number of an interrupt specifier of the device tree (cells in host order). Negative enum ax_err. */
	int (*translate)(const uint32_t *cells, unsigned n);
};

#endif
