/* SPDX-License-Identifier: Apache-2.0 */
/* The port's log, kept for tests to read, and its panic. */
#include "port.h"

#include <stdio.h>
#include <string.h>

#define LOG_SIZE 65536u

static struct {
	char text[LOG_SIZE];
	size_t used;
	bool echo;
} journal;

const char *ax_mock_log(void)
{
	return journal.text;
}

void ax_mock_log_clear(void)
{
	journal.used = 0;
	journal.text[0] = '\0';
}

void ax_mock_log_echo(bool on)
{
	journal.echo = on;
}

unsigned ax_mock_log_count(const char *text)
{
	unsigned n = 0;

	for (const char *line = strstr(journal.text, text); line; line = strstr(line, text)) {
		n++;
		line = strchr(line, '\n');
		if (!line) {
			break;
		}
	}
	return n;
}

/* Makes room by forgetting the oldest lines. */
static void append(const char *line, size_t size)
{
	if (journal.used + size >= LOG_SIZE) {
		size_t keep = LOG_SIZE / 2;

		memmove(journal.text, journal.text + journal.used - keep, keep);
		journal.used = keep;
	}
	memcpy(journal.text + journal.used, line, size);
	journal.used += size;
	journal.text[journal.used] = '\0';
}

static void vlog(enum ax_log_level level, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
static void vlog(enum ax_log_level level, const char *fmt, va_list args)
{
	static const char *const name[] = {"error", "warn", "info", "debug", "trace"};
	char line[512];
	int head = snprintf(line, sizeof(line), "%s: ", name[level]);
	int body = vsnprintf(line + head, sizeof(line) - (size_t)head - 1, fmt, args);
	size_t size = AX_MIN((size_t)head + (size_t)body, sizeof(line) - 2);

	line[size++] = '\n';
	append(line, size);
	if (journal.echo) {
		fwrite(line, 1, size, stderr);
	}
}

void ax_port_log(enum ax_log_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vlog(level, fmt, args);
	va_end(args);
}

void ax_port_log_limited(struct ax_log_budget *budget, enum ax_log_level level, const char *fmt, ...)
{
	uint64_t now = ax_port_ticks();
	va_list args;

	if (now - budget->window >= AX_MOCK_HZ) {
		budget->window = now;
		budget->lines = 0;
	}
	if (budget->lines >= AX_LOG_BURST) {
		budget->suppressed++;
		return;
	}
	budget->lines++;
	if (budget->suppressed) {
		ax_port_log(level, "(%u lines suppressed)", budget->suppressed);
		budget->suppressed = 0;
	}
	va_start(args, fmt);
	vlog(level, fmt, args);
	va_end(args);
}

void ax_port_panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ax_mock_vpanic(fmt, args);
}
