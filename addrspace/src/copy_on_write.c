/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A window's pages become the guest's own at the first write, 2 MiB at once where the window has them and the host a
 * block. Memory is allocated and filled without the lock: an image does not change, so the copy is right whenever the
 * place is still the image's afterwards.
 */
#include "aspace.h"

#include <string.h>

/* A copy being made. */
struct copy {
	uint64_t gpa, size; /* what is copied */
	ax_hpa_t from;
	uint32_t prot;
	uint64_t generation;
	void *mem;   /* the copy */
	void **page; /* the chunk's table of pages, where that is new */
	bool needs_table;
};

/* What to copy for addr; false: nothing, the page is the guest's own or no window's. Lock held. */
static bool plan(struct ax_aspace *as, uint64_t addr, bool whole, struct copy *out)
{
	const struct ax_region *r = ax_region_find(as, addr);
	uint64_t chunk = AX_ALIGN_DOWN(addr, AX_CHUNK_SIZE);
	struct ax_window *w;
	const struct ax_chunk *c;

	if (!r || !r->window || !ax_window_shares(r->window, addr)) {
		return false;
	}
	w = r->window;
	c = ax_window_chunk(w, addr);
	whole = whole && !c->page && chunk >= w->gpa && chunk + AX_CHUNK_SIZE <= w->gpa + w->size;
	*out = (struct copy){
		.gpa = whole ? chunk : AX_ALIGN_DOWN(addr, AX_PAGE_SIZE),
		.size = whole ? AX_CHUNK_SIZE : AX_PAGE_SIZE,
		.prot = r->prot,
		.generation = as->generation,
		.needs_table = !whole && !c->page,
	};
	out->from = ax_hpa(w->hpa.v + (out->gpa - w->gpa));
	return true;
}

static unsigned copy_order(const struct copy *c)
{
	return c->size == AX_CHUNK_SIZE ? AX_CHUNK_ORDER : 0;
}

static void discard(struct copy *c)
{
	ax_port_page_free(c->page, 0);
	ax_port_page_free(c->mem, copy_order(c));
}

static int make(struct copy *c)
{
	c->mem = ax_port_page_alloc(copy_order(c));
	if (c->mem && c->needs_table) {
		c->page = ax_port_page_alloc(0);
	}
	if (!c->mem || (c->needs_table && !c->page)) {
		discard(c);
		return AX_ENOMEM;
	}
	memcpy(c->mem, ax_port_phys_to_virt(c->from), c->size);
	ax_show_to_guest(c->mem, c->size, c->prot);
	return AX_OK;
}

/* Maps the copy. AX_EBUSY: the place has changed meanwhile. Lock held. */
static int install(struct ax_aspace *as, struct copy *c)
{
	struct copy now;
	struct ax_window *w;
	struct ax_chunk *chunk;
	int err;

	if (!plan(as, c->gpa, c->size == AX_CHUNK_SIZE, &now) || now.generation != c->generation ||
	    now.size != c->size || now.needs_table != c->needs_table) {
		return AX_EBUSY;
	}
	err = ax_pgtable_remap(&as->pt, c->gpa, ax_port_virt_to_phys(c->mem), c->size, c->prot);
	if (err) {
		return err;
	}
	w = ax_region_find(as, c->gpa)->window;
	chunk = ax_window_chunk(w, c->gpa);
	if (c->size == AX_CHUNK_SIZE) {
		chunk->block = c->mem;
	} else {
		chunk->page = c->needs_table ? c->page : chunk->page;
		chunk->page[ax_chunk_page(c->gpa)] = c->mem;
	}
	w->own += c->size;
	as->ram_bytes += c->size;
	as->image_bytes -= c->size;
	return AX_OK;
}

/* One attempt. AX_EBUSY: again. */
static int try_copy(struct ax_aspace *as, uint64_t addr, bool *whole)
{
	unsigned long irq = ax_port_lock(&as->lock);
	struct copy c;
	bool needed = plan(as, addr, *whole, &c);
	int err;

	ax_port_unlock(&as->lock, irq);
	if (!needed) {
		return AX_OK;
	}
	err = make(&c);
	if (err) {
		/* No 2 MiB block: by single pages then. */
		err = c.size == AX_CHUNK_SIZE ? AX_EBUSY : err;
		*whole = false;
		return err;
	}
	irq = ax_port_lock(&as->lock);
	err = install(as, &c);
	ax_port_unlock(&as->lock, irq);
	if (err) {
		discard(&c);
	}
	return err == AX_ENOSPC ? AX_ENOMEM : err;
}

int ax_window_copy(struct ax_aspace *as, uint64_t addr)
{
	bool whole = true;
	int err;

	do {
		err = try_copy(as, addr, &whole);
	} while (err == AX_EBUSY);
	return err;
}

int ax_window_restore(struct ax_aspace *as, uint64_t gpa)
{
	unsigned long irq = ax_port_lock(&as->lock);
	struct ax_region *r = ax_region_find(as, gpa);
	struct ax_window *old = r->window;
	struct ax_window *fresh;
	int err = AX_ENOMEM;

	if (!old->own) {
		ax_port_unlock(&as->lock, irq);
		return AX_OK;
	}
	fresh = ax_window_create(old->gpa, old->size, old->hpa);
	if (fresh) {
		err = ax_pgtable_remap(&as->pt, r->gpa, old->hpa, r->size, r->prot & ~(uint32_t)AX_PROT_WRITE);
	}
	if (!err) {
		r->window = fresh;
		as->generation++;
		as->ram_bytes -= old->own;
		as->image_bytes += old->own;
	}
	ax_port_unlock(&as->lock, irq);
	if (!err) {
		ax_window_release(old);
	} else if (fresh) {
		ax_window_release(fresh);
	}
	return err == AX_ENOSPC ? AX_ENOMEM : err;
}
