/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the address space share.
 *
 * The lock protects the page table, the regions and their windows. Blocks and tails belong to the life-cycle calls,
 * which their caller serialises; so memory is allocated, cleared and freed without the lock.
 */
#ifndef AX_ADDRSPACE_ASPACE_H
#define AX_ADDRSPACE_ASPACE_H

#include "vec.h"

#include <ax/arch/host.h>
#include <ax/aspace.h>

/* Memory of a RAM region. */
struct ax_ram_block {
	uint64_t gpa;
	void *va;
	unsigned order;
};

#define AX_CHUNK_ORDER 9u
#define AX_CHUNK_SIZE (AX_PAGE_SIZE << AX_CHUNK_ORDER)
#define AX_CHUNK_PAGES (1u << AX_CHUNK_ORDER)

/* 2 MiB of a window, at a multiple of 2 MiB: what of it is the guest's own already. At most one of the two is set. */
struct ax_chunk {
	void *block; /* all of it, one block */
	void **page; /* some pages: AX_CHUNK_PAGES pointers in a page of their own; NULL: still the image's */
};

static inline unsigned ax_chunk_page(uint64_t addr)
{
	return (unsigned)(addr / AX_PAGE_SIZE) % AX_CHUNK_PAGES;
}

/* An image laid over RAM: the page table shows the image, read-only, or the guest's own copy. */
struct ax_window {
	uint64_t gpa, size;
	ax_hpa_t hpa;
	uint64_t own; /* bytes that are the guest's own */
	unsigned chunks;
	struct ax_window *next; /* while waiting to be released */
	struct ax_chunk chunk[];
};

struct ax_region {
	uint64_t gpa, size;
	enum ax_region_kind kind;
	uint32_t prot;
	struct ax_window *window; /* SHARED */
};

/* The last, partial page of an image, copied into RAM. */
struct ax_image_tail {
	uint64_t gpa;
	ax_hpa_t hpa;
	uint64_t size;
};

struct ax_aspace {
	struct ax_lock lock;
	struct ax_pgtable pt;
	struct ax_vec regions; /* struct ax_region, by address, not overlapping */
	struct ax_vec blocks;  /* struct ax_ram_block, by address */
	struct ax_vec tails;   /* struct ax_image_tail */
	uint64_t generation;   /* counts changes of the regions */
	uint64_t ram_bytes, image_bytes;
};

/* Memory that the guest will see: also with its caches off, and as instructions. */
static inline void ax_show_to_guest(void *va, size_t size, uint32_t prot)
{
	if (prot & AX_PROT_EXEC) {
		ax_arch_sync_icache(va, size);
	} else {
		ax_arch_clean_dcache(va, size);
	}
}

/* Memory that a guest had goes back to the host. */
static inline void ax_give_back(void *va, unsigned order)
{
	ax_arch_zero_pages(va, AX_PAGE_SIZE << order);
	ax_port_page_free(va, order);
}

/* ---- regions: lock held ---- */

static inline struct ax_region *ax_region_at(const struct ax_aspace *as, unsigned i)
{
	return ax_vec_at(&as->regions, i);
}

/* The first region that ends after addr; regions.count: none. */
unsigned ax_region_index(const struct ax_aspace *as, uint64_t addr);
/* The region that holds addr, or NULL. */
struct ax_region *ax_region_find(const struct ax_aspace *as, uint64_t addr);
/* AX_EINVAL, AX_ERANGE. Needs no lock. */
int ax_region_check(const struct ax_aspace *as, uint64_t gpa, uint64_t size);
bool ax_region_overlaps(const struct ax_aspace *as, uint64_t gpa, uint64_t size);
/* No region lies across addr any more. Nothing a guest could notice. AX_ENOMEM. */
int ax_region_cut(struct ax_aspace *as, uint64_t addr);
/* Undoes a cut through RAM. */
void ax_region_join(struct ax_aspace *as, uint64_t addr);

/* ---- RAM blocks: no lock ---- */

/* Fills an empty vec with blocks for the range. AX_ENOMEM: nothing allocated. */
int ax_ram_alloc(struct ax_vec *blocks, uint64_t gpa, uint64_t size, uint32_t prot);
void ax_ram_free(struct ax_vec *blocks, uint64_t gpa, uint64_t size);
/* No block lies across addr any more. AX_ENOMEM. */
int ax_ram_cut(struct ax_vec *blocks, uint64_t addr);
/* Index of the first block at or after addr. */
unsigned ax_ram_index(const struct ax_vec *blocks, uint64_t addr);

/* ---- images ---- */

/* Forgets the tails of images that lie in the range. No lock. */
void ax_image_drop_tails(struct ax_aspace *as, uint64_t gpa, uint64_t size);

/* ---- windows ---- */

struct ax_window *ax_window_create(uint64_t gpa, uint64_t size, ax_hpa_t hpa); /* NULL: no memory */
/* Gives back the guest's own pages, which nothing maps any more, and the window. No lock. */
void ax_window_release(struct ax_window *window);
/* The chunk that holds an address of the window. */
struct ax_chunk *ax_window_chunk(struct ax_window *window, uint64_t addr);
/* The page is still the image's. Lock held. */
bool ax_window_shares(const struct ax_window *window, uint64_t addr);
/* Makes [addr, end) a window of its own, returned in *upper. Lock held. AX_ENOMEM. */
int ax_window_cut(struct ax_window *window, uint64_t addr, struct ax_window **upper);
/*
 * Makes the page at addr, in a window, the guest's own. No lock. AX_ENOMEM. AX_OK also when there is nothing (more) to
 * do.
 */
int ax_window_copy(struct ax_aspace *as, uint64_t addr);
/* The window shows its image again. No lock. AX_ENOMEM. */
int ax_window_restore(struct ax_aspace *as, uint64_t gpa);

#endif
