/* SPDX-License-Identifier: Apache-2.0 */
/* Bit sets in arrays of 64-bit words. No bounds checks: the caller knows its size. */
#ifndef AX_BASE_BITMAP_H
#define AX_BASE_BITMAP_H

#include <ax/types.h>

#define AX_BITMAP_WORDS(bits) (((bits) + 63) / 64)

static inline bool ax_bitmap_test(const uint64_t *map, uint64_t bit)
{
	return (map[bit / 64] >> (bit % 64)) & 1;
}

static inline void ax_bitmap_set(uint64_t *map, uint64_t bit)
{
	map[bit / 64] |= 1ull << (bit % 64);
}

static inline void ax_bitmap_clear(uint64_t *map, uint64_t bit)
{
	map[bit / 64] &= ~(1ull << (bit % 64));
}

/* First bit that is 0, or -1 when the first `bits` are all set. */
static inline long ax_bitmap_find_clear(const uint64_t *map, uint64_t bits)
{
	for (uint64_t i = 0; i < AX_BITMAP_WORDS(bits); i++) {
		if (~map[i]) {
			uint64_t bit = i * 64 + (uint64_t)__builtin_ctzll(~map[i]);

			return bit < bits ? (long)bit : -1;
		}
	}
	return -1;
}

#endif
