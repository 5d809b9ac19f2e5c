/* SPDX-License-Identifier: Apache-2.0 */
/* The UART as a console. What is written before it is found is kept and shown then. */
#include <ax/base/console.h>
#include <ax/base/driver.h>
#include <ax/base/irq.h>

#define EARLY_SIZE 4096u

static struct ax_uart *uart;
static void (*on_input)(uint8_t byte);
static char early[EARLY_SIZE];
static size_t early_used;

void ax_console_put(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (uart) {
			uart->put(uart, text[i]);
		} else if (early_used < EARLY_SIZE) {
			early[early_used++] = (char)text[i];
		}
	}
}

void ax_uart_register(struct ax_uart *new_uart)
{
	uart = new_uart;
	ax_console_put((const uint8_t *)early, early_used);
}

static void receive(void *arg)
{
	int c;

	(void)arg;
	while ((c = uart->get(uart)) >= 0) {
		if (on_input) {
			on_input((uint8_t)c);
		}
	}
}

int ax_console_on_input(void (*fn)(uint8_t byte))
{
	int err;

	if (!uart || uart->hwirq == AX_IRQ_NONE) {
		return AX_ENOENT;
	}
	on_input = fn;
	err = ax_irq_register(uart->hwirq, receive, NULL);
	if (err) {
		return err;
	}
	uart->enable_input(uart);
	ax_irq_enable(uart->hwirq, true);
	return AX_OK;
}
