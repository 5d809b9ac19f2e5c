/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of devices, the console among them. */
#include <guest.h>

static volatile unsigned got;

static void on_uart(unsigned irq)
{
	(void)irq;
	guest_uart_tx_interrupt(false);
	got++;
}

GUEST_TEST(the_console_interrupts_when_it_has_sent)
{
	got = 0;
	guest_irq_handler(GUEST_IRQ_UART, on_uart);
	guest_irq_enable(GUEST_IRQ_UART);
	for (unsigned i = 1; i <= 10; i++) {
		guest_uart_tx_interrupt(true);
		guest_print(i < 10 ? "." : ".\n");
		EXPECT(guest_await(&got, i, 10000));
	}
	guest_irq_disable(GUEST_IRQ_UART);
}

GUEST_TEST(a_console_that_may_not_interrupt_does_not)
{
	got = 0;
	guest_uart_tx_interrupt(false);
	guest_irq_enable(GUEST_IRQ_UART);
	guest_print("silent\n");
	EXPECT(!guest_await(&got, 1, 1000));
	guest_irq_disable(GUEST_IRQ_UART);
}
