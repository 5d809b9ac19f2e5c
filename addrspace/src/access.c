/* SPDX-License-Identifier: Apache-2.0 */
/* Guest memory as the guest (faults) and the host (checked copies) reach it. */
#include "aspace.h"

#include <string.h>

/* Longest copy under the lock. */
#define SLICE AX_KIB(64)

int ax_aspace_fault(struct ax_aspace *as, ax_gpa_t gpa, uint32_t access)
{
	unsigned long irq = ax_port_lock(&as->lock);
	const struct ax_region *r = ax_region_find(as, gpa.v);
	bool copy = false;
	int err = AX_OK;

	if (!r) {
		err = AX_ENOENT;
	} else if (access & ~r->prot & AX_PROT_RWX) {
		err = AX_EFAULT;
	} else {
		copy = (access & AX_PROT_WRITE) && r->window && ax_window_shares(r->window, gpa.v);
	}
	ax_port_unlock(&as->lock, irq);
	return copy ? ax_window_copy(as, gpa.v) : err;
}

/* ---- checked copies ---- */

enum transfer { READ, WRITE, LOAD };

static bool permits(const struct ax_region *r, enum transfer kind)
{
	static const uint32_t needed[] = {[READ] = AX_PROT_READ, [WRITE] = AX_PROT_WRITE, [LOAD] = 0};

	return r->kind != AX_REGION_DEVICE && (r->prot & needed[kind]) == needed[kind];
}

/* AX_EFAULT; AX_EBUSY: the page at *shared must become the guest's own first. Lock held. */
static int check(struct ax_aspace *as, uint64_t gpa, uint64_t size, enum transfer kind, uint64_t *shared)
{
	uint64_t end = gpa + size;
	int err = AX_OK;

	for (uint64_t at = gpa; at < end;) {
		const struct ax_region *r = ax_region_find(as, at);
		uint64_t stop;

		if (!r || !permits(r, kind)) {
			return AX_EFAULT;
		}
		stop = AX_MIN(end, r->gpa + r->size);
		for (; r->window && kind != READ && !err && at < stop;
		     at = AX_ALIGN_DOWN(at, AX_PAGE_SIZE) + AX_PAGE_SIZE) {
			if (ax_window_shares(r->window, at)) {
				*shared = at;
				err = AX_EBUSY;
			}
		}
		at = stop;
	}
	return err;
}

/* Checks, with pages made the guest's own as a write needs it. On AX_OK the lock is held. */
static int settle(struct ax_aspace *as, uint64_t gpa, uint64_t size, enum transfer kind, unsigned long *irq)
{
	for (;;) {
		uint64_t shared;
		int err;

		*irq = ax_port_lock(&as->lock);
		err = check(as, gpa, size, kind, &shared);
		if (!err) {
			return AX_OK;
		}
		ax_port_unlock(&as->lock, *irq);
		if (err == AX_EBUSY) {
			err = ax_window_copy(as, shared);
		}
		if (err) {
			return err;
		}
	}
}

/* The range was settled. Lock held. */
static void copy(struct ax_aspace *as, uint64_t gpa, char *buf, uint64_t size, enum transfer kind)
{
	while (size) {
		struct ax_pgtable_leaf leaf;
		uint64_t offset, n;
		char *va;

		AX_ASSERT(ax_pgtable_walk(&as->pt, gpa, &leaf) == AX_OK);
		offset = gpa - leaf.addr;
		n = AX_MIN(size, leaf.size - offset);
		va = (char *)ax_port_phys_to_virt(leaf.pa) + offset;
		if (kind == READ) {
			memcpy(buf, va, n);
		} else {
			memcpy(va, buf, n);
		}
		if (kind == LOAD) {
			ax_show_to_guest(va, n, leaf.prot);
		}
		gpa += n;
		buf += n;
		size -= n;
	}
}

static int transfer(struct ax_aspace *as, ax_gpa_t gpa, char *buf, size_t size, enum transfer kind)
{
	uint64_t at = gpa.v, settled = size;

	if (size == 0) {
		return AX_OK;
	}
	if (at + (size - 1) < at || at + size == 0) {
		return AX_EFAULT;
	}
	while (size) {
		uint64_t n = AX_MIN(size, SLICE);
		unsigned long irq;
		int err = settle(as, at, settled, kind, &irq);

		if (err) {
			return err;
		}
		copy(as, at, buf, n, kind);
		ax_port_unlock(&as->lock, irq);
		at += n;
		buf += n;
		size -= n;
		settled = AX_MIN(size, SLICE);
	}
	return AX_OK;
}

int ax_aspace_read(struct ax_aspace *as, ax_gpa_t gpa, void *buf, size_t size)
{
	return transfer(as, gpa, buf, size, READ);
}

/* The buffer is only read from when the guest's memory is the target. */
int ax_aspace_write(struct ax_aspace *as, ax_gpa_t gpa, const void *buf, size_t size)
{
	return transfer(as, gpa, (char *)(uintptr_t)buf, size, WRITE);
}

int ax_aspace_load(struct ax_aspace *as, ax_gpa_t gpa, const void *buf, size_t size)
{
	return transfer(as, gpa, (char *)(uintptr_t)buf, size, LOAD);
}
