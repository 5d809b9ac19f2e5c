/* SPDX-License-Identifier: Apache-2.0 */
/* Host interrupts: handlers by number, dispatch from the vector, interrupts between CPUs. */
#ifndef AX_BASE_IRQ_H
#define AX_BASE_IRQ_H

#include <ax/base/irqchip.h>
#include <ax/err.h>

typedef void (*ax_irq_fn)(void *arg);

/* Shared handler, interrupts off, on the CPU that took it. AX_EBUSY, AX_ERANGE. */
int ax_irq_register(unsigned hwirq, ax_irq_fn fn, void *arg);
void ax_irq_enable(unsigned hwirq, bool on);
/* Interrupt number of a device-tree node's index-th interrupt; AX_ENOENT, AX_EFORMAT. */
int ax_irq_of_node(int node, unsigned index);

/* From the vector, interrupts off: takes all that is pending, then reschedules if due. */
void ax_irq_dispatch(void);
void ax_irq_init_cpu(void);

/* What one CPU may ask of another. */
enum ax_ipi { AX_IPI_RESCHED, AX_IPI_CALL, AX_IPI_STOP };
void ax_ipi_send(unsigned cpu, enum ax_ipi ipi);

#endif
