/* SPDX-License-Identifier: Apache-2.0 */
/* The mock's physical memory window, its objects, and allocation failures made to order. */
#include "machine.h"

#include <ax/arch/layout.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define OBJECT_MAGIC 0x6f626a6563740a0dull

/* In front of each object: to check what is freed. 16 bytes keep the alignment of malloc. */
struct object_head {
	uint64_t magic;
	size_t size;
};

static struct {
	unsigned fail_at, seen;
	bool onwards, failed;
	size_t objects, pages;
} memory;

/* Reserved at program start and zero; the host backs a page when it is first touched. */
__attribute__((constructor)) static void window_map(void)
{
	void *want = (void *)(uintptr_t)(AX_DIRECT_MAP_BASE + AX_MOCK_MEMORY_HPA);
	void *got = mmap(want, AX_MOCK_MEMORY_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (got != want) {
		ax_mock_panic("cannot map the memory window at %p", want);
	}
}

void ax_mock_memory_reset(void)
{
	memory.fail_at = 0;
	memory.seen = 0;
	memory.failed = false;
	memory.objects = 0;
	memory.pages = 0;
}

void *ax_mock_phys_to_virt(ax_hpa_t pa)
{
	if (pa.v < AX_MOCK_MEMORY_HPA || pa.v - AX_MOCK_MEMORY_HPA >= AX_MOCK_MEMORY_SIZE) {
		ax_mock_panic("physical address 0x%llx is not memory", (unsigned long long)pa.v);
	}
	return (void *)(uintptr_t)(AX_DIRECT_MAP_BASE + pa.v);
}

ax_hpa_t ax_mock_virt_to_phys(const void *va)
{
	ax_hpa_t pa = ax_hpa((uintptr_t)va - AX_DIRECT_MAP_BASE);

	(void)ax_mock_phys_to_virt(pa);
	return pa;
}

void ax_mock_fail_alloc(unsigned nth, bool onwards)
{
	memory.fail_at = nth;
	memory.onwards = onwards;
	memory.seen = 0;
	memory.failed = false;
}

bool ax_mock_alloc_failed(void)
{
	return memory.failed;
}

bool ax_mock_alloc_fails(void)
{
	if (!memory.fail_at) {
		return false;
	}
	memory.seen++;
	if (memory.seen == memory.fail_at || (memory.onwards && memory.seen > memory.fail_at)) {
		memory.failed = true;
		return true;
	}
	return false;
}

size_t ax_mock_live_objects(void)
{
	return memory.objects;
}

size_t ax_mock_live_pages(void)
{
	return memory.pages;
}

void ax_mock_count_pages(long pages)
{
	memory.pages += (size_t)pages;
}

void *ax_mock_object_alloc(size_t size)
{
	struct object_head *head = ax_mock_alloc_fails() ? NULL : calloc(1, sizeof(*head) + size);

	if (!head) {
		return NULL;
	}
	head->magic = OBJECT_MAGIC;
	head->size = size;
	memory.objects++;
	return head + 1;
}

void ax_mock_object_free(void *obj, size_t size)
{
	struct object_head *head = (struct object_head *)obj - 1;

	if (!obj) {
		return;
	}
	if (head->magic != OBJECT_MAGIC) {
		ax_mock_panic("free of %p, which is no object", obj);
	}
	if (head->size != size) {
		ax_mock_panic("object of %zu bytes freed as %zu", head->size, size);
	}
	head->magic = 0;
	memory.objects--;
	free(head);
}
