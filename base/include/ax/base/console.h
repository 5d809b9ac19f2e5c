/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's own serial port, and the log that ends there until somebody else takes the screen. */
#ifndef AX_BASE_CONSOLE_H
#define AX_BASE_CONSOLE_H

#include <ax/port.h>

/* Sends text; waits while the transmitter is full. Any context. */
void ax_console_put(const uint8_t *text, size_t size);
/*
 * Typed bytes go to fn, interrupts off, on the CPU that takes the UART's interrupt. AX_ENOENT: no UART, or it has no
 * interrupt.
 */
int ax_console_on_input(void (*fn)(uint8_t byte));

/* ---- log ---- */

void ax_log_set_level(enum ax_log_level level);
enum ax_log_level ax_log_level(void);
/* Lines, without newline, go to fn instead of the serial port. NULL: back to the port (panic). */
void ax_log_set_sink(void (*fn)(const char *line, size_t size));

#endif
