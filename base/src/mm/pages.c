/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Physical pages: a buddy allocator over all banks. Free lists live in the free blocks themselves, and a bit for each
 * possible block says whether it is free, so that adding a bank costs a few steps, whatever its size.
 */
#include <ax/base/mm.h>
#include <ax/port.h>

#define MAX_BANKS 16u
#define LARGEST (AX_PAGE_ORDERS - 1)
#define WORD_BITS 64u

struct free_block {
	struct free_block *next, **link;
};

struct bank {
	uint64_t first, end; /* page numbers; first is aligned to the largest block */
	uint64_t *bits[AX_PAGE_ORDERS];
};

static struct bank banks[MAX_BANKS];
static unsigned bank_count;
static struct free_block *heads[AX_PAGE_ORDERS];
static struct ax_page_stats stats;
static struct ax_lock lock;

static uint64_t words_of(uint64_t pages, unsigned order)
{
	return ((pages >> order) + WORD_BITS) / WORD_BITS;
}

static struct bank bank_of(struct ax_range range)
{
	return (struct bank){
		.first = AX_ALIGN_DOWN(range.start >> AX_PAGE_SHIFT, 1ull << LARGEST),
		.end = (range.start + range.size) >> AX_PAGE_SHIFT,
	};
}

size_t ax_pages_books_size(struct ax_range range)
{
	struct bank bank = bank_of(range);
	uint64_t words = 0;

	for (unsigned order = 0; order < AX_PAGE_ORDERS; order++) {
		words += words_of(bank.end - bank.first, order);
	}
	return AX_ALIGN_UP(words * sizeof(uint64_t), AX_PAGE_SIZE);
}

int ax_pages_add_bank(struct ax_range range, void *books)
{
	struct bank bank = bank_of(range);
	uint64_t *words = books;

	if (bank_count == MAX_BANKS) {
		return AX_ENOSPC;
	}
	ax_arch_zero_pages(books, ax_pages_books_size(range));
	for (unsigned order = 0; order < AX_PAGE_ORDERS; order++) {
		bank.bits[order] = words;
		words += words_of(bank.end - bank.first, order);
	}
	banks[bank_count++] = bank;
	return AX_OK;
}

static struct bank *find_bank(uint64_t page)
{
	for (unsigned i = 0; i < bank_count; i++) {
		if (page >= banks[i].first && page < banks[i].end) {
			return &banks[i];
		}
	}
	return NULL;
}

static bool is_free(const struct bank *bank, uint64_t page, unsigned order)
{
	uint64_t i = (page - bank->first) >> order;

	return bank->bits[order][i / WORD_BITS] & AX_BIT(i % WORD_BITS);
}

static void flip(struct bank *bank, uint64_t page, unsigned order)
{
	uint64_t i = (page - bank->first) >> order;

	bank->bits[order][i / WORD_BITS] ^= AX_BIT(i % WORD_BITS);
}

static struct free_block *block_at(uint64_t page)
{
	return ax_port_phys_to_virt(ax_hpa(page << AX_PAGE_SHIFT));
}

static uint64_t page_of(const struct free_block *block)
{
	return ax_port_virt_to_phys(block).v >> AX_PAGE_SHIFT;
}

static void push(struct bank *bank, uint64_t page, unsigned order)
{
	struct free_block *block = block_at(page);

	block->next = heads[order];
	block->link = &heads[order];
	if (block->next) {
		block->next->link = &block->next;
	}
	heads[order] = block;
	flip(bank, page, order);
}

static void unlink(struct bank *bank, uint64_t page, unsigned order)
{
	struct free_block *block = block_at(page);

	*block->link = block->next;
	if (block->next) {
		block->next->link = block->link;
	}
	flip(bank, page, order);
}

/* Gives back one block and joins it with its buddies as far as they are free. */
static void give(struct bank *bank, uint64_t page, unsigned order)
{
	while (order < LARGEST) {
		uint64_t buddy = page ^ (1ull << order);

		if (buddy + (1ull << order) > bank->end || !is_free(bank, buddy, order)) {
			break;
		}
		unlink(bank, buddy, order);
		page = AX_MIN(page, buddy);
		order++;
	}
	push(bank, page, order);
}

void ax_pages_add(struct ax_range range)
{
	uint64_t page = AX_ALIGN_UP(range.start, AX_PAGE_SIZE) >> AX_PAGE_SHIFT;
	uint64_t end = (range.start + range.size) >> AX_PAGE_SHIFT;
	unsigned long irq = ax_port_lock(&lock);

	while (page < end) {
		unsigned order = 0;

		while (order < LARGEST && AX_IS_ALIGNED(page, 2ull << order) && page + (2ull << order) <= end) {
			order++;
		}
		give(find_bank(page), page, order);
		stats.total += 1ull << order;
		stats.free += 1ull << order;
		page += 1ull << order;
	}
	ax_port_unlock(&lock, irq);
}

ax_hpa_t ax_pages_alloc(unsigned order)
{
	unsigned long irq = ax_port_lock(&lock);
	unsigned from = order;
	uint64_t page = ~0ull;

	while (from < AX_PAGE_ORDERS && !heads[from]) {
		from++;
	}
	if (from < AX_PAGE_ORDERS) {
		struct bank *bank;

		page = page_of(heads[from]);
		bank = find_bank(page);
		unlink(bank, page, from);
		while (from > order) {
			from--;
			push(bank, page + (1ull << from), from);
		}
		stats.free -= 1ull << order;
	}
	ax_port_unlock(&lock, irq);
	return ax_hpa(page == ~0ull ? page : page << AX_PAGE_SHIFT);
}

void ax_pages_free(ax_hpa_t pa, unsigned order)
{
	uint64_t page = pa.v >> AX_PAGE_SHIFT;
	struct bank *bank = find_bank(page);
	unsigned long irq;

	AX_ASSERT(bank && order < AX_PAGE_ORDERS && AX_IS_ALIGNED(page, 1ull << order));
	irq = ax_port_lock(&lock);
	for (unsigned o = order; o < AX_PAGE_ORDERS; o++) {
		AX_ASSERT(!is_free(bank, AX_ALIGN_DOWN(page, 1ull << o), o)); /* freed twice */
	}
	give(bank, page, order);
	stats.free += 1ull << order;
	ax_port_unlock(&lock, irq);
}

struct ax_page_stats ax_pages_stats(void)
{
	unsigned long irq = ax_port_lock(&lock);
	struct ax_page_stats copy = stats;

	ax_port_unlock(&lock, irq);
	return copy;
}
