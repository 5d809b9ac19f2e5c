/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest-physical address space: named regions over one nested page table, and checked access to guest memory.
 * One lock per address space; functions take it themselves. None allocates on the access path.
 */
#ifndef AX_ASPACE_H
#define AX_ASPACE_H

#include <ax/pgtable.h>
#include <ax/port.h>

enum ax_region_kind {
	AX_REGION_RAM,    /* pages the address space allocated and owns: scrubbed and freed with it */
	AX_REGION_SHARED, /* an image's pages, mapped read-only, copied on first write; never freed here */
	AX_REGION_DEVICE, /* passed through; never read or written by the host */
};

struct ax_aspace; /* opaque: ax_aspace_create */

/* format and id as ax_pgtable_init. AX_ENOMEM. */
int ax_aspace_create(const struct ax_npt_format *format, uint32_t id, size_t table_quota, struct ax_aspace **out);
/* Unmaps, scrubs, frees. No vCPU may be loaded on it. */
void ax_aspace_destroy(struct ax_aspace *as);
const struct ax_npt_tag *ax_aspace_tag(const struct ax_aspace *as);

/*
 * RAM at [gpa, gpa+size): allocated in the largest blocks there are and mapped at once. prot: AX_PROT_*.
 * AX_EEXIST overlaps a region, AX_EINVAL, AX_ERANGE, AX_ENOMEM: nothing kept.
 */
int ax_aspace_add_ram(struct ax_aspace *as, ax_gpa_t gpa, uint64_t size, uint32_t prot);
/* Host pages of a device or memory that stays the host's. */
int ax_aspace_add_device(struct ax_aspace *as, ax_gpa_t gpa, ax_hpa_t hpa, uint64_t size, uint32_t prot);
/*
 * Lays an image over existing RAM: whole pages of [gpa, gpa+size) show hpa's content; RAM's own page takes over at the first write.
 * gpa and hpa page-aligned; the last partial page is copied. RAM behind the window is allocated on that write, not before.
 */
int ax_aspace_add_image(struct ax_aspace *as, ax_gpa_t gpa, ax_hpa_t hpa, uint64_t size);
/* Removes what lies in [gpa, gpa+size); a region may be cut. AX_ENOMEM (split), nothing changed then. */
int ax_aspace_remove(struct ax_aspace *as, ax_gpa_t gpa, uint64_t size);

/*
 * A stage-2 fault of the guest. AX_OK: resolved (copy on write), run again. AX_ENOENT: no memory there (device bus, or a
 * fault in the guest). AX_EFAULT: memory, but the access is forbidden. AX_ENOMEM.
 */
int ax_aspace_fault(struct ax_aspace *as, ax_gpa_t gpa, uint32_t access);

/* Copies between guest memory and the host. AX_EFAULT unless all of it is RAM with that permission; nothing is transferred then. */
int ax_aspace_read(struct ax_aspace *as, ax_gpa_t gpa, void *buf, size_t size);
int ax_aspace_write(struct ax_aspace *as, ax_gpa_t gpa, const void *buf, size_t size);
/* Host view for loaders: as write, ignoring AX_PROT_WRITE of the region. */
int ax_aspace_load(struct ax_aspace *as, ax_gpa_t gpa, const void *buf, size_t size);

/* All RAM to zero and images back to their first content: for a guest reset. No vCPU may be running. AX_ENOMEM. */
int ax_aspace_scrub(struct ax_aspace *as);

struct ax_aspace_stats {
	uint64_t ram_bytes;      /* mapped RAM */
	uint64_t image_bytes;    /* still shared with an image */
	size_t table_pages;
	uint64_t leaves[AX_NPT_MAX_LEVELS]; /* per level */
};
void ax_aspace_stats(struct ax_aspace *as, struct ax_aspace_stats *out);

#endif
