/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's 16550 and its kin, with register spacing and width from the device tree. Line settings stay as they are.
 */
#include <ax/arch/host.h>
#include <ax/base/driver.h>
#include <ax/base/dt.h>
#include <ax/base/irq.h>
#include <ax/base/mm.h>

/* Registers by index, and their bits (National PC16550D, table II). */
#define RBR_THR 0u
#define IER 1u
#define FCR 2u
#define LSR 5u
#define IER_RX 1u
#define FCR_ENABLE 1u
#define LSR_DATA_READY 0x01u
#define LSR_THR_EMPTY 0x20u

struct ns16550 {
	struct ax_uart uart;
	volatile uint8_t *base;
	uint32_t shift, width;
};

static uint32_t reg_read(struct ax_uart *uart, uint32_t index)
{
	struct ns16550 *port = AX_CONTAINER_OF(uart, struct ns16550, uart);
	volatile uint8_t *reg = port->base + (index << port->shift);

	return port->width == 4 ? *(volatile uint32_t *)reg : *reg;
}

static void reg_write(struct ax_uart *uart, uint32_t index, uint8_t value)
{
	struct ns16550 *port = AX_CONTAINER_OF(uart, struct ns16550, uart);
	volatile uint8_t *reg = port->base + (index << port->shift);

	if (port->width == 4) {
		*(volatile uint32_t *)reg = value;
	} else {
		*reg = value;
	}
}

static void put(struct ax_uart *uart, uint8_t byte)
{
	while (!(reg_read(uart, LSR) & LSR_THR_EMPTY)) {
		ax_arch_relax();
	}
	reg_write(uart, RBR_THR, byte);
}

static int get(struct ax_uart *uart)
{
	return reg_read(uart, LSR) & LSR_DATA_READY ? (int)(reg_read(uart, RBR_THR) & 0xff) : -1;
}

static void enable_input(struct ax_uart *uart)
{
	reg_write(uart, IER, IER_RX);
}

static int probe(int node)
{
	static struct ns16550 port = {.uart = {.put = put, .get = get, .enable_input = enable_input}};
	struct ax_range range;
	int hwirq;

	if (ax_dt_reg(node, 0, &range)) {
		return AX_EFORMAT;
	}
	port.shift = ax_dt_u32(node, "reg-shift", 0);
	port.width = ax_dt_u32(node, "reg-io-width", 1);
	if (port.shift > 4 || (port.width != 1 && port.width != 4)) {
		return AX_EFORMAT;
	}
	port.base = ax_iomap(ax_hpa(range.start), AX_PAGE_SIZE);
	if (!port.base) {
		return AX_ENOMEM;
	}
	hwirq = ax_irq_of_node(node, 0);
	port.uart.hwirq = hwirq < 0 ? AX_IRQ_NONE : (unsigned)hwirq;
	reg_write(&port.uart, IER, 0);
	reg_write(&port.uart, FCR, FCR_ENABLE);
	ax_uart_register(&port.uart);
	return AX_OK;
}

AX_DRIVER(ns16550_driver, AX_DRIVER_UART, "ns16550a", probe);
AX_DRIVER(dw_apb_uart_driver, AX_DRIVER_UART, "snps,dw-apb-uart", probe);
