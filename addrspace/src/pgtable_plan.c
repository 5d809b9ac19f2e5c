/* SPDX-License-Identifier: Apache-2.0 */
/* What a change does to an entry, and how many tables it will need. Nothing here writes. */
#include "pgtable.h"

static bool covers(const struct ax_pgtable_change *c, uint64_t slot, uint64_t size)
{
	return slot >= c->addr && slot + size <= c->end;
}

/* SET makes this entry a leaf. */
static bool leaf_fits(const struct ax_npt_format *f, const struct ax_pgtable_change *c, unsigned level, uint64_t slot)
{
	uint64_t size = ax_slot_size(f, level);

	return f->level[level].leaf && covers(c, slot, size) && AX_IS_ALIGNED(slot + c->delta, size);
}

static enum ax_pgtable_action decide_set(const struct ax_npt_format *f, const struct ax_pgtable_change *c,
					 unsigned level, uint64_t slot, uint64_t pte)
{
	enum ax_pte_kind kind = f->kind(pte, level);

	if (leaf_fits(f, c, level, slot)) {
		return AX_ENTRY_STORE;
	}
	if (kind == AX_PTE_TABLE) {
		return AX_ENTRY_DESCEND;
	}
	return kind == AX_PTE_LEAF && !covers(c, slot, ax_slot_size(f, level)) ? AX_ENTRY_SPLIT : AX_ENTRY_GROW;
}

static enum ax_pgtable_action decide_unmap(const struct ax_npt_format *f, const struct ax_pgtable_change *c,
					   unsigned level, uint64_t slot, uint64_t pte)
{
	enum ax_pte_kind kind = f->kind(pte, level);

	if (kind == AX_PTE_NONE) {
		return AX_ENTRY_SKIP;
	}
	if (!covers(c, slot, ax_slot_size(f, level))) {
		return kind == AX_PTE_TABLE ? AX_ENTRY_DESCEND : AX_ENTRY_SPLIT;
	}
	if (kind == AX_PTE_TABLE && c->op == AX_PGTABLE_BREAK && !leaf_fits(f, c, level, slot)) {
		return AX_ENTRY_DESCEND;
	}
	return AX_ENTRY_STORE;
}

static enum ax_pgtable_action decide_protect(const struct ax_npt_format *f, const struct ax_pgtable_change *c,
					     unsigned level, uint64_t slot, uint64_t pte)
{
	switch (f->kind(pte, level)) {
	case AX_PTE_TABLE:
		return AX_ENTRY_DESCEND;
	case AX_PTE_LEAF:
		if (((f->pte_prot(pte, level) ^ c->prot) & AX_PROT_RWX) == 0) {
			return AX_ENTRY_SKIP;
		}
		return covers(c, slot, ax_slot_size(f, level)) ? AX_ENTRY_STORE : AX_ENTRY_SPLIT;
	default:
		return AX_ENTRY_SKIP;
	}
}

enum ax_pgtable_action ax_pgtable_decide(const struct ax_npt_format *f, const struct ax_pgtable_change *c,
					 unsigned level, uint64_t slot, uint64_t pte)
{
	switch (c->op) {
	case AX_PGTABLE_SET:
		return decide_set(f, c, level, slot, pte);
	case AX_PGTABLE_PROTECT:
		return decide_protect(f, c, level, slot, pte);
	default:
		return decide_unmap(f, c, level, slot, pte);
	}
}

uint64_t ax_pgtable_new_entry(const struct ax_npt_format *f, const struct ax_pgtable_change *c, unsigned level,
			      uint64_t slot, uint64_t pte)
{
	switch (c->op) {
	case AX_PGTABLE_SET:
		return f->make_leaf(ax_hpa(slot + c->delta), level, c->prot);
	case AX_PGTABLE_PROTECT:
		return f->make_leaf(f->pte_pa(pte, level), level, c->prot | (f->pte_prot(pte, level) & AX_PROT_DEVICE));
	default:
		return 0;
	}
}

/* A table that may not exist yet: then `table` is NULL and its entries are what splitting `parent` would give. */
struct node {
	const uint64_t *table;
	uint64_t parent;
	unsigned level;
	uint64_t base; /* first address */
};

/* Recursion is as deep as the format has levels. */
static size_t count(const struct ax_npt_format *f, const struct ax_pgtable_change *c, const struct node *node)
{
	uint64_t size = ax_slot_size(f, node->level);
	uint64_t first = AX_MAX(c->addr, node->base);
	uint64_t end = AX_MIN(c->end, node->base + size * ax_entries(f, node->level));
	size_t needed = 0;

	if (node->level == f->levels - 1u) {
		return 0;
	}
	for (uint64_t slot = AX_ALIGN_DOWN(first, size); slot < end; slot += size) {
		unsigned i = ax_index(f, node->level, slot);
		uint64_t pte = node->table ? ax_entry_load(&node->table[i])
					   : ax_split_entry(f, node->parent, node->level - 1, i);
		struct node child = {.level = node->level + 1, .base = slot};

		switch (ax_pgtable_decide(f, c, node->level, slot, pte)) {
		case AX_ENTRY_DESCEND:
			child.table = ax_next_table(f, pte, node->level);
			needed += count(f, c, &child);
			break;
		case AX_ENTRY_SPLIT:
			child.parent = pte;
			needed += 1 + count(f, c, &child);
			break;
		case AX_ENTRY_GROW:
			needed += 1 + count(f, c, &child);
			break;
		default:
			break;
		}
	}
	return needed;
}

size_t ax_pgtable_count(const struct ax_pgtable *pt, const struct ax_pgtable_change *c)
{
	struct node root = {.table = ax_port_phys_to_virt(pt->tag.root)};

	return count(pt->format, c, &root);
}
