/* SPDX-License-Identifier: Apache-2.0 */
/* What base asks of the host's interrupt controller; one driver registers it from its probe function. */
#ifndef AX_BASE_IRQCHIP_H
#define AX_BASE_IRQCHIP_H

#include <ax/base/smp.h>
#include <ax/types.h>

#define AX_IRQ_NONE (~0u)

struct ax_irqchip_driver_ops {
	const char *name;
	/* On each CPU with its interrupts off, the boot CPU from ax_irqchip_register(). Enables IPIs. */
	void (*init_cpu)(void);
	/* A private interrupt on the calling CPU, a shared one everywhere. Out of range: ignored. */
	void (*enable)(unsigned hwirq, bool on);
	void (*set_active)(unsigned hwirq, bool active);
	/* Takes the most urgent pending interrupt; AX_IRQ_NONE when there is none. */
	unsigned (*ack)(void);
	/* Ends its priority, so that others may come; it stays active until deactivate. */
	void (*eoi)(unsigned hwirq);
	void (*deactivate)(unsigned hwirq);
	/* IPI n arrives at the other CPU as hwirq ipi_base + n. */
	void (*send_ipi)(unsigned cpu, unsigned n);
	unsigned ipi_base;
	/* One interrupt specifier of the device tree, cells big-endian. AX_EFORMAT, AX_ERANGE. */
	int (*translate)(const uint32_t *cells, unsigned n, unsigned *hwirq);
};

/* AX_EEXIST: there is one already. Calls init_cpu for the boot CPU. */
int ax_irqchip_register(const struct ax_irqchip_driver_ops *ops);

#endif
