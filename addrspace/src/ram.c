/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks behind RAM regions: as large as the host has them. */
#include "aspace.h"

#define MAX_ORDER 18u /* 1 GiB */

static struct ax_ram_block *block_at(const struct ax_vec *blocks, unsigned i)
{
	return ax_vec_at(blocks, i);
}

static uint64_t block_end(const struct ax_ram_block *b)
{
	return b->gpa + (AX_PAGE_SIZE << b->order);
}

unsigned ax_ram_index(const struct ax_vec *blocks, uint64_t addr)
{
	unsigned low = 0, high = blocks->count;

	while (low < high) {
		unsigned mid = low + (high - low) / 2;

		if (block_at(blocks, mid)->gpa >= addr) {
			high = mid;
		} else {
			low = mid + 1;
		}
	}
	return low;
}

/* The largest order for which a block at gpa is aligned and not larger than size. */
static unsigned best_order(uint64_t gpa, uint64_t size, unsigned most)
{
	while (most && (!AX_IS_ALIGNED(gpa, AX_PAGE_SIZE << most) || AX_PAGE_SIZE << most > size)) {
		most--;
	}
	return most;
}

int ax_ram_alloc(struct ax_vec *blocks, uint64_t gpa, uint64_t size, uint32_t prot)
{
	uint64_t end = gpa + size;
	unsigned most = MAX_ORDER; /* what the host was seen to have */

	for (uint64_t at = gpa; at < end; at = block_end(block_at(blocks, blocks->count - 1))) {
		struct ax_ram_block b = {.gpa = at, .order = best_order(at, end - at, most)};

		if (ax_vec_reserve(blocks, 1)) {
			goto fail;
		}
		b.va = ax_port_page_alloc(b.order);
		while (!b.va && b.order) {
			b.order--;
			most = b.order;
			b.va = ax_port_page_alloc(b.order);
		}
		if (!b.va) {
			goto fail;
		}
		ax_show_to_guest(b.va, AX_PAGE_SIZE << b.order, prot);
		ax_vec_insert(blocks, blocks->count, &b);
	}
	return AX_OK;
fail:
	ax_ram_free(blocks, gpa, size);
	ax_vec_free(blocks);
	return AX_ENOMEM;
}

void ax_ram_free(struct ax_vec *blocks, uint64_t gpa, uint64_t size)
{
	unsigned first = ax_ram_index(blocks, gpa), i = first;

	for (; i < blocks->count && block_at(blocks, i)->gpa < gpa + size; i++) {
		ax_give_back(block_at(blocks, i)->va, block_at(blocks, i)->order);
	}
	ax_vec_remove(blocks, first, i - first);
}

int ax_ram_cut(struct ax_vec *blocks, uint64_t addr)
{
	unsigned i;
	int err = ax_vec_reserve(blocks, MAX_ORDER);

	if (err) {
		return err;
	}
	for (;;) {
		struct ax_ram_block *lower, upper;

		i = ax_ram_index(blocks, addr);
		if (i == 0 || block_end(block_at(blocks, i - 1)) <= addr) {
			return AX_OK;
		}
		lower = block_at(blocks, i - 1);
		ax_port_page_split(lower->va, lower->order);
		lower->order--;
		upper = *lower;
		upper.gpa = block_end(lower);
		upper.va = (char *)lower->va + (AX_PAGE_SIZE << lower->order);
		ax_vec_insert(blocks, i, &upper);
	}
}
