/* SPDX-License-Identifier: Apache-2.0 */
/* Page tables: life, arguments, walks. */
#include "pgtable.h"

int ax_pgtable_init(struct ax_pgtable *pt, const struct ax_npt_format *format, uint32_t id, size_t quota)
{
	void *root = ax_port_page_alloc(format->root_order);

	if (!root) {
		return AX_ENOMEM;
	}
	*pt = (struct ax_pgtable){
		.format = format,
		.tag = {.root = ax_port_virt_to_phys(root), .id = id},
		.pages = (size_t)1 << format->root_order,
		.quota = quota,
	};
	return AX_OK;
}

void ax_pgtable_free_tables(struct ax_pgtable *pt, uint64_t *table, unsigned level)
{
	const struct ax_npt_format *f = pt->format;
	unsigned order = level == 0 ? f->root_order : 0;

	for (unsigned i = 0; i < ax_entries(f, level); i++) {
		uint64_t pte = ax_entry_load(&table[i]);
		enum ax_pte_kind kind = f->kind(pte, level);

		if (kind == AX_PTE_TABLE) {
			ax_pgtable_free_tables(pt, ax_next_table(f, pte, level), level + 1);
		} else if (kind == AX_PTE_LEAF) {
			pt->leaves[level]--;
		}
	}
	pt->pages -= (size_t)1 << order;
	ax_port_page_free(table, order);
}

void ax_pgtable_destroy(struct ax_pgtable *pt)
{
	pt->format->invalidate(&pt->tag, 0, ~0ull);
	ax_pgtable_free_tables(pt, ax_port_phys_to_virt(pt->tag.root), 0);
	*pt = (struct ax_pgtable){0};
}

/* ---- changes ---- */

static int check_range(const struct ax_pgtable *pt, uint64_t addr, uint64_t size)
{
	uint64_t limit = AX_BIT(ax_npt_bits(pt->format));

	if (size == 0 || !AX_IS_ALIGNED(addr | size, AX_PAGE_SIZE)) {
		return AX_EINVAL;
	}
	return addr < limit && size <= limit - addr ? AX_OK : AX_ERANGE;
}

static int check_prot(uint32_t prot, uint32_t allowed)
{
	bool reachable = prot & (AX_PROT_READ | AX_PROT_EXEC);
	bool write_only = (prot & AX_PROT_WRITE) && !(prot & AX_PROT_READ);

	return (prot & ~allowed) || !reachable || write_only ? AX_EINVAL : AX_OK;
}

static int check_target(const struct ax_pgtable *pt, uint64_t addr, ax_hpa_t pa, uint64_t size, uint32_t prot)
{
	int err = check_range(pt, addr, size);

	if (err) {
		return err;
	}
	if (!AX_IS_ALIGNED(pa.v, AX_PAGE_SIZE)) {
		return AX_EINVAL;
	}
	if (pa.v + (size - 1) < pa.v) {
		return AX_ERANGE;
	}
	return check_prot(prot, AX_PROT_RWX | AX_PROT_DEVICE);
}

int ax_pgtable_map(struct ax_pgtable *pt, uint64_t addr, ax_hpa_t pa, uint64_t size, uint32_t prot)
{
	struct ax_pgtable_change set = {AX_PGTABLE_SET, addr, addr + size, pa.v - addr, prot, false};
	struct ax_pgtable_leaf leaf;
	int err = check_target(pt, addr, pa, size, prot);

	if (err) {
		return err;
	}
	if (ax_pgtable_next(pt, addr, addr + size, &leaf) == AX_OK) {
		return AX_EEXIST;
	}
	return ax_pgtable_apply(pt, &set);
}

int ax_pgtable_remap(struct ax_pgtable *pt, uint64_t addr, ax_hpa_t pa, uint64_t size, uint32_t prot)
{
	struct ax_pgtable_change set = {AX_PGTABLE_SET, addr, addr + size, pa.v - addr, prot, true};
	int err = check_target(pt, addr, pa, size, prot);

	return err ? err : ax_pgtable_apply(pt, &set);
}

int ax_pgtable_unmap(struct ax_pgtable *pt, uint64_t addr, uint64_t size)
{
	struct ax_pgtable_change unmap = {.op = AX_PGTABLE_UNMAP, .addr = addr, .end = addr + size};
	int err = check_range(pt, addr, size);

	return err ? err : ax_pgtable_apply(pt, &unmap);
}

int ax_pgtable_protect(struct ax_pgtable *pt, uint64_t addr, uint64_t size, uint32_t prot)
{
	struct ax_pgtable_change protect = {.op = AX_PGTABLE_PROTECT, .addr = addr, .end = addr + size, .prot = prot};
	int err = check_range(pt, addr, size);

	if (!err) {
		err = check_prot(prot, AX_PROT_RWX);
	}
	return err ? err : ax_pgtable_apply(pt, &protect);
}

/* ---- walks ---- */

/* Descends to the entry that decides about addr: a leaf (true) or nothing (false). *out describes the entry's range. */
static bool find(const struct ax_pgtable *pt, uint64_t addr, struct ax_pgtable_leaf *out)
{
	const struct ax_npt_format *f = pt->format;
	const uint64_t *table = ax_port_phys_to_virt(pt->tag.root);
	unsigned level = 0;
	uint64_t pte = ax_entry_load(&table[ax_index(f, 0, addr)]);

	while (f->kind(pte, level) == AX_PTE_TABLE) {
		table = ax_next_table(f, pte, level);
		level++;
		pte = ax_entry_load(&table[ax_index(f, level, addr)]);
	}
	out->level = level;
	out->size = ax_slot_size(f, level);
	out->addr = AX_ALIGN_DOWN(addr, out->size);
	if (f->kind(pte, level) != AX_PTE_LEAF) {
		return false;
	}
	out->pa = f->pte_pa(pte, level);
	out->prot = f->pte_prot(pte, level);
	return true;
}

int ax_pgtable_walk(const struct ax_pgtable *pt, uint64_t addr, struct ax_pgtable_leaf *out)
{
	if (addr >> ax_npt_bits(pt->format)) {
		return AX_ERANGE;
	}
	return find(pt, addr, out) ? AX_OK : AX_ENOENT;
}

int ax_pgtable_next(const struct ax_pgtable *pt, uint64_t addr, uint64_t end, struct ax_pgtable_leaf *out)
{
	end = AX_MIN(end, AX_BIT(ax_npt_bits(pt->format)));
	while (addr < end) {
		if (find(pt, addr, out)) {
			return AX_OK;
		}
		addr = out->addr + out->size;
	}
	return AX_ENOENT;
}
