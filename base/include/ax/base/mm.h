/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host memory: the physical page allocator, object pools behind ax_port_alloc(), the hypervisor's own tables, guarded
 * stacks.
 */
#ifndef AX_BASE_MM_H
#define AX_BASE_MM_H

#include <ax/arch/host.h>
#include <ax/err.h>
#include <ax/types.h>

struct ax_range {
	uint64_t start, size;
};

/* ---- physical pages (src/mm/pages.c) ---- */

#define AX_PAGE_ORDERS 19u /* blocks of 4 KiB to 1 GiB */

/* The smallest block that holds size bytes. */
static inline unsigned ax_page_order(size_t size)
{
	unsigned order = 0;

	while ((AX_PAGE_SIZE << order) < size) {
		order++;
	}
	return order;
}

struct ax_page_stats {
	uint64_t total; /* pages ever added: total = used + free */
	uint64_t free;
};

/*
 * Declares a bank of RAM, before any page of it is added; its bookkeeping (2 bits a page) is placed at `books`, memory
 * that the caller keeps for it: ax_pages_books_size() bytes. AX_ENOSPC: too many banks.
 */
int ax_pages_add_bank(struct ax_range bank, void *books);
size_t ax_pages_books_size(struct ax_range bank);
/* Gives whole pages of a declared bank to the allocator. Cost: a few steps, whatever the size. */
void ax_pages_add(struct ax_range range);
/* Contents are undefined. ~0: out of memory. */
ax_hpa_t ax_pages_alloc(unsigned order);
void ax_pages_free(ax_hpa_t pa, unsigned order);
struct ax_page_stats ax_pages_stats(void);

/* ---- the whole (src/mm/init.c) ---- */

/* From the device tree to final tables and all of RAM. Boot CPU, once. */
void ax_mm_init(const struct ax_boot_info *info);
/* RAM that is not the allocator's: image, device tree, modules, firmware. Bytes. */
uint64_t ax_mm_reserved(void);

/* ---- mappings (src/mm/map.c) ---- */

/* Where the image lies: from here on ax_port_virt_to_phys() knows its addresses. */
void ax_map_locate_image(const struct ax_boot_info *info);
/* Builds and installs the final tables: the image, `ram` as data, none of `hidden`. */
void ax_map_init(const struct ax_range *ram, unsigned count, const struct ax_range *hidden, unsigned hidden_count);
/* Device registers at [pa, pa+size), uncached. NULL: out of memory. The same window may be asked for twice. */
void *ax_iomap(ax_hpa_t pa, uint64_t size);
/* A stack with an unmapped page below it: returns its top, or NULL. size: page multiple. */
void *ax_stack_alloc(size_t size);
void ax_stack_free(void *top, size_t size);

#endif
