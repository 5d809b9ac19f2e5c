/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page-table engine: map, unmap, protect, walk over any ax_npt_format. Changes are prepared (may fail, changes
 * nothing) and then committed (cannot fail). The largest leaf that fits is used; blocks are split when a part of one
 * changes, tables that became empty are freed, tables that became uniform turn into one leaf.
 *
 * Locking: the caller serialises changes of one table; walks may run beside them only under the same lock.
 *
 * With a format that asks for break-before-make, what is split, merged or remapped is unmapped for a moment. An access
 * in that moment faults although the address is mapped before and after: for a guest, run it again. In the host's own
 * tables (id 0) pages are never merged into a block there, and a part of a block in use must not be changed.
 */
#ifndef AX_PGTABLE_H
#define AX_PGTABLE_H

#include <ax/arch/npt.h>
#include <ax/err.h>

/* Embedded in its owner. Table pages come from ax_port_page_alloc. */
struct ax_pgtable {
	const struct ax_npt_format *format;
	struct ax_npt_tag tag;
	size_t pages, quota;                /* table pages in use, and the most it may use (0: no limit) */
	uint64_t leaves[AX_NPT_MAX_LEVELS]; /* per level */
	bool no_merge; /* the owner may set it: pages stay pages, so that taking them back needs no split */
};

/* AX_ENOMEM. id: VMID and the like. */
int ax_pgtable_init(struct ax_pgtable *pt, const struct ax_npt_format *format, uint32_t id, size_t quota);
/* Frees all tables (not the memory they map). Invalidates the tag. */
void ax_pgtable_destroy(struct ax_pgtable *pt);

/*
 * addr, pa, size: page multiples, size not 0. prot: AX_PROT_READ or AX_PROT_EXEC at least, AX_PROT_WRITE only with
 * AX_PROT_READ, AX_PROT_DEVICE. AX_EINVAL, AX_ERANGE (outside the format), AX_EEXIST (something is mapped there),
 * AX_ENOMEM, AX_ENOSPC (quota).
 */
int ax_pgtable_map(struct ax_pgtable *pt, uint64_t addr, ax_hpa_t pa, uint64_t size, uint32_t prot);
/*
 * Holes are fine. After return no CPU can reach what was mapped. AX_EINVAL, AX_ERANGE; AX_ENOMEM, AX_ENOSPC (a block
 * had to be split): nothing changed.
 */
int ax_pgtable_unmap(struct ax_pgtable *pt, uint64_t addr, uint64_t size);
/*
 * Changes permissions of what is mapped in the range; holes stay, and so does each mapping's memory type (prot without
 * AX_PROT_DEVICE). Errors as unmap.
 */
int ax_pgtable_protect(struct ax_pgtable *pt, uint64_t addr, uint64_t size, uint32_t prot);
/*
 * Points [addr, addr+size), mapped or not, at other memory (copy on write). After return no CPU can reach what was
 * mapped there before. Errors as map, without AX_EEXIST.
 */
int ax_pgtable_remap(struct ax_pgtable *pt, uint64_t addr, ax_hpa_t pa, uint64_t size, uint32_t prot);

struct ax_pgtable_leaf {
	uint64_t addr, size; /* of the leaf */
	ax_hpa_t pa;         /* of the leaf's start */
	uint32_t prot;
	unsigned level;
};
/* AX_ENOENT: nothing mapped at addr; AX_ERANGE. */
int ax_pgtable_walk(const struct ax_pgtable *pt, uint64_t addr, struct ax_pgtable_leaf *out);
/* The first leaf that overlaps [addr, end). AX_ENOENT. */
int ax_pgtable_next(const struct ax_pgtable *pt, uint64_t addr, uint64_t end, struct ax_pgtable_leaf *out);

#endif
