/* SPDX-License-Identifier: Apache-2.0 */
/* The growing array of regions, RAM blocks and image tails. */
#include "vec.h"

#include <string.h>

int ax_vec_reserve(struct ax_vec *vec, unsigned extra)
{
	unsigned capacity = AX_MAX(vec->capacity, 8u);
	char *item;

	if (vec->capacity - vec->count >= extra) {
		return AX_OK;
	}
	while (capacity - vec->count < extra) {
		capacity *= 2;
	}
	item = ax_port_alloc(capacity * vec->item_size);
	if (!item) {
		return AX_ENOMEM;
	}
	if (vec->count) {
		memcpy(item, vec->item, vec->count * vec->item_size);
	}
	if (vec->item) {
		ax_port_free(vec->item, vec->capacity * vec->item_size);
	}
	vec->item = item;
	vec->capacity = capacity;
	return AX_OK;
}

void ax_vec_insert(struct ax_vec *vec, unsigned index, const void *item)
{
	char *at = ax_vec_at(vec, index);

	AX_ASSERT(vec->count < vec->capacity && index <= vec->count);
	memmove(at + vec->item_size, at, (vec->count - index) * vec->item_size);
	memcpy(at, item, vec->item_size);
	vec->count++;
}

void ax_vec_remove(struct ax_vec *vec, unsigned index, unsigned n)
{
	char *at;

	if (n == 0) {
		return; /* perhaps there is no array at all */
	}
	at = ax_vec_at(vec, index);
	memmove(at, at + n * vec->item_size, (vec->count - index - n) * vec->item_size);
	vec->count -= n;
}

void ax_vec_free(struct ax_vec *vec)
{
	if (vec->item) {
		ax_port_free(vec->item, vec->capacity * vec->item_size);
	}
	vec->item = NULL;
	vec->count = 0;
	vec->capacity = 0;
}
