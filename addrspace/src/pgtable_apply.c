/* SPDX-License-Identifier: Apache-2.0 */
/* Carries a change out: prepare allocates all that is needed, commit writes entries and drops stale translations. */
#include "pgtable.h"

#define RETIRED 16u

/* A change under way. */
struct txn {
	struct ax_pgtable *pt;
	const struct ax_pgtable_change *change;
	uint64_t *reserve;         /* prepared tables, chained through their first word */
	uint64_t stale, stale_end; /* translations in here may be cached although the entries changed */
	unsigned retired_count;
	struct {
		uint64_t *table;
		unsigned level;
	} retired[RETIRED]; /* unlinked, but hardware may still walk them: freed after the next invalidation */
};

/* ---- prepare ---- */

static uint64_t *take(struct txn *t)
{
	uint64_t *table = t->reserve;

	AX_ASSERT(table);
	t->reserve = (uint64_t *)(uintptr_t)table[0];
	table[0] = 0;
	t->pt->pages++;
	return table;
}

static void release_reserve(struct txn *t)
{
	while (t->reserve) {
		uint64_t *table = t->reserve;

		t->reserve = (uint64_t *)(uintptr_t)table[0];
		ax_port_page_free(table, 0);
	}
}

static int prepare(struct txn *t)
{
	size_t needed = ax_pgtable_count(t->pt, t->change);

	if (t->pt->quota && needed && t->pt->pages + needed > t->pt->quota) {
		return AX_ENOSPC;
	}
	while (needed--) {
		uint64_t *table = ax_port_page_alloc(0);

		if (!table) {
			release_reserve(t);
			return AX_ENOMEM;
		}
		table[0] = (uintptr_t)t->reserve;
		t->reserve = table;
	}
	return AX_OK;
}

/* ---- stale translations ---- */

static void flush(struct txn *t)
{
	t->pt->format->publish();
	if (t->stale < t->stale_end) {
		t->pt->format->invalidate(&t->pt->tag, t->stale, t->stale_end - t->stale);
	}
	t->stale = ~0ull;
	t->stale_end = 0;
	for (unsigned i = 0; i < t->retired_count; i++) {
		ax_pgtable_free_tables(t->pt, t->retired[i].table, t->retired[i].level);
	}
	t->retired_count = 0;
}

static void note_stale(struct txn *t, uint64_t slot, uint64_t size)
{
	t->stale = AX_MIN(t->stale, slot);
	t->stale_end = AX_MAX(t->stale_end, slot + size);
}

/* The entry that linked the table has been overwritten. */
static void retire(struct txn *t, uint64_t *table, unsigned level)
{
	if (t->retired_count == RETIRED) {
		flush(t);
	}
	t->retired[t->retired_count].table = table;
	t->retired[t->retired_count].level = level;
	t->retired_count++;
}

/* ---- entries ---- */

static void store(struct txn *t, uint64_t *entry, unsigned level, uint64_t pte)
{
	const struct ax_npt_format *f = t->pt->format;

	t->pt->leaves[level] -= f->kind(*entry, level) == AX_PTE_LEAF;
	t->pt->leaves[level] += f->kind(pte, level) == AX_PTE_LEAF;
	__atomic_store_n(entry, pte, __ATOMIC_RELAXED);
}

/* A live entry may go from old to new without passing through "none". */
static bool may_overwrite(const struct ax_npt_format *f, unsigned level, uint64_t old, uint64_t new)
{
	if (!f->break_before_make || f->kind(new, level) == AX_PTE_NONE) {
		return true;
	}
	return f->kind(old, level) == AX_PTE_LEAF && f->kind(new, level) == AX_PTE_LEAF &&
	       f->pte_pa(old, level).v == f->pte_pa(new, level).v &&
	       ((f->pte_prot(old, level) ^ f->pte_prot(new, level)) & AX_PROT_DEVICE) == 0;
}

/* An entry of a table. */
struct place {
	uint64_t *entry;
	unsigned level;
	uint64_t slot; /* its first address */
	bool live;     /* hardware can reach the table */
};

/* Writes an entry with all that it takes when CPUs may be using the old one. */
static void put(struct txn *t, const struct place *p, uint64_t pte)
{
	const struct ax_npt_format *f = t->pt->format;
	uint64_t size = ax_slot_size(f, p->level);
	uint64_t old = ax_entry_load(p->entry);
	enum ax_pte_kind old_kind = f->kind(old, p->level);

	if (old == pte) {
		return;
	}
	if (f->kind(pte, p->level) == AX_PTE_TABLE) {
		f->publish(); /* the table's entries, before the table can be found */
	}
	if (p->live && old_kind != AX_PTE_NONE) {
		if (!may_overwrite(f, p->level, old, pte)) {
			store(t, p->entry, p->level, 0);
			f->publish();
			f->invalidate(&t->pt->tag, p->slot, size);
		} else {
			note_stale(t, p->slot, size);
		}
	}
	store(t, p->entry, p->level, pte);
	if (old_kind == AX_PTE_TABLE) {
		retire(t, ax_next_table(f, old, p->level), p->level + 1);
	}
}

/* The host may be using its own pages: nobody could run an access again that met them unmapped for a moment. */
static bool may_merge(const struct ax_pgtable *pt)
{
	return !pt->no_merge && !(pt->format->break_before_make && pt->tag.id == 0);
}

/* What one entry could say instead of the whole table: nothing (0), a leaf, or `self` when there is no such. */
static uint64_t fold(const struct ax_pgtable *pt, const uint64_t *table, unsigned level, uint64_t self)
{
	const struct ax_npt_format *f = pt->format;
	unsigned last = ax_entries(f, level) - 1;
	uint64_t pte = ax_entry_load(&table[0]);
	enum ax_pte_kind kind = f->kind(pte, level);
	ax_hpa_t pa = f->pte_pa(pte, level);
	uint32_t prot;

	if (kind == AX_PTE_TABLE || f->kind(ax_entry_load(&table[last]), level) != kind) {
		return self;
	}
	if (kind == AX_PTE_LEAF && !may_merge(pt)) {
		return self;
	}
	if (kind == AX_PTE_LEAF && !(f->level[level - 1].leaf && AX_IS_ALIGNED(pa.v, ax_slot_size(f, level - 1)))) {
		return self;
	}
	prot = kind == AX_PTE_LEAF ? f->pte_prot(pte, level) : 0;
	for (unsigned i = 1; i <= last; i++) {
		uint64_t other = ax_entry_load(&table[i]);

		if (f->kind(other, level) != kind) {
			return self;
		}
		if (kind == AX_PTE_LEAF && (f->pte_pa(other, level).v != pa.v + i * ax_slot_size(f, level) ||
					    f->pte_prot(other, level) != prot)) {
			return self;
		}
	}
	return kind == AX_PTE_LEAF ? f->make_leaf(pa, level - 1, prot) : 0;
}

/* ---- commit ---- */

static void commit_table(struct txn *t, uint64_t *table, unsigned level, uint64_t base, bool live);

static void grow(struct txn *t, const struct place *p, uint64_t pte, bool split)
{
	const struct ax_npt_format *f = t->pt->format;
	uint64_t *table = take(t);
	uint64_t link, folded;

	for (unsigned i = 0; split && i < ax_entries(f, p->level + 1); i++) {
		store(t, &table[i], p->level + 1, ax_split_entry(f, pte, p->level, i));
	}
	commit_table(t, table, p->level + 1, p->slot, false);
	link = f->make_table(ax_port_virt_to_phys(table));
	folded = fold(t->pt, table, p->level + 1, link);
	put(t, p, folded);
	if (folded != link) {
		ax_pgtable_free_tables(t->pt, table, p->level + 1);
	}
}

static void descend(struct txn *t, const struct place *p, uint64_t pte)
{
	const struct ax_npt_format *f = t->pt->format;
	uint64_t *table = ax_next_table(f, pte, p->level);

	commit_table(t, table, p->level + 1, p->slot, p->live);
	if (t->change->op != AX_PGTABLE_BREAK) {
		put(t, p, fold(t->pt, table, p->level + 1, pte));
	}
}

static void commit_entry(struct txn *t, const struct place *p)
{
	const struct ax_npt_format *f = t->pt->format;
	uint64_t pte = ax_entry_load(p->entry);

	switch (ax_pgtable_decide(f, t->change, p->level, p->slot, pte)) {
	case AX_ENTRY_STORE:
		put(t, p, ax_pgtable_new_entry(f, t->change, p->level, p->slot, pte));
		break;
	case AX_ENTRY_DESCEND:
		descend(t, p, pte);
		break;
	case AX_ENTRY_SPLIT:
		grow(t, p, pte, true);
		break;
	case AX_ENTRY_GROW:
		grow(t, p, pte, false);
		break;
	case AX_ENTRY_SKIP:
		break;
	}
}

/* Recursion is as deep as the format has levels. */
static void commit_table(struct txn *t, uint64_t *table, unsigned level, uint64_t base, bool live)
{
	const struct ax_npt_format *f = t->pt->format;
	uint64_t size = ax_slot_size(f, level);
	uint64_t first = AX_MAX(t->change->addr, base);
	uint64_t end = AX_MIN(t->change->end, base + size * ax_entries(f, level));

	for (uint64_t slot = AX_ALIGN_DOWN(first, size); slot < end; slot += size) {
		struct place p = {&table[ax_index(f, level, slot)], level, slot, live};

		commit_entry(t, &p);
	}
}

static void commit(struct txn *t, const struct ax_pgtable_change *c)
{
	t->change = c;
	commit_table(t, ax_port_phys_to_virt(t->pt->tag.root), 0, 0, true);
	flush(t);
}

int ax_pgtable_apply(struct ax_pgtable *pt, const struct ax_pgtable_change *c)
{
	struct txn t = {.pt = pt, .change = c, .stale = ~0ull};
	int err = prepare(&t);

	if (err) {
		return err;
	}
	/* One invalidation for all entries instead of one for each. */
	if (c->replace && pt->format->break_before_make) {
		struct ax_pgtable_change unmap = *c;

		unmap.op = AX_PGTABLE_BREAK;
		commit(&t, &unmap);
	}
	commit(&t, c);
	release_reserve(&t);
	return AX_OK;
}
