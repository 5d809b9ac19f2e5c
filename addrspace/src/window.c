/* SPDX-License-Identifier: Apache-2.0 */
/* Image windows: what of them is the guest's own. */
#include "aspace.h"

static uint64_t chunk_number(uint64_t addr)
{
	return addr / AX_CHUNK_SIZE;
}

static size_t window_bytes(const struct ax_window *window)
{
	return sizeof(*window) + window->chunks * sizeof(window->chunk[0]);
}

struct ax_chunk *ax_window_chunk(struct ax_window *window, uint64_t addr)
{
	return &window->chunk[chunk_number(addr) - chunk_number(window->gpa)];
}

struct ax_window *ax_window_create(uint64_t gpa, uint64_t size, ax_hpa_t hpa)
{
	unsigned chunks = (unsigned)(chunk_number(gpa + size - 1) - chunk_number(gpa) + 1);
	struct ax_window *window = ax_port_alloc(sizeof(*window) + chunks * sizeof(window->chunk[0]));

	if (window) {
		window->gpa = gpa;
		window->size = size;
		window->hpa = hpa;
		window->chunks = chunks;
	}
	return window;
}

static void release_pages(void **page)
{
	for (unsigned i = 0; i < AX_CHUNK_PAGES; i++) {
		if (page[i]) {
			ax_give_back(page[i], 0);
		}
	}
	ax_port_page_free(page, 0);
}

void ax_window_release(struct ax_window *window)
{
	for (unsigned i = 0; i < window->chunks; i++) {
		struct ax_chunk *c = &window->chunk[i];

		if (c->block) {
			ax_give_back(c->block, AX_CHUNK_ORDER);
		} else if (c->page) {
			release_pages(c->page);
		}
	}
	ax_port_free(window, window_bytes(window));
}

bool ax_window_shares(const struct ax_window *window, uint64_t addr)
{
	const struct ax_chunk *c = ax_window_chunk((struct ax_window *)window, addr);

	return !c->block && !(c->page && c->page[ax_chunk_page(addr)]);
}

/* ---- cutting ---- */

static void split_to_pages(char *va, unsigned order)
{
	if (order) {
		ax_port_page_split(va, order);
		split_to_pages(va, order - 1);
		split_to_pages(va + (AX_PAGE_SIZE << (order - 1)), order - 1);
	}
}

/* A chunk that is one block becomes a chunk of pages. */
static int explode(struct ax_chunk *c)
{
	void **page = ax_port_page_alloc(0);

	if (!page) {
		return AX_ENOMEM;
	}
	split_to_pages(c->block, AX_CHUNK_ORDER);
	for (unsigned i = 0; i < AX_CHUNK_PAGES; i++) {
		page[i] = (char *)c->block + i * AX_PAGE_SIZE;
	}
	c->block = NULL;
	c->page = page;
	return AX_OK;
}

/* The chunk that the cut goes through: pages from addr on move to `upper`. */
static int cut_chunk(struct ax_chunk *lower, struct ax_chunk *upper, uint64_t addr)
{
	int err = lower->block ? explode(lower) : AX_OK;

	if (err || !lower->page) {
		return err;
	}
	upper->page = ax_port_page_alloc(0);
	if (!upper->page) {
		return AX_ENOMEM;
	}
	for (unsigned i = ax_chunk_page(addr); i < AX_CHUNK_PAGES; i++) {
		upper->page[i] = lower->page[i];
		lower->page[i] = NULL;
	}
	return AX_OK;
}

static uint64_t own_bytes(const struct ax_window *window)
{
	uint64_t own = 0;

	for (unsigned i = 0; i < window->chunks; i++) {
		const struct ax_chunk *c = &window->chunk[i];

		own += c->block ? AX_CHUNK_SIZE : 0;
		for (unsigned p = 0; c->page && p < AX_CHUNK_PAGES; p++) {
			own += c->page[p] ? AX_PAGE_SIZE : 0;
		}
	}
	return own;
}

int ax_window_cut(struct ax_window *window, uint64_t addr, struct ax_window **upper)
{
	uint64_t lower_size = addr - window->gpa;
	struct ax_window *w = ax_window_create(addr, window->size - lower_size, ax_hpa(window->hpa.v + lower_size));
	unsigned shared_chunk = !AX_IS_ALIGNED(addr, AX_CHUNK_SIZE);
	struct ax_chunk *from;
	int err = AX_ENOMEM;

	if (!w) {
		return err;
	}
	from = ax_window_chunk(window, addr);
	if (shared_chunk) {
		err = cut_chunk(from, &w->chunk[0], addr);
		if (err) {
			ax_port_free(w, window_bytes(w));
			return err;
		}
	}
	for (unsigned i = shared_chunk; i < w->chunks; i++) {
		w->chunk[i] = from[i];
		from[i] = (struct ax_chunk){0};
	}
	window->size = lower_size;
	window->own = own_bytes(window);
	w->own = own_bytes(w);
	*upper = w;
	return AX_OK;
}
