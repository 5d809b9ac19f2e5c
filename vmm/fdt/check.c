/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a tree from outside sound all through? libfdt's functions that change a tree believe its block offsets, so a
 * damaged one is told apart before they see it (Devicetree Specification 0.4, 5.2 to 5.5).
 */
#include "tree.h"

#include <libfdt.h>

#define HEADER_SIZE 40u /* of version 17 */
#define VERSION 17u
#define RESERVE_ENTRY 16u
#define MAX_DEPTH 32u

/* The reservation block has its end mark before the structure block. */
static bool reserve_ok(const uint8_t *fdt)
{
	uint64_t at = fdt_off_mem_rsvmap(fdt), end = fdt_off_dt_struct(fdt);

	if (at < HEADER_SIZE || !AX_IS_ALIGNED(at, 8)) {
		return false;
	}
	for (; at + RESERVE_ENTRY <= end; at += RESERVE_ENTRY) {
		const fdt64_t *entry = (const void *)(fdt + at);

		if (entry[0] == 0 && entry[1] == 0) {
			return true;
		}
	}
	return false;
}

static bool blocks_ok(const void *fdt)
{
	uint64_t structure = fdt_off_dt_struct(fdt), strings = fdt_off_dt_strings(fdt);

	return AX_IS_ALIGNED(structure, 4) && structure + fdt_size_dt_struct(fdt) <= strings &&
	       strings + fdt_size_dt_strings(fdt) <= fdt_totalsize(fdt) && reserve_ok(fdt);
}

static bool property_ok(const void *fdt, int offset)
{
	int len = 0;
	const struct fdt_property *property = fdt_get_property_by_offset(fdt, offset, &len);

	return property && fdt_get_string(fdt, (int)fdt32_to_cpu(property->nameoff), &len);
}

/* Nodes nest and close, properties have names, the end mark is the last tag. */
static bool structure_ok(const void *fdt)
{
	unsigned depth = 0;
	bool rooted = false;
	int offset = 0, next = 0;

	for (;; offset = next) {
		uint32_t tag = fdt_next_tag(fdt, offset, &next);

		if (tag == FDT_BEGIN_NODE) {
			if (depth == MAX_DEPTH || (depth == 0 && rooted)) {
				return false;
			}
			depth++;
			rooted = true;
		} else if (tag == FDT_END_NODE) {
			if (depth == 0) {
				return false;
			}
			depth--;
		} else if (tag == FDT_PROP) {
			if (depth == 0 || !property_ok(fdt, offset)) {
				return false;
			}
		} else if (tag == FDT_END) {
			return rooted && depth == 0 && next > 0;
		}
	}
}

bool ax_tree_sound(const void *fdt, size_t size)
{
	return size >= HEADER_SIZE && AX_IS_ALIGNED((uintptr_t)fdt, 8) && fdt_magic(fdt) == FDT_MAGIC &&
	       fdt_version(fdt) >= VERSION && fdt_last_comp_version(fdt) <= VERSION && fdt_totalsize(fdt) <= size &&
	       fdt_totalsize(fdt) >= HEADER_SIZE && fdt_totalsize(fdt) <= INT32_MAX && blocks_ok(fdt) &&
	       fdt_check_header(fdt) == 0 && structure_ok(fdt);
}
