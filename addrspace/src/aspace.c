/* SPDX-License-Identifier: Apache-2.0 */
/* An address space comes and goes, and so do its regions. */
#include "aspace.h"

int ax_aspace_create(const struct ax_npt_format *format, uint32_t id, size_t table_quota, struct ax_aspace **out)
{
	struct ax_aspace *as = ax_port_alloc(sizeof(*as));
	int err;

	if (!as) {
		return AX_ENOMEM;
	}
	as->regions.item_size = sizeof(struct ax_region);
	as->blocks.item_size = sizeof(struct ax_ram_block);
	as->tails.item_size = sizeof(struct ax_image_tail);
	err = ax_pgtable_init(&as->pt, format, id, table_quota);
	if (err) {
		ax_port_free(as, sizeof(*as));
		return err;
	}
	*out = as;
	return AX_OK;
}

void ax_aspace_destroy(struct ax_aspace *as)
{
	if (!as) {
		return;
	}
	ax_pgtable_destroy(&as->pt);
	for (unsigned i = 0; i < as->regions.count; i++) {
		if (ax_region_at(as, i)->window) {
			ax_window_release(ax_region_at(as, i)->window);
		}
	}
	ax_ram_free(&as->blocks, 0, ~0ull);
	ax_vec_free(&as->regions);
	ax_vec_free(&as->blocks);
	ax_vec_free(&as->tails);
	ax_port_free(as, sizeof(*as));
}

const struct ax_npt_tag *ax_aspace_tag(const struct ax_aspace *as)
{
	return &as->pt.tag;
}

/* ---- adding ---- */

static int map_blocks(struct ax_aspace *as, const struct ax_vec *blocks, uint64_t gpa, uint64_t size, uint32_t prot)
{
	int err = AX_OK;

	/* Merged with a neighbour, taking them back could need a split, which could fail. */
	as->pt.no_merge = true;
	for (unsigned i = 0; i < blocks->count && !err; i++) {
		const struct ax_ram_block *b = ax_vec_at(blocks, i);

		err = ax_pgtable_map(&as->pt, b->gpa, ax_port_virt_to_phys(b->va), AX_PAGE_SIZE << b->order, prot);
	}
	if (err) {
		int undone = ax_pgtable_unmap(&as->pt, gpa, size);

		AX_ASSERT(!undone);
	}
	as->pt.no_merge = false;
	return err;
}

static void insert_region(struct ax_aspace *as, const struct ax_region *region)
{
	ax_vec_insert(&as->regions, ax_region_index(as, region->gpa), region);
	as->generation++;
}

/* Room for the region, if it is free. Lock held. */
static int reserve_region(struct ax_aspace *as, uint64_t gpa, uint64_t size)
{
	return ax_region_overlaps(as, gpa, size) ? AX_EEXIST : ax_vec_reserve(&as->regions, 1);
}

int ax_aspace_add_ram(struct ax_aspace *as, ax_gpa_t gpa, uint64_t size, uint32_t prot)
{
	struct ax_vec blocks = {.item_size = sizeof(struct ax_ram_block)};
	const struct ax_region region = {.gpa = gpa.v, .size = size, .kind = AX_REGION_RAM, .prot = prot};
	unsigned long irq;
	int err = ax_region_check(as, gpa.v, size);

	if (!err) {
		irq = ax_port_lock(&as->lock);
		err = reserve_region(as, gpa.v, size);
		ax_port_unlock(&as->lock, irq);
	}
	if (!err) {
		err = ax_ram_alloc(&blocks, gpa.v, size, prot);
	}
	if (err) {
		return err;
	}
	err = ax_vec_reserve(&as->blocks, blocks.count);
	if (!err) {
		irq = ax_port_lock(&as->lock);
		err = map_blocks(as, &blocks, gpa.v, size, prot);
		if (!err) {
			insert_region(as, &region);
			as->ram_bytes += size;
		}
		ax_port_unlock(&as->lock, irq);
	}
	if (err) {
		ax_ram_free(&blocks, gpa.v, size);
	}
	for (unsigned i = 0, at = ax_ram_index(&as->blocks, gpa.v); i < blocks.count; i++) {
		ax_vec_insert(&as->blocks, at + i, ax_vec_at(&blocks, i));
	}
	ax_vec_free(&blocks);
	return err;
}

int ax_aspace_add_device(struct ax_aspace *as, ax_gpa_t gpa, ax_hpa_t hpa, uint64_t size, uint32_t prot)
{
	const struct ax_region region = {.gpa = gpa.v, .size = size, .kind = AX_REGION_DEVICE, .prot = prot};
	unsigned long irq;
	int err = ax_region_check(as, gpa.v, size);

	if (err) {
		return err;
	}
	irq = ax_port_lock(&as->lock);
	err = reserve_region(as, gpa.v, size);
	if (!err) {
		err = ax_pgtable_map(&as->pt, gpa.v, hpa, size, prot);
	}
	if (!err) {
		insert_region(as, &region);
	}
	ax_port_unlock(&as->lock, irq);
	return err;
}

/* ---- removing ---- */

/* Takes whole regions off the table; returns their windows. Lock held. */
static struct ax_window *drop_regions(struct ax_aspace *as, uint64_t gpa, uint64_t size)
{
	unsigned first = ax_region_index(as, gpa), i = first;
	struct ax_window *windows = NULL;

	for (; i < as->regions.count && ax_region_at(as, i)->gpa < gpa + size; i++) {
		struct ax_region *r = ax_region_at(as, i);
		uint64_t own = r->window ? r->window->own : r->size;

		if (r->kind != AX_REGION_DEVICE) {
			as->ram_bytes -= own;
			as->image_bytes -= r->size - own;
		}
		if (r->window) {
			r->window->next = windows;
			windows = r->window;
		}
	}
	ax_vec_remove(&as->regions, first, i - first);
	as->generation++;
	return windows;
}

static int unmap(struct ax_aspace *as, uint64_t gpa, uint64_t size, struct ax_window **windows)
{
	int err = ax_region_cut(as, gpa);

	if (!err) {
		err = ax_region_cut(as, gpa + size);
	}
	if (!err) {
		err = ax_pgtable_unmap(&as->pt, gpa, size);
	}
	if (err) {
		ax_region_join(as, gpa + size);
		ax_region_join(as, gpa);
		return err;
	}
	*windows = drop_regions(as, gpa, size);
	return AX_OK;
}

int ax_aspace_remove(struct ax_aspace *as, ax_gpa_t gpa, uint64_t size)
{
	struct ax_window *windows = NULL;
	unsigned long irq;
	int err = ax_region_check(as, gpa.v, size);

	if (!err) {
		err = ax_ram_cut(&as->blocks, gpa.v);
	}
	if (!err) {
		err = ax_ram_cut(&as->blocks, gpa.v + size);
	}
	if (err) {
		return err;
	}
	irq = ax_port_lock(&as->lock);
	err = unmap(as, gpa.v, size, &windows);
	ax_port_unlock(&as->lock, irq);
	if (err) {
		return err == AX_ENOSPC ? AX_ENOMEM : err;
	}
	while (windows) {
		struct ax_window *w = windows;

		windows = w->next;
		ax_window_release(w);
	}
	ax_ram_free(&as->blocks, gpa.v, size);
	ax_image_drop_tails(as, gpa.v, size);
	return AX_OK;
}

/* ---- scrub, statistics ---- */

int ax_aspace_scrub(struct ax_aspace *as)
{
	for (unsigned i = 0; i < as->blocks.count; i++) {
		const struct ax_ram_block *b = ax_vec_at(&as->blocks, i);

		ax_arch_zero_pages(b->va, AX_PAGE_SIZE << b->order);
		ax_show_to_guest(b->va, AX_PAGE_SIZE << b->order, AX_PROT_EXEC);
	}
	for (unsigned i = 0; i < as->regions.count; i++) {
		int err = ax_region_at(as, i)->window ? ax_window_restore(as, ax_region_at(as, i)->gpa) : AX_OK;

		if (err) {
			return err;
		}
	}
	for (unsigned i = 0; i < as->tails.count; i++) {
		const struct ax_image_tail *t = ax_vec_at(&as->tails, i);
		int err = ax_aspace_load(as, ax_gpa(t->gpa), ax_port_phys_to_virt(t->hpa), t->size);

		if (err) {
			return err;
		}
	}
	return AX_OK;
}

void ax_aspace_stats(struct ax_aspace *as, struct ax_aspace_stats *out)
{
	unsigned long irq = ax_port_lock(&as->lock);

	*out = (struct ax_aspace_stats){
		.ram_bytes = as->ram_bytes, .image_bytes = as->image_bytes, .table_pages = as->pt.pages};
	for (unsigned i = 0; i < AX_NPT_MAX_LEVELS; i++) {
		out->leaves[i] = as->pt.leaves[i];
	}
	ax_port_unlock(&as->lock, irq);
}
