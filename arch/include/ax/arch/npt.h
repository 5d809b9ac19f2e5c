/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract: page-table formats. A format is geometry as data plus how an entry is written and read and how stale
 * translations are dropped; the one engine in addrspace/ (ax/pgtable.h) does the rest, for stage 2, for the host's own
 * tables, later for an IOMMU.
 */
#ifndef AX_ARCH_NPT_H
#define AX_ARCH_NPT_H

#include <ax/types.h>

#define AX_NPT_MAX_LEVELS 5u

/* Permissions and memory type of a mapping. */
enum ax_prot {
	AX_PROT_READ = 1u << 0,
	AX_PROT_WRITE = 1u << 1,
	AX_PROT_EXEC = 1u << 2,
	AX_PROT_RWX = 7u,
	AX_PROT_DEVICE = 1u << 3, /* strongly ordered, uncached (Arm Device-nGnRE, x86 UC, Svpbmt IO) */
};

/* A table entry as the engine sees it. */
enum ax_pte_kind { AX_PTE_NONE, AX_PTE_TABLE, AX_PTE_LEAF };

/* Who the translations belong to: what a TLB tags them with. */
struct ax_npt_tag {
	ax_hpa_t root;
	uint32_t id; /* VMID, VPID, ASID; 0 for the host's own tables */
};

struct ax_npt_format {
	const char *name;       /* "arm-stage2-40" */
	uint8_t levels;         /* number of levels, 1..AX_NPT_MAX_LEVELS; level 0 is the root */
	uint8_t root_order;     /* the root is 2^root_order pages (concatenated tables, Sv39x4) */
	bool break_before_make; /* a live entry must pass through "none" plus invalidation before it changes (Arm) */
	struct {
		uint8_t shift; /* lowest address bit this level indexes */
		uint8_t bits;  /* index width; entries are 8 bytes */
		bool leaf;     /* may hold a leaf (a page or a block) */
	} level[AX_NPT_MAX_LEVELS];

	uint64_t (*make_leaf)(ax_hpa_t pa, unsigned level, uint32_t prot);
	uint64_t (*make_table)(ax_hpa_t next);
	enum ax_pte_kind (*kind)(uint64_t pte, unsigned level);
	ax_hpa_t (*pte_pa)(uint64_t pte, unsigned level);
	uint32_t (*pte_prot)(uint64_t pte, unsigned level); /* inverse of make_leaf */

	/* Makes entries just written visible to the walkers of all CPUs. */
	void (*publish)(void);
	/*
	 * Drops every translation, on all CPUs, that overlaps [addr, addr+size); complete on return. size ~0: all of
	 * tag.
	 */
	void (*invalidate)(const struct ax_npt_tag *tag, uint64_t addr, uint64_t size);
};

/* Bits of address space a format translates. */
static inline unsigned ax_npt_bits(const struct ax_npt_format *f)
{
	return f->level[0].shift + f->level[0].bits;
}

/*
 * The format for guests on this machine with at least gpa_bits of guest-physical address (0: the backend's default,
 * what most guests expect and the hardware supports). NULL when the hardware cannot.
 */
const struct ax_npt_format *ax_arch_npt_guest_format(unsigned gpa_bits);

#endif
