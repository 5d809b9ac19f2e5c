/* SPDX-License-Identifier: Apache-2.0 */
/* The C library functions a compiler may call on its own. */
#include "runtime.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
int strcmp(const char *a, const char *b);
size_t strlen(const char *text);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	while (size--) {
		*out++ = *in++;
	}
	return to;
}

void *memset(void *to, int value, size_t size)
{
	uint8_t *out = to;

	while (size--) {
		*out++ = (uint8_t)value;
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (; size; size--, x++, y++) {
		if (*x != *y) {
			return *x - *y;
		}
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (uint8_t)*a - (uint8_t)*b;
}

size_t strlen(const char *text)
{
	size_t n = 0;

	while (text[n]) {
		n++;
	}
	return n;
}
