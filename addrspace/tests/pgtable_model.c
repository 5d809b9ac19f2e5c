/* SPDX-License-Identifier: Apache-2.0 */
/* The model and the invariant checker of page tables. */
#include "pgtable_model.h"

#include <ax/mock.h>
#include <string.h>

/* ---- invariants ---- */

struct tally {
	const struct ax_npt_format *f;
	size_t pages;
	uint64_t leaves[AX_NPT_MAX_LEVELS];
	const char *problem;
};

static unsigned entries(const struct ax_npt_format *f, unsigned level)
{
	return 1u << f->level[level].bits;
}

static bool one_leaf_would_do(const struct ax_npt_format *f, const uint64_t *table, unsigned level)
{
	uint64_t first = f->pte_pa(table[0], level).v;
	uint64_t size = AX_BIT(f->level[level].shift);

	if (!f->level[level - 1].leaf || !AX_IS_ALIGNED(first, AX_BIT(f->level[level - 1].shift))) {
		return false;
	}
	for (unsigned i = 0; i < entries(f, level); i++) {
		if (f->kind(table[i], level) != AX_PTE_LEAF || f->pte_pa(table[i], level).v != first + i * size ||
		    f->pte_prot(table[i], level) != f->pte_prot(table[0], level)) {
			return false;
		}
	}
	return true;
}

static void visit(struct tally *t, const uint64_t *table, unsigned level)
{
	const struct ax_npt_format *f = t->f;
	unsigned used = 0;

	t->pages += level == 0 ? (size_t)1 << f->root_order : 1;
	for (unsigned i = 0; i < entries(f, level); i++) {
		enum ax_pte_kind kind = f->kind(table[i], level);

		used += kind != AX_PTE_NONE;
		if (kind == AX_PTE_LEAF) {
			t->leaves[level]++;
			if (!f->level[level].leaf ||
			    !AX_IS_ALIGNED(f->pte_pa(table[i], level).v, AX_BIT(f->level[level].shift))) {
				t->problem = "a leaf where none may be, or with a target that is not aligned";
			}
		} else if (kind == AX_PTE_TABLE) {
			visit(t, ax_mock_phys_to_virt(f->pte_pa(table[i], level)), level + 1);
		}
	}
	if (level && !used) {
		t->problem = "an empty table";
	}
	if (level && one_leaf_would_do(f, table, level)) {
		t->problem = "a table that one leaf could replace";
	}
}

const char *pgtable_check(const struct ax_pgtable *pt)
{
	struct tally t = {.f = pt->format};

	visit(&t, ax_mock_phys_to_virt(pt->tag.root), 0);
	if (t.pages != pt->pages) {
		t.problem = "wrong count of table pages";
	}
	if (memcmp(t.leaves, pt->leaves, sizeof(t.leaves)) != 0) {
		t.problem = "wrong count of leaves";
	}
	return t.problem;
}

/* ---- model ---- */

void model_init(struct model *m, const struct ax_npt_format *f, uint64_t base, uint64_t unit, unsigned units)
{
	memset(m, 0, sizeof(*m));
	m->base = base;
	m->unit = unit;
	m->units = units;
	if (ax_pgtable_init(&m->pt, f, 7, 0) != AX_OK) {
		ax_mock_panic("no memory for a model");
	}
}

void model_destroy(struct model *m)
{
	ax_pgtable_destroy(&m->pt);
}

const char *model_compare(const struct model *m)
{
	for (unsigned i = 0; i < m->units; i++) {
		uint64_t addr = m->base + i * m->unit;
		struct ax_pgtable_leaf leaf;
		int err = ax_pgtable_walk(&m->pt, addr, &leaf);

		if (err != (m->page[i].prot ? AX_OK : AX_ENOENT)) {
			return m->page[i].prot ? "a mapping is gone" : "a mapping should be gone";
		}
		if (err == AX_OK && leaf.pa.v + (addr - leaf.addr) != m->page[i].pa) {
			return "wrong target";
		}
		if (err == AX_OK && leaf.prot != m->page[i].prot) {
			return "wrong permission";
		}
	}
	return pgtable_check(&m->pt);
}

static bool any_mapped(const struct model *m, const struct model_step *s)
{
	for (unsigned i = s->first; i < s->first + s->count; i++) {
		if (m->page[i].prot) {
			return true;
		}
	}
	return false;
}

static uint64_t target(const struct model *m, const struct model_step *s)
{
	static const uint64_t delta[] = {0, 0, AX_PAGE_SIZE, AX_MIB(2), AX_GIB(1) + AX_MIB(2), AX_GIB(4)};

	return MODEL_PA + m->base + s->first * m->unit + AX_ALIGN_DOWN(delta[s->delta % AX_ARRAY_SIZE(delta)], m->unit);
}

static int run(struct model *m, const struct model_step *s)
{
	uint64_t addr = m->base + s->first * m->unit, size = s->count * m->unit;

	switch (s->op) {
	case MODEL_MAP:
		return ax_pgtable_map(&m->pt, addr, ax_hpa(target(m, s)), size, s->prot);
	case MODEL_UNMAP:
		return ax_pgtable_unmap(&m->pt, addr, size);
	case MODEL_PROTECT:
		return ax_pgtable_protect(&m->pt, addr, size, s->prot & AX_PROT_RWX);
	default:
		return ax_pgtable_remap(&m->pt, addr, ax_hpa(target(m, s)), size, s->prot);
	}
}

static void follow(struct model *m, const struct model_step *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		struct model_page *p = &m->page[s->first + i];

		if (s->op == MODEL_UNMAP) {
			p->prot = 0;
		} else if (s->op == MODEL_PROTECT) {
			p->prot = p->prot ? (s->prot & AX_PROT_RWX) | (p->prot & AX_PROT_DEVICE) : 0;
		} else {
			p->pa = target(m, s) + i * m->unit;
			p->prot = s->prot;
		}
	}
}

const char *model_do(struct model *m, const struct model_step *step, int *result)
{
	bool taken = step->op == MODEL_MAP && any_mapped(m, step);

	ax_mock_tlb_fill(m->pt.format, &m->pt.tag, m->base, m->units * m->unit);
	*result = run(m, step);
	if (taken != (*result == AX_EEXIST)) {
		return taken ? "mapped twice" : "refused as mapped";
	}
	if (*result == AX_OK) {
		follow(m, step);
	} else if (*result != AX_EEXIST && !ax_mock_alloc_failed()) {
		return "refused for no reason";
	}
	ax_mock_tlb_check();
	if (ax_mock_tlb_violations()) {
		return ax_mock_tlb_violation();
	}
	return model_compare(m);
}
