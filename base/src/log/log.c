/* SPDX-License-Identifier: Apache-2.0 */
/* The log: one line at a time to its sink; lines that a guest can cause pass a budget. */
#include <ax/base/console.h>
#include <ax/base/lib.h>

#define LINE_MAX 256u
#define WINDOW_NS 1000000000ull

static enum ax_log_level threshold = AX_LOG_INFO;
static void (*sink)(const char *line, size_t size);
static struct ax_lock lock;

void ax_log_set_level(enum ax_log_level level)
{
	threshold = level;
}

enum ax_log_level ax_log_level(void)
{
	return threshold;
}

void ax_log_set_sink(void (*fn)(const char *line, size_t size))
{
	sink = fn;
}

static void emit(const char *line, size_t size)
{
	unsigned long irq;

	if (sink) {
		sink(line, size);
		return;
	}
	irq = ax_port_lock(&lock);
	ax_console_put((const uint8_t *)"[axle] ", 7);
	ax_console_put((const uint8_t *)line, size);
	ax_console_put((const uint8_t *)"\r\n", 2);
	ax_port_unlock(&lock, irq);
}

static void log_va(enum ax_log_level level, uint32_t suppressed, const char *fmt, va_list args)
{
	static const char *const mark[] = {"error: ", "warning: ", "", "debug: ", "trace: "};
	char line[LINE_MAX];
	size_t n;

	n = (size_t)ax_snprintf(line, sizeof(line), "%s", mark[level]);
	n += (size_t)ax_vsnprintf(line + n, sizeof(line) - n, fmt, args);
	n = AX_MIN(n, sizeof(line) - 1);
	if (suppressed) {
		n += (size_t)ax_snprintf(line + n, sizeof(line) - n, " (%u more suppressed)", suppressed);
		n = AX_MIN(n, sizeof(line) - 1);
	}
	emit(line, n);
}

void ax_port_log(enum ax_log_level level, const char *fmt, ...)
{
	va_list args;

	if (level > threshold || level > AX_LOG_MAX_LEVEL) {
		return;
	}
	va_start(args, fmt);
	log_va(level, 0, fmt, args);
	va_end(args);
}

void ax_port_log_limited(struct ax_log_budget *budget, enum ax_log_level level, const char *fmt, ...)
{
	uint64_t now = ax_port_ticks();
	uint32_t suppressed;
	va_list args;

	if (level > threshold || level > AX_LOG_MAX_LEVEL) {
		return;
	}
	/* Several vCPUs may be here at once: a line more or less is no harm. */
	if (now - budget->window > ax_port_ns_to_ticks(WINDOW_NS)) {
		budget->window = now;
		budget->lines = 0;
	}
	if (budget->lines >= AX_LOG_BURST) {
		__atomic_fetch_add(&budget->suppressed, 1, __ATOMIC_RELAXED);
		return;
	}
	budget->lines++;
	suppressed = __atomic_exchange_n(&budget->suppressed, 0, __ATOMIC_RELAXED);
	va_start(args, fmt);
	log_va(level, suppressed, fmt, args);
	va_end(args);
}
