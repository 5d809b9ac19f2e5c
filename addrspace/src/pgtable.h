/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share. */
#ifndef AX_ADDRSPACE_PGTABLE_H
#define AX_ADDRSPACE_PGTABLE_H

#include <ax/pgtable.h>
#include <ax/port.h>

enum ax_pgtable_op {
	AX_PGTABLE_SET,   /* point the range at memory */
	AX_PGTABLE_BREAK, /* unmap the range, keep the tables that SET will use */
	AX_PGTABLE_UNMAP,
	AX_PGTABLE_PROTECT,
};

/* One change of [addr, end). */
struct ax_pgtable_change {
	enum ax_pgtable_op op;
	uint64_t addr, end;
	uint64_t delta; /* SET, BREAK: physical = address + delta */
	uint32_t prot;  /* SET, PROTECT */
	bool replace;   /* SET: something may be mapped there */
};

/* What is to be done with one entry. */
enum ax_pgtable_action {
	AX_ENTRY_SKIP,
	AX_ENTRY_STORE,   /* write ax_pgtable_new_entry() */
	AX_ENTRY_DESCEND, /* into the table that is there */
	AX_ENTRY_GROW,    /* a new, empty table, and into it */
	AX_ENTRY_SPLIT,   /* a new table that says what the leaf says, and into it */
};

/* The engine's whole policy: counting and applying a change ask the same question. slot: first address of the entry. */
enum ax_pgtable_action ax_pgtable_decide(const struct ax_npt_format *f, const struct ax_pgtable_change *c,
					 unsigned level, uint64_t slot, uint64_t pte);
uint64_t ax_pgtable_new_entry(const struct ax_npt_format *f, const struct ax_pgtable_change *c, unsigned level,
			      uint64_t slot, uint64_t pte);

/* Table pages that the change needs. */
size_t ax_pgtable_count(const struct ax_pgtable *pt, const struct ax_pgtable_change *c);
/* Prepares and commits. AX_ENOMEM, AX_ENOSPC. */
int ax_pgtable_apply(struct ax_pgtable *pt, const struct ax_pgtable_change *c);

/* Frees a table and all below it; nothing may be able to walk it any more. */
void ax_pgtable_free_tables(struct ax_pgtable *pt, uint64_t *table, unsigned level);

static inline uint64_t ax_slot_size(const struct ax_npt_format *f, unsigned level)
{
	return AX_BIT(f->level[level].shift);
}

static inline unsigned ax_entries(const struct ax_npt_format *f, unsigned level)
{
	return 1u << f->level[level].bits;
}

static inline unsigned ax_index(const struct ax_npt_format *f, unsigned level, uint64_t addr)
{
	return (unsigned)(addr >> f->level[level].shift) & (ax_entries(f, level) - 1);
}

/* Tables are read while CPUs walk them, and hardware may set accessed bits. */
static inline uint64_t ax_entry_load(const uint64_t *entry)
{
	return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

static inline uint64_t *ax_next_table(const struct ax_npt_format *f, uint64_t pte, unsigned level)
{
	return ax_port_phys_to_virt(f->pte_pa(pte, level));
}

/* What an entry one level down of a leaf (or of nothing) says, had it been split: child i. */
static inline uint64_t ax_split_entry(const struct ax_npt_format *f, uint64_t pte, unsigned level, unsigned i)
{
	if (f->kind(pte, level) != AX_PTE_LEAF) {
		return 0;
	}
	return f->make_leaf(ax_hpa(f->pte_pa(pte, level).v + i * ax_slot_size(f, level + 1)), level + 1,
			    f->pte_prot(pte, level));
}

#endif
