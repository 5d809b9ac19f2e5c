/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Model of the Arm PL011 UART, revision r1p5 (Arm DDI 0183): 32-entry receive FIFO, one level interrupt.
 *
 * Transmission takes no time: the transmit FIFO is always empty, FR.BUSY and FR.TXFF are always clear; what a guest
 * writes before it sets CR.UARTEN comes out too. Received bytes come from ax_serial.input while CR.RXE is set; what
 * does not fit is refused, not lost, and the sink's `room` says when to try again. An overrun happens only in
 * loop-back. The receive timeout is immediate. CTS, DSR and DCD are asserted. DMA does nothing.
 */
#ifndef AX_DEVICE_PL011_H
#define AX_DEVICE_PL011_H

#include <ax/device.h>

/* A region at least this large; registers beyond it read as zero. */
#define AX_PL011_SIZE 0x1000u

/*
 * MMIO [base, base + size). name outlives the device. irq: UARTINTR, active high; a NULL chip leaves it unconnected.
 * sink: where transmitted bytes go; its write may be NULL. AX_OK; AX_EINVAL: size below AX_PL011_SIZE or the region
 * wraps; AX_ENOMEM.
 */
int ax_pl011_create(const char *name, uint64_t base, uint64_t size, struct ax_irq_line irq, struct ax_serial_sink sink,
		    struct ax_serial **out);

#endif
