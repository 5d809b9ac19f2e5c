/* SPDX-License-Identifier: Apache-2.0 */
/* The regions of an address space: a sorted array. */
#include "aspace.h"

unsigned ax_region_index(const struct ax_aspace *as, uint64_t addr)
{
	unsigned low = 0, high = as->regions.count;

	while (low < high) {
		unsigned mid = low + (high - low) / 2;
		const struct ax_region *r = ax_region_at(as, mid);

		if (r->gpa + r->size > addr) {
			high = mid;
		} else {
			low = mid + 1;
		}
	}
	return low;
}

struct ax_region *ax_region_find(const struct ax_aspace *as, uint64_t addr)
{
	unsigned i = ax_region_index(as, addr);

	return i < as->regions.count && ax_region_at(as, i)->gpa <= addr ? ax_region_at(as, i) : NULL;
}

int ax_region_check(const struct ax_aspace *as, uint64_t gpa, uint64_t size)
{
	uint64_t limit = AX_BIT(ax_npt_bits(as->pt.format));

	if (size == 0 || !AX_IS_ALIGNED(gpa | size, AX_PAGE_SIZE)) {
		return AX_EINVAL;
	}
	return gpa < limit && size <= limit - gpa ? AX_OK : AX_ERANGE;
}

bool ax_region_overlaps(const struct ax_aspace *as, uint64_t gpa, uint64_t size)
{
	unsigned i = ax_region_index(as, gpa);

	return i < as->regions.count && ax_region_at(as, i)->gpa < gpa + size;
}

int ax_region_cut(struct ax_aspace *as, uint64_t addr)
{
	struct ax_region upper, *lower;
	int err = ax_vec_reserve(&as->regions, 1);

	if (err) {
		return err;
	}
	lower = ax_region_find(as, addr);
	if (!lower || lower->gpa == addr) {
		return AX_OK;
	}
	upper = *lower;
	upper.gpa = addr;
	upper.size = lower->gpa + lower->size - addr;
	if (lower->window) {
		err = ax_window_cut(lower->window, addr, &upper.window);
		if (err) {
			return err;
		}
	}
	lower->size -= upper.size;
	ax_vec_insert(&as->regions, ax_region_index(as, addr - 1) + 1, &upper);
	as->generation++;
	return AX_OK;
}

void ax_region_join(struct ax_aspace *as, uint64_t addr)
{
	unsigned i = ax_region_index(as, addr);
	struct ax_region *lower, *upper;

	if (i == 0 || i == as->regions.count) {
		return;
	}
	lower = ax_region_at(as, i - 1);
	upper = ax_region_at(as, i);
	if (lower->kind != AX_REGION_RAM || upper->kind != AX_REGION_RAM || lower->prot != upper->prot ||
	    lower->gpa + lower->size != upper->gpa) {
		return;
	}
	lower->size += upper->size;
	ax_vec_remove(&as->regions, i, 1);
	as->generation++;
}
