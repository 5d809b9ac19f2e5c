/* SPDX-License-Identifier: Apache-2.0 */
/* Images laid over RAM: whole pages as a window, the rest of the last page as a copy. */
#include "aspace.h"

/* The window that lies exactly here, if there is one. */
static const struct ax_window *same_window(struct ax_aspace *as, uint64_t gpa, uint64_t size, ax_hpa_t hpa)
{
	unsigned long irq = ax_port_lock(&as->lock);
	const struct ax_region *r = ax_region_find(as, gpa);
	const struct ax_window *w = r ? r->window : NULL;
	bool same = w && w->gpa == gpa && w->size == size && w->hpa.v == hpa.v;

	ax_port_unlock(&as->lock, irq);
	return same ? w : NULL;
}

/* AX_EFAULT: not all of it is one RAM region; AX_EEXIST: another image is there. Lock held. */
static int check_ram(const struct ax_aspace *as, uint64_t gpa, uint64_t size)
{
	const struct ax_region *r = ax_region_find(as, gpa);

	if (r && r->kind == AX_REGION_RAM && size <= r->size - (gpa - r->gpa)) {
		return AX_OK;
	}
	for (unsigned i = ax_region_index(as, gpa); i < as->regions.count; i++) {
		r = ax_region_at(as, i);
		if (r->gpa >= gpa + size) {
			break;
		}
		if (r->kind == AX_REGION_SHARED) {
			return AX_EEXIST;
		}
	}
	return AX_EFAULT;
}

/* Turns RAM into a window. Lock held. */
static int show(struct ax_aspace *as, struct ax_window *w)
{
	struct ax_region *r;
	int err = ax_region_cut(as, w->gpa);

	if (!err) {
		err = ax_region_cut(as, w->gpa + w->size);
	}
	if (!err) {
		r = ax_region_find(as, w->gpa);
		err = ax_pgtable_remap(&as->pt, w->gpa, w->hpa, w->size, r->prot & ~(uint32_t)AX_PROT_WRITE);
	}
	if (err) {
		ax_region_join(as, w->gpa + w->size);
		ax_region_join(as, w->gpa);
		return err;
	}
	r->kind = AX_REGION_SHARED;
	r->window = w;
	as->generation++;
	as->ram_bytes -= w->size;
	as->image_bytes += w->size;
	return AX_OK;
}

void ax_image_drop_tails(struct ax_aspace *as, uint64_t gpa, uint64_t size)
{
	for (unsigned i = as->tails.count; i-- > 0;) {
		const struct ax_image_tail *t = ax_vec_at(&as->tails, i);

		if (t->gpa - gpa < size) {
			ax_vec_remove(&as->tails, i, 1);
		}
	}
}

static int add_window(struct ax_aspace *as, uint64_t gpa, uint64_t size, ax_hpa_t hpa)
{
	struct ax_window *w = ax_window_create(gpa, size, hpa);
	unsigned long irq;
	int err = w ? AX_OK : AX_ENOMEM;

	if (!err) {
		err = ax_ram_cut(&as->blocks, gpa);
	}
	if (!err) {
		err = ax_ram_cut(&as->blocks, gpa + size);
	}
	if (!err) {
		ax_show_to_guest(ax_port_phys_to_virt(hpa), size, AX_PROT_EXEC);
		irq = ax_port_lock(&as->lock);
		err = show(as, w);
		ax_port_unlock(&as->lock, irq);
	}
	if (!err) {
		ax_ram_free(&as->blocks, gpa, size);
		ax_image_drop_tails(as, gpa, size);
	} else if (w) {
		ax_window_release(w);
	}
	return err;
}

/* There is room for it. */
static void remember_tail(struct ax_aspace *as, const struct ax_image_tail *tail)
{
	ax_image_drop_tails(as, tail->gpa, AX_PAGE_SIZE);
	ax_vec_insert(&as->tails, as->tails.count, tail);
}

int ax_aspace_add_image(struct ax_aspace *as, ax_gpa_t gpa, ax_hpa_t hpa, uint64_t size)
{
	uint64_t whole = AX_ALIGN_DOWN(size, AX_PAGE_SIZE);
	struct ax_image_tail tail = {gpa.v + whole, ax_hpa(hpa.v + whole), size - whole};
	const struct ax_window *again = NULL;
	unsigned long irq;
	int err;

	if (size == 0 || size > AX_BIT(ax_npt_bits(as->pt.format)) || !AX_IS_ALIGNED(hpa.v, AX_PAGE_SIZE)) {
		return AX_EINVAL;
	}
	err = ax_region_check(as, gpa.v, AX_ALIGN_UP(size, AX_PAGE_SIZE));
	if (err) {
		return err;
	}
	again = whole ? same_window(as, gpa.v, whole, hpa) : NULL;
	if (!again) {
		irq = ax_port_lock(&as->lock);
		err = check_ram(as, gpa.v, AX_ALIGN_UP(size, AX_PAGE_SIZE));
		ax_port_unlock(&as->lock, irq);
	}
	if (!err) {
		err = ax_vec_reserve(&as->tails, 1);
	}
	if (!err && whole) {
		err = again ? ax_window_restore(as, gpa.v) : add_window(as, gpa.v, whole, hpa);
	}
	if (!err && tail.size) {
		remember_tail(as, &tail);
		err = ax_aspace_load(as, ax_gpa(tail.gpa), ax_port_phys_to_virt(tail.hpa), tail.size);
	}
	return err;
}
