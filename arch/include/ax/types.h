/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address types and the handful of helpers every Axle module uses.
 *
 * Guest-physical, host-physical and guest-virtual addresses are distinct structs, so that the compiler
 * refuses to mix them. The number inside is `.v`; build one with ax_gpa(), ax_hpa(), ax_gva().
 */
#ifndef AX_TYPES_H
#define AX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
	uint64_t v;
} ax_gpa_t; /* guest-physical: what a guest calls "physical" */

typedef struct {
	uint64_t v;
} ax_hpa_t; /* host-physical: what the memory controller sees */

typedef struct {
	uint64_t v;
} ax_gva_t; /* guest-virtual: before the guest's own translation */

static inline ax_gpa_t ax_gpa(uint64_t v)
{
	return (ax_gpa_t){v};
}

static inline ax_hpa_t ax_hpa(uint64_t v)
{
	return (ax_hpa_t){v};
}

static inline ax_gva_t ax_gva(uint64_t v)
{
	return (ax_gva_t){v};
}

#define AX_PAGE_SHIFT 12u
#define AX_PAGE_SIZE (1ull << AX_PAGE_SHIFT)

#define AX_KIB(n) ((uint64_t)(n) << 10)
#define AX_MIB(n) ((uint64_t)(n) << 20)
#define AX_GIB(n) ((uint64_t)(n) << 30)

#define AX_BIT(n) (1ull << (n))
/* Bits hi..lo inclusive, as manuals write them. */
#define AX_MASK(hi, lo) ((~0ull >> (63u - (hi))) & (~0ull << (lo)))
/* The value of bits hi..lo of x, and a value placed there. */
#define AX_FIELD_GET(x, hi, lo) ((AX_MASK(hi, lo) & (uint64_t)(x)) >> (lo))
#define AX_FIELD(v, hi, lo) (((uint64_t)(v) << (lo)) & AX_MASK(hi, lo))

/* a must be a power of two. */
#define AX_ALIGN_DOWN(x, a) ((uint64_t)(x) & ~((uint64_t)(a)-1))
#define AX_ALIGN_UP(x, a) AX_ALIGN_DOWN((uint64_t)(x) + ((uint64_t)(a)-1), a)
#define AX_IS_ALIGNED(x, a) (((uint64_t)(x) & ((uint64_t)(a)-1)) == 0)

#define AX_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define AX_MIN(a, b) ((a) < (b) ? (a) : (b))
#define AX_MAX(a, b) ((a) > (b) ? (a) : (b))
#define AX_CONTAINER_OF(p, type, member) ((type *)(void *)((char *)(p)-offsetof(type, member)))

#define AX_PRINTF(fmt_arg, first_arg) __attribute__((format(printf, fmt_arg, first_arg)))
#define AX_NORETURN __attribute__((noreturn))
#define AX_MUST_CHECK __attribute__((warn_unused_result))

#endif
