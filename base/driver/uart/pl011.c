/* SPDX-License-Identifier: Apache-2.0 */
/* The host's PL011 (Arm DDI 0183). Line settings stay as the firmware left them. */
#include <ax/arch/host.h>
#include <ax/base/driver.h>
#include <ax/base/dt.h>
#include <ax/base/irq.h>
#include <ax/base/mm.h>
#include <ax/regs/pl011.h>

struct pl011 {
	struct ax_uart uart;
	volatile uint8_t *base;
};

static uint32_t reg_read(struct ax_uart *uart, uint32_t offset)
{
	return *(volatile uint32_t *)(AX_CONTAINER_OF(uart, struct pl011, uart)->base + offset);
}

static void reg_write(struct ax_uart *uart, uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(AX_CONTAINER_OF(uart, struct pl011, uart)->base + offset) = value;
}

static void put(struct ax_uart *uart, uint8_t byte)
{
	while (reg_read(uart, AX_PL011_FR) & AX_PL011_FR_TXFF) {
		ax_arch_relax();
	}
	reg_write(uart, AX_PL011_DR, byte);
}

static int get(struct ax_uart *uart)
{
	return reg_read(uart, AX_PL011_FR) & AX_PL011_FR_RXFE ? -1 : (int)(reg_read(uart, AX_PL011_DR) & 0xff);
}

static void enable_input(struct ax_uart *uart)
{
	reg_write(uart, AX_PL011_IMSC, (uint32_t)(AX_PL011_INT_RX | AX_PL011_INT_RT));
}

static int probe(int node)
{
	static struct pl011 port = {.uart = {.put = put, .get = get, .enable_input = enable_input}};
	struct ax_range range;
	int hwirq;

	if (ax_dt_reg(node, 0, &range)) {
		return AX_EFORMAT;
	}
	port.base = ax_iomap(ax_hpa(range.start), AX_PAGE_SIZE);
	if (!port.base) {
		return AX_ENOMEM;
	}
	hwirq = ax_irq_of_node(node, 0);
	port.uart.hwirq = hwirq < 0 ? AX_IRQ_NONE : (unsigned)hwirq;
	reg_write(&port.uart, AX_PL011_IMSC, 0);
	reg_write(&port.uart, AX_PL011_LCR_H, (uint32_t)(AX_PL011_LCR_H_WLEN_8 | AX_PL011_LCR_H_FEN));
	reg_write(&port.uart, AX_PL011_CR, (uint32_t)(AX_PL011_CR_UARTEN | AX_PL011_CR_TXE | AX_PL011_CR_RXE));
	ax_uart_register(&port.uart);
	return AX_OK;
}

AX_DRIVER(pl011_driver, AX_DRIVER_UART, "arm,pl011", probe);
