/* SPDX-License-Identifier: Apache-2.0 */
/* An array that grows: room is made first (may fail), items are inserted later (cannot). */
#ifndef AX_ADDRSPACE_VEC_H
#define AX_ADDRSPACE_VEC_H

#include <ax/err.h>
#include <ax/port.h>

struct ax_vec {
	char *item;
	size_t item_size;
	unsigned count, capacity;
};

/* Room for `extra` more items. AX_ENOMEM. Moves the items. */
int ax_vec_reserve(struct ax_vec *vec, unsigned extra);
/* Copies *item in at index; there is room. */
void ax_vec_insert(struct ax_vec *vec, unsigned index, const void *item);
void ax_vec_remove(struct ax_vec *vec, unsigned index, unsigned n);
void ax_vec_free(struct ax_vec *vec);

static inline void *ax_vec_at(const struct ax_vec *vec, unsigned index)
{
	return vec->item + index * vec->item_size;
}

#endif
