/* SPDX-License-Identifier: Apache-2.0 */
/* printf's formatter, the part of it that a hypervisor's log needs. */
#include <ax/base/lib.h>

#include <string.h>

struct out {
	char *buf;
	size_t size, len;
};

struct spec {
	bool left, zero, alternate, upper;
	unsigned width;
	int precision; /* -1: none */
	unsigned longs;
};

static void put(struct out *out, char c)
{
	if (out->len + 1 < out->size) {
		out->buf[out->len] = c;
	}
	out->len++;
}

static void put_padded(struct out *out, const struct spec *spec, const char *prefix, const char *text, size_t n)
{
	size_t prefix_len = strlen(prefix);
	size_t total = prefix_len + n;
	size_t pad = spec->width > total ? spec->width - total : 0;

	if (!spec->left && !spec->zero) {
		for (; pad; pad--) {
			put(out, ' ');
		}
	}
	while (*prefix) {
		put(out, *prefix++);
	}
	if (!spec->left) {
		for (; pad; pad--) {
			put(out, '0');
		}
	}
	for (size_t i = 0; i < n; i++) {
		put(out, text[i]);
	}
	for (; pad; pad--) {
		put(out, ' ');
	}
}

static void put_number(struct out *out, const struct spec *spec, const char *prefix, uint64_t value, unsigned base)
{
	const char *digits = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[20];
	size_t n = 0;

	do {
		text[sizeof(text) - ++n] = digits[value % base];
		value /= base;
	} while (value);
	put_padded(out, spec, prefix, text + sizeof(text) - n, n);
}

static void put_signed(struct out *out, const struct spec *spec, int64_t value)
{
	if (value < 0) {
		put_number(out, spec, "-", -(uint64_t)value, 10);
	} else {
		put_number(out, spec, "", (uint64_t)value, 10);
	}
}

static void put_string(struct out *out, struct spec *spec, const char *text)
{
	text = text ? text : "(null)";
	spec->zero = false;
	put_padded(out, spec, "", text, spec->precision < 0 ? strlen(text) : strnlen(text, (size_t)spec->precision));
}

static const char *parse(const char *fmt, struct spec *spec, va_list *args)
{
	*spec = (struct spec){.precision = -1};
	for (;; fmt++) {
		if (*fmt == '-') {
			spec->left = true;
		} else if (*fmt == '0') {
			spec->zero = true;
		} else if (*fmt == '#') {
			spec->alternate = true;
		} else {
			break;
		}
	}
	if (*fmt == '*') {
		spec->width = va_arg(*args, unsigned);
		fmt++;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++) {
		spec->width = spec->width * 10 + (unsigned)(*fmt - '0');
	}
	if (*fmt == '.') {
		spec->precision = 0;
		if (*++fmt == '*') {
			spec->precision = va_arg(*args, int);
			fmt++;
		}
		for (; *fmt >= '0' && *fmt <= '9'; fmt++) {
			spec->precision = spec->precision * 10 + (*fmt - '0');
		}
	}
	for (; *fmt == 'l' || *fmt == 'z'; fmt++) {
		spec->longs++;
	}
	return fmt;
}

int ax_vsnprintf(char *buf, size_t size, const char *fmt, va_list args_in)
{
	struct out out = {buf, size, 0};
	struct spec spec;
	va_list args;
	char c;

	va_copy(args, args_in);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&out, *fmt);
			continue;
		}
		fmt = parse(fmt + 1, &spec, &args);
		switch (*fmt) {
		case 's':
			put_string(&out, &spec, va_arg(args, const char *));
			break;
		case 'c':
			c = (char)va_arg(args, int);
			put_padded(&out, &spec, "", &c, 1);
			break;
		case 'd':
		case 'i':
			put_signed(&out, &spec, spec.longs ? va_arg(args, long) : va_arg(args, int));
			break;
		case 'u':
			put_number(&out, &spec, "", spec.longs ? va_arg(args, unsigned long) : va_arg(args, unsigned),
				   10);
			break;
		case 'X':
			spec.upper = true;
			/* fall through */
		case 'x':
			put_number(&out, &spec, spec.alternate ? "0x" : "",
				   spec.longs ? va_arg(args, unsigned long) : va_arg(args, unsigned), 16);
			break;
		case 'p':
			put_number(&out, &spec, "0x", (uintptr_t)va_arg(args, void *), 16);
			break;
		case '\0':
			fmt--;
			break;
		default:
			put(&out, *fmt);
			break;
		}
	}
	va_end(args);
	if (size) {
		buf[out.len < size ? out.len : size - 1] = '\0';
	}
	return (int)out.len;
}

int ax_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = ax_vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
