/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memcpy and family. The inner loops move 64 bytes a turn in pairs of words, written as one type of their size so that
 * compilers use load and store pairs; they may be unaligned, as normal memory allows on every architecture Axle runs
 * on.
 */
#include <stdint.h>
#include <string.h>

/* A word at any address, which may alias anything. */
typedef uint64_t __attribute__((aligned(1), may_alias)) word_t;
#define WORD sizeof(word_t)
__extension__ typedef unsigned __int128 __attribute__((aligned(1), may_alias)) pair_t;
#define BLOCK (4 * sizeof(pair_t))

/* All loads come before the stores, so that overlapping blocks are moved right in both directions. */
static inline void move_block(char *dst, const char *src)
{
	const pair_t *s = (const pair_t *)src;
	pair_t *d = (pair_t *)dst;
	pair_t a = s[0], b = s[1], c = s[2], e = s[3];

	d[0] = a;
	d[1] = b;
	d[2] = c;
	d[3] = e;
}

static void move_up(char *d, const char *s, size_t n)
{
	for (; n >= BLOCK; n -= BLOCK, d += BLOCK, s += BLOCK) {
		move_block(d, s);
	}
	for (; n >= WORD; n -= WORD, d += WORD, s += WORD) {
		*(word_t *)d = *(const word_t *)s;
	}
	for (; n; n--) {
		*d++ = *s++;
	}
}

static void move_down(char *d, const char *s, size_t n)
{
	d += n;
	s += n;
	for (; n >= BLOCK; n -= BLOCK) {
		d -= BLOCK;
		s -= BLOCK;
		move_block(d, s);
	}
	for (; n >= WORD; n -= WORD) {
		d -= WORD;
		s -= WORD;
		*(word_t *)d = *(const word_t *)s;
	}
	for (; n; n--) {
		*--d = *--s;
	}
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	move_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	if ((uintptr_t)dst - (uintptr_t)src >= n) {
		move_up(dst, src, n);
	} else {
		move_down(dst, src, n);
	}
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	uint64_t pattern = (uint8_t)c * 0x0101010101010101ull;
	char *d = dst;

	for (; n >= BLOCK; n -= BLOCK, d += BLOCK) {
		word_t *w = (word_t *)d;

		w[0] = pattern;
		w[1] = pattern;
		w[2] = pattern;
		w[3] = pattern;
		w[4] = pattern;
		w[5] = pattern;
		w[6] = pattern;
		w[7] = pattern;
	}
	for (; n >= WORD; n -= WORD, d += WORD) {
		*(word_t *)d = pattern;
	}
	for (; n; n--) {
		*d++ = (char)c;
	}
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	while (n >= WORD && *(const word_t *)x == *(const word_t *)y) {
		x += WORD;
		y += WORD;
		n -= WORD;
	}
	for (; n; n--, x++, y++) {
		if (*x != *y) {
			return *x - *y;
		}
	}
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	for (const unsigned char *p = s; n; n--, p++) {
		if (*p == (unsigned char)c) {
			return (void *)(uintptr_t)p;
		}
	}
	return NULL;
}
