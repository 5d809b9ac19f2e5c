/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host interrupts. The architecture's interrupt vector saves what C clobbers and the interrupted state (with the return
 * address and status: another task may run in between) on the current stack and calls ax_irq_dispatch().
 */
#ifndef AX_BASE_IRQ_H
#define AX_BASE_IRQ_H

#include <ax/types.h>

/* Handles what is pending, then switches tasks when that is due. Interrupts off. */
void ax_irq_dispatch(void);

/* Interrupt context, interrupts off. */
typedef void (*ax_irq_fn)(unsigned hwirq, void *arg);
/* Registers and enables a shared or this CPU's private interrupt. AX_EBUSY, AX_ENOSPC, AX_ENOSYS (no controller). */
int ax_irq_request(unsigned hwirq, ax_irq_fn fn, void *arg);
/* The same for interrupt `index` of a device-tree node. Also AX_ENOENT, AX_EFORMAT. */
int ax_irq_request_dt(const void *fdt, int node, unsigned index, ax_irq_fn fn, void *arg);

#endif
