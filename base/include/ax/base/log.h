/* SPDX-License-Identifier: Apache-2.0 */
/* Where log lines and console text go. */
#ifndef AX_BASE_LOG_H
#define AX_BASE_LOG_H

#include <ax/port.h>

/* A device that shows text and hands in what is typed; a UART driver registers one from its probe function. */
struct ax_host_console {
	const char *name;
	/* Polled: returns when the device took it. Any context. */
	void (*write)(const char *text, size_t size);
	/* fn runs in interrupt context for what arrived. AX_ENOSYS: no input here. */
	int (*set_input)(void (*fn)(void *ctx, const uint8_t *text, size_t size), void *ctx);
};

/* The first one becomes the console: shows what was logged so far. */
void ax_host_console_register(const struct ax_host_console *console);
/* NULL while there is none. */
const struct ax_host_console *ax_host_console(void);

/* Log lines (with their newline) go here instead of straight to the console; NULL: back. A panic bypasses it. Any context, may not block. */
void ax_log_set_sink(void (*write)(const char *line, size_t size));
/* Lines above this level are dropped; those above AX_LOG_MAX_LEVEL are not in the image. */
void ax_log_set_level(enum ax_log_level level);
enum ax_log_level ax_log_level(void);

#endif
