/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TLB in software. It caches translations and the tables passed on a walk, as hardware may, never forgets by itself,
 * and so notices an engine that changes or frees something while hardware could still use it.
 */
#include "tlb.h"
#include "machine.h"

#include <stdio.h>

#define ENTRIES 4096u
#define PROBES 8u /* places where an entry may be; a full row loses one, as in hardware */

/* A translation, or (table) a table page that a walk of this range passed. */
struct entry {
	const struct ax_npt_format *format; /* NULL: free */
	struct ax_npt_tag tag;
	uint64_t addr, size;
	ax_hpa_t pa;
	uint64_t pa_size;
	uint32_t prot;
	bool table;
};

static struct {
	struct entry entry[ENTRIES + PROBES];
	unsigned victim;
	unsigned violations, invalidations;
	char first[256];
} tlb;

void ax_mock_tlb_reset(void)
{
	for (unsigned i = 0; i < AX_ARRAY_SIZE(tlb.entry); i++) {
		tlb.entry[i].format = NULL;
	}
	tlb.violations = 0;
	tlb.invalidations = 0;
	tlb.first[0] = '\0';
}

static void violation(const char *what, const struct entry *e)
{
	if (tlb.violations++ == 0) {
		snprintf(tlb.first, sizeof(tlb.first), "%s: %s id %u address 0x%llx size 0x%llx pa 0x%llx", what,
			 e->format->name, e->tag.id, (unsigned long long)e->addr, (unsigned long long)e->size,
			 (unsigned long long)e->pa.v);
	}
}

static bool same_tag(const struct ax_npt_tag *a, const struct ax_npt_tag *b)
{
	return a->id == b->id && a->root.v == b->root.v;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b ? b - a < a_size : a - b < b_size;
}

static bool same_entry(const struct entry *a, const struct entry *b)
{
	return a->format == b->format && same_tag(&a->tag, &b->tag) && a->addr == b->addr && a->size == b->size &&
	       a->table == b->table && a->pa.v == b->pa.v && a->prot == b->prot;
}

static struct entry *row(uint64_t addr, uint64_t size, bool table)
{
	uint64_t hash = (addr + size + table) * 0x9e3779b97f4a7c15ull;

	return &tlb.entry[(hash >> 40) % ENTRIES];
}

static void insert(const struct entry *e)
{
	struct entry *place = row(e->addr, e->size, e->table);
	struct entry *at = NULL;

	for (unsigned i = 0; i < PROBES; i++) {
		if (!place[i].format) {
			at = &place[i];
		} else if (same_entry(&place[i], e)) {
			return;
		}
	}
	if (!at) {
		at = &place[tlb.victim++ % PROBES];
	}
	*at = *e;
}

/* Walks the tables; with `cache`, remembers the tables passed. False: nothing mapped, *out has the range of that. */
static bool walk(const struct ax_npt_format *f, const struct ax_npt_tag *tag, uint64_t addr, bool cache,
		 struct entry *out)
{
	ax_hpa_t table = tag->root;

	*out = (struct entry){.addr = addr, .size = ~addr};
	if (addr >> ax_npt_bits(f)) {
		return false;
	}
	for (unsigned level = 0; level < f->levels; level++) {
		unsigned shift = f->level[level].shift;
		uint64_t size = AX_BIT(shift);
		uint64_t index = (addr >> shift) & (AX_BIT(f->level[level].bits) - 1);
		uint64_t pte = ((const uint64_t *)ax_mock_phys_to_virt(table))[index];
		enum ax_pte_kind kind = f->kind(pte, level);
		struct entry e = {.format = f, .tag = *tag, .addr = AX_ALIGN_DOWN(addr, size), .size = size};

		*out = e;
		if (kind == AX_PTE_NONE) {
			return false;
		}
		e.pa = f->pte_pa(pte, level);
		if (kind == AX_PTE_LEAF) {
			e.pa_size = size;
			e.prot = f->pte_prot(pte, level);
			*out = e;
			return true;
		}
		e.pa_size = AX_PAGE_SIZE;
		e.table = true;
		table = e.pa;
		if (cache) {
			insert(&e);
		}
	}
	return false;
}

static const struct entry *lookup(const struct ax_npt_format *f, const struct ax_npt_tag *tag, uint64_t addr)
{
	for (unsigned level = 0; level < f->levels; level++) {
		uint64_t size = AX_BIT(f->level[level].shift);
		uint64_t base = AX_ALIGN_DOWN(addr, size);
		const struct entry *place = row(base, size, false);

		for (unsigned i = 0; i < PROBES; i++) {
			const struct entry *e = &place[i];

			if (e->format == f && !e->table && same_tag(&e->tag, tag) && e->addr == base &&
			    e->size == size) {
				return e;
			}
		}
	}
	return NULL;
}

bool ax_mock_tlb_access(const struct ax_npt_format *f, const struct ax_npt_tag *tag, uint64_t addr, uint32_t access,
			ax_hpa_t *pa)
{
	const struct entry *hit = lookup(f, tag, addr);
	struct entry e;

	if (hit) {
		e = *hit;
	} else if (walk(f, tag, addr, true, &e)) {
		insert(&e);
	} else {
		return false;
	}
	*pa = ax_hpa(e.pa.v + (addr - e.addr));
	return (e.prot & access) == access;
}

void ax_mock_tlb_fill(const struct ax_npt_format *f, const struct ax_npt_tag *tag, uint64_t addr, uint64_t size)
{
	for (uint64_t done = 0; done < size;) {
		struct entry e;

		if (walk(f, tag, addr + done, true, &e)) {
			insert(&e);
		}
		done = e.addr + e.size - addr;
	}
}

static bool forbids_more(const struct entry *cached, const struct entry *now)
{
	return (cached->prot & ~now->prot & AX_PROT_RWX) != 0;
}

void ax_mock_tlb_check(void)
{
	for (unsigned i = 0; i < AX_ARRAY_SIZE(tlb.entry); i++) {
		const struct entry *e = &tlb.entry[i];
		struct entry now;

		if (!e->format || e->table) {
			continue;
		}
		if (!walk(e->format, &e->tag, e->addr, false, &now)) {
			violation("still cached after unmap", e);
		} else if (now.pa.v + (e->addr - now.addr) != e->pa.v) {
			violation("still cached with the old target", e);
		} else if (forbids_more(e, &now) || (e->prot ^ now.prot) & AX_PROT_DEVICE) {
			violation("still cached with the old permission", e);
		}
	}
}

/*
 * A format that asks for break-before-make: while a translation is cached the tables may give the same or nothing, or
 * differ in permission only; another size, target or memory type means that a live entry was changed in place.
 */
void ax_mock_tlb_publish(const struct ax_npt_format *f)
{
	for (unsigned i = 0; i < AX_ARRAY_SIZE(tlb.entry) && f->break_before_make; i++) {
		const struct entry *e = &tlb.entry[i];
		struct entry now;

		if (e->format != f || e->table || !walk(f, &e->tag, e->addr, false, &now)) {
			continue;
		}
		if (now.addr != e->addr || now.size != e->size || now.pa.v != e->pa.v ||
		    (now.prot ^ e->prot) & AX_PROT_DEVICE) {
			violation("changed without break-before-make", e);
		}
	}
}

void ax_mock_tlb_invalidate(const struct ax_npt_format *f, const struct ax_npt_tag *tag, uint64_t addr, uint64_t size)
{
	tlb.invalidations++;
	for (unsigned i = 0; i < AX_ARRAY_SIZE(tlb.entry); i++) {
		struct entry *e = &tlb.entry[i];

		if (e->format == f && same_tag(&e->tag, tag) &&
		    (size == ~0ull || overlap(e->addr, e->size, addr, size))) {
			e->format = NULL;
		}
	}
}

void ax_mock_tlb_page_freed(ax_hpa_t pa, uint64_t size)
{
	for (unsigned i = 0; i < AX_ARRAY_SIZE(tlb.entry); i++) {
		const struct entry *e = &tlb.entry[i];

		if (e->format && (overlap(e->pa.v, e->pa_size, pa.v, size) || overlap(e->tag.root.v, 1, pa.v, size))) {
			violation(e->table ? "table freed while cached" : "page freed while cached", e);
		}
	}
}

unsigned ax_mock_tlb_violations(void)
{
	return tlb.violations;
}

const char *ax_mock_tlb_violation(void)
{
	return tlb.first;
}

unsigned ax_mock_tlb_entries(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < AX_ARRAY_SIZE(tlb.entry); i++) {
		n += tlb.entry[i].format != NULL;
	}
	return n;
}

unsigned ax_mock_invalidations(void)
{
	return tlb.invalidations;
}
