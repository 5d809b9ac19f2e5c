/* SPDX-License-Identifier: Apache-2.0 */
/* A small printf on the machine's console. */
#include "runtime.h"

static volatile uint32_t print_lock;

void guest_lock(volatile uint32_t *lock)
{
	while (__atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE)) {
		guest_relax();
	}
}

void guest_unlock(volatile uint32_t *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

static void print_number(uint64_t value, unsigned base, unsigned width)
{
	char digits[24];
	unsigned n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n < width && n < sizeof(digits)) {
		digits[n++] = '0';
	}
	while (n) {
		guest_putc(digits[--n]);
	}
}

static void print_string(const char *text)
{
	while (*text) {
		guest_putc(*text++);
	}
}

/* One conversion, `format` behind its percent sign. Returns what follows it. */
static const char *print_one(const char *format, va_list *args)
{
	unsigned width = 0;
	bool wide = false;

	for (; *format >= '0' && *format <= '9'; format++) {
		width = width * 10 + (unsigned)(*format - '0');
	}
	for (; *format == 'l'; format++) {
		wide = true;
	}
	if (*format == 's') {
		print_string(va_arg(*args, const char *));
	} else if (*format == 'c') {
		guest_putc((char)va_arg(*args, int));
	} else if (*format == 'd') {
		int64_t value = wide ? va_arg(*args, int64_t) : va_arg(*args, int);

		if (value < 0) {
			guest_putc('-');
		}
		print_number(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, width);
	} else if (*format == 'u' || *format == 'x') {
		uint64_t value = wide ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);

		print_number(value, *format == 'u' ? 10 : 16, width);
	} else {
		guest_putc(*format);
	}
	return format + 1;
}

void guest_print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	guest_lock(&print_lock);
	while (*format) {
		if (*format != '%') {
			guest_putc(*format++);
			continue;
		}
		format = print_one(format + 1, &args);
	}
	guest_unlock(&print_lock);
	va_end(args);
}
