/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest-physical address space: regions over one nested page table, and checked access to guest memory.
 *
 * Context: one lock per address space, taken inside. ax_aspace_fault, _read, _write and _stats may be called at any
 * time by anyone; the others, which change its shape, by one task at a time. Nothing is allocated on the access path,
 * except the copy of an image's page at its first write.
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

/* format, id and table_quota as ax_pgtable_init. AX_ENOMEM. */
int ax_aspace_create(const struct ax_npt_format *format, uint32_t id, size_t table_quota, struct ax_aspace **out);
/* Unmaps, scrubs, frees. No vCPU may be loaded on it. NULL is ignored. */
void ax_aspace_destroy(struct ax_aspace *as);
const struct ax_npt_tag *ax_aspace_tag(const struct ax_aspace *as);

/*
 * RAM at [gpa, gpa+size): zero, allocated in the largest blocks there are and mapped at once. prot: as ax_pgtable_map.
 * AX_EEXIST overlaps a region, AX_EINVAL, AX_ERANGE, AX_ENOMEM, AX_ENOSPC (table quota): nothing kept.
 */
int ax_aspace_add_ram(struct ax_aspace *as, ax_gpa_t gpa, uint64_t size, uint32_t prot);
/* Host pages of a device or memory that stays the host's. Errors as ax_aspace_add_ram. */
int ax_aspace_add_device(struct ax_aspace *as, ax_gpa_t gpa, ax_hpa_t hpa, uint64_t size, uint32_t prot);
/*
 * Lays an image over existing RAM: whole pages of [gpa, gpa+size) show hpa's content, without WRITE, and the RAM behind
 * them goes back to the host; at the first write the guest gets a copy, of 2 MiB where the window covers that and the
 * host has a block, else of the page. The last, partial page is copied. The image stays unchanged as long as the
 * address space lives. Laying the same image again, after a scrub, only makes the window show it again.
 *
 * gpa and hpa page-aligned: AX_EINVAL. AX_EFAULT: not all of it is one RAM region. AX_EEXIST: another image is there.
 * AX_ERANGE, AX_ENOMEM, AX_ENOSPC (table quota): nothing changed.
 */
int ax_aspace_add_image(struct ax_aspace *as, ax_gpa_t gpa, ax_hpa_t hpa, uint64_t size);
/*
 * Removes what lies in [gpa, gpa+size); a region may be cut. After return no vCPU can reach it. AX_EINVAL, AX_ERANGE.
 * AX_ENOMEM (split): nothing changed.
 */
int ax_aspace_remove(struct ax_aspace *as, ax_gpa_t gpa, uint64_t size);

/*
 * A stage-2 fault of the guest; access: AX_PROT_READ and so on. AX_OK: resolved (copied, or a passing fault while the
 * table changed), run again. AX_ENOENT: no memory there (device bus, or a fault in the guest). AX_EFAULT: memory, but
 * the access is forbidden. AX_ENOMEM: the host has no page for the copy.
 */
int ax_aspace_fault(struct ax_aspace *as, ax_gpa_t gpa, uint32_t access);

/*
 * Copies between guest memory and the host. AX_EFAULT unless all of it is RAM or image with that permission; AX_ENOMEM
 * (write, load: no page for a copy); nothing is transferred then. Not atomic to the guest. When ax_aspace_remove takes
 * part of a range of more than 64 KiB away meanwhile, AX_EFAULT comes after a part.
 */
int ax_aspace_read(struct ax_aspace *as, ax_gpa_t gpa, void *buf, size_t size);
int ax_aspace_write(struct ax_aspace *as, ax_gpa_t gpa, const void *buf, size_t size);
/* For loaders: as write, ignoring AX_PROT_WRITE of the region, and visible to instruction fetch and with caches off. */
int ax_aspace_load(struct ax_aspace *as, ax_gpa_t gpa, const void *buf, size_t size);

/* All RAM to zero and images back to their first content: for a guest reset. No vCPU may be running. AX_ENOMEM. */
int ax_aspace_scrub(struct ax_aspace *as);

struct ax_aspace_stats {
	uint64_t ram_bytes;   /* allocated for the guest: RAM and copied pages of images */
	uint64_t image_bytes; /* still shared with an image */
	size_t table_pages;
	uint64_t leaves[AX_NPT_MAX_LEVELS]; /* per level */
};
void ax_aspace_stats(struct ax_aspace *as, struct ax_aspace_stats *out);

#endif
