/* SPDX-License-Identifier: Apache-2.0 */
/* The port's memory: a buddy allocator over the window, and checks of what is freed. */
#include "port.h"

#include <string.h>
#include <sys/mman.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define POISON(va, size) __asan_poison_memory_region(va, size)
#define UNPOISON(va, size) __asan_unpoison_memory_region(va, size)
#else
#define POISON(va, size) ((void)(va), (void)(size))
#define UNPOISON(va, size) ((void)(va), (void)(size))
#endif

#define MAX_ORDER 18u /* 1 GiB */
#define PAGES ((uint32_t)(AX_MOCK_MEMORY_SIZE >> AX_PAGE_SHIFT))
#define NIL UINT32_MAX
/* From here on the host drops the pages, which is faster than clearing them. */
#define DROP_ORDER 5u

enum { UNKNOWN, FREE, USED }; /* of a block, at its first page */

static struct {
	bool ready;
	unsigned max_order;
	size_t limit, used;
	void (*on_alloc)(void);
	void (*on_free)(void *va, unsigned order);
	uint32_t head[MAX_ORDER + 1];
	uint32_t next[PAGES], prev[PAGES];
	uint8_t state[PAGES], order[PAGES];
	uint32_t high;  /* pages from here on were never given out */
	uint32_t marks; /* state[] from here on was never written, but for the 1 GiB blocks */
} buddy;

static void *page_va(uint32_t page)
{
	return ax_mock_phys_to_virt(ax_hpa(AX_MOCK_MEMORY_HPA + ((uint64_t)page << AX_PAGE_SHIFT)));
}

static void list_add(uint32_t page, unsigned order)
{
	uint32_t old = buddy.head[order];

	buddy.state[page] = FREE;
	buddy.order[page] = (uint8_t)order;
	buddy.prev[page] = NIL;
	buddy.next[page] = old;
	if (old != NIL) {
		buddy.prev[old] = page;
	}
	buddy.head[order] = page;
}

static void list_remove(uint32_t page)
{
	uint32_t prev = buddy.prev[page], next = buddy.next[page];

	if (prev == NIL) {
		buddy.head[buddy.order[page]] = next;
	} else {
		buddy.next[prev] = next;
	}
	if (next != NIL) {
		buddy.prev[next] = prev;
	}
	buddy.state[page] = UNKNOWN;
}

void ax_mock_pages_reset(void)
{
	size_t touched = (size_t)buddy.high << AX_PAGE_SHIFT;

	if (buddy.high) {
		UNPOISON(page_va(0), touched);
		madvise(page_va(0), touched, MADV_DONTNEED);
	}
	memset(buddy.state, UNKNOWN, buddy.marks);
	buddy.high = 0;
	buddy.marks = 0;
	buddy.max_order = MAX_ORDER;
	buddy.limit = 0;
	buddy.used = 0;
	buddy.on_alloc = NULL;
	buddy.on_free = NULL;
	for (unsigned i = 0; i <= MAX_ORDER; i++) {
		buddy.head[i] = NIL;
	}
	for (uint32_t page = PAGES; page; page -= 1u << MAX_ORDER) {
		list_add(page - (1u << MAX_ORDER), MAX_ORDER);
	}
	buddy.ready = true;
}

void ax_mock_page_limit(unsigned max_order, size_t pages)
{
	buddy.max_order = AX_MIN(max_order, MAX_ORDER);
	buddy.limit = pages;
}

void ax_mock_on_page_alloc(void (*fn)(void))
{
	buddy.on_alloc = fn;
}

void ax_mock_on_page_free(void (*fn)(void *va, unsigned order))
{
	buddy.on_free = fn;
}

static void clear(void *va, unsigned order)
{
	size_t size = AX_PAGE_SIZE << order;

	UNPOISON(va, size);
	if (order >= DROP_ORDER) {
		madvise(va, size, MADV_DONTNEED);
	} else {
		memset(va, 0, size);
	}
}

void *ax_port_page_alloc(unsigned order)
{
	void (*meanwhile)(void) = buddy.on_alloc;
	unsigned from = order;
	uint32_t page;

	if (!buddy.ready) {
		ax_mock_pages_reset();
	}
	if (meanwhile) {
		buddy.on_alloc = NULL;
		meanwhile();
	}
	if (ax_mock_alloc_fails() || order > buddy.max_order ||
	    (buddy.limit && buddy.used + (1ul << order) > buddy.limit)) {
		return NULL;
	}
	while (from <= MAX_ORDER && buddy.head[from] == NIL) {
		from++;
	}
	if (from > MAX_ORDER) {
		return NULL;
	}
	page = buddy.head[from];
	list_remove(page);
	while (from > order) {
		from--;
		list_add(page + (1u << from), from);
		buddy.marks = AX_MAX(buddy.marks, page + (1u << from) + 1);
	}
	buddy.marks = AX_MAX(buddy.marks, page + 1);
	buddy.state[page] = USED;
	buddy.order[page] = (uint8_t)order;
	buddy.high = AX_MAX(buddy.high, page + (1u << order));
	buddy.used += 1ul << order;
	ax_mock_count_pages(1l << order);
	clear(page_va(page), order);
	return page_va(page);
}

static uint32_t used_block(void *va, unsigned order)
{
	uint32_t page = (uint32_t)((ax_mock_virt_to_phys(va).v - AX_MOCK_MEMORY_HPA) >> AX_PAGE_SHIFT);

	if (!AX_IS_ALIGNED((uintptr_t)va, AX_PAGE_SIZE) || buddy.state[page] != USED || buddy.order[page] != order) {
		ax_mock_panic("page block %p order %u was not given out so", va, order);
	}
	return page;
}

void ax_port_page_split(void *va, unsigned order)
{
	uint32_t page = used_block(va, order);
	uint32_t half;

	if (order == 0) {
		ax_mock_panic("a single page cannot be split");
	}
	half = page + (1u << (order - 1));
	buddy.order[page] = (uint8_t)(order - 1);
	buddy.state[half] = USED;
	buddy.order[half] = (uint8_t)(order - 1);
	buddy.marks = AX_MAX(buddy.marks, half + 1);
}

void ax_port_page_free(void *va, unsigned order)
{
	uint32_t page;

	if (!va) {
		return;
	}
	page = used_block(va, order);
	if (buddy.on_free) {
		buddy.on_free(va, order);
	}
	ax_mock_tlb_page_freed(ax_mock_virt_to_phys(va), AX_PAGE_SIZE << order);
	POISON(va, AX_PAGE_SIZE << order);
	buddy.used -= 1ul << order;
	ax_mock_count_pages(-(1l << order));
	buddy.state[page] = UNKNOWN;
	for (; order < MAX_ORDER; order++) {
		uint32_t other = page ^ (1u << order);

		if (buddy.state[other] != FREE || buddy.order[other] != order) {
			break;
		}
		list_remove(other);
		page = AX_MIN(page, other);
	}
	list_add(page, order);
}

void *ax_port_alloc(size_t size)
{
	return ax_mock_object_alloc(size);
}

void ax_port_free(void *obj, size_t size)
{
	ax_mock_object_free(obj, size);
}

ax_hpa_t ax_port_virt_to_phys(const void *va)
{
	return ax_mock_virt_to_phys(va);
}

void *ax_port_phys_to_virt(ax_hpa_t pa)
{
	return ax_mock_phys_to_virt(pa);
}
