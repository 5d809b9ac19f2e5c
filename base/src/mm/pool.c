/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects: pools of one size each, cut from single pages. A page knows its pool by the header at its start, and goes
 * back when its last object does. Larger objects are pages.
 */
#include <ax/base/mm.h>
#include <ax/port.h>

#include <string.h>

struct slab {
	struct slab *next, **link; /* among slabs with room; link NULL: full */
	void *free;                /* chain through the free objects */
	unsigned used;
};

#define SMALLEST_SHIFT 5u
#define LARGEST_SHIFT 10u
#define POOLS (LARGEST_SHIFT - SMALLEST_SHIFT + 1)

static struct {
	struct slab *partial;
} pools[POOLS];
static struct ax_lock lock;

static unsigned pool_of(size_t size)
{
	unsigned pool = 0;

	while (((size_t)1 << (SMALLEST_SHIFT + pool)) < size) {
		pool++;
	}
	return pool;
}

static void insert(unsigned pool, struct slab *slab)
{
	slab->next = pools[pool].partial;
	slab->link = &pools[pool].partial;
	if (slab->next) {
		slab->next->link = &slab->next;
	}
	pools[pool].partial = slab;
}

static void remove(struct slab *slab)
{
	*slab->link = slab->next;
	if (slab->next) {
		slab->next->link = slab->link;
	}
	slab->link = NULL;
}

static struct slab *slab_new(unsigned pool)
{
	size_t size = (size_t)1 << (SMALLEST_SHIFT + pool);
	struct slab *slab = ax_port_page_alloc(0);
	char *end = (char *)slab + AX_PAGE_SIZE;

	if (!slab) {
		return NULL;
	}
	for (char *obj = (char *)slab + AX_ALIGN_UP(sizeof(*slab), AX_MIN(size, 64u)); obj + size <= end; obj += size) {
		*(void **)obj = slab->free;
		slab->free = obj;
	}
	return slab;
}

void *ax_port_alloc(size_t size)
{
	unsigned pool = pool_of(size);
	unsigned long irq;
	struct slab *slab;
	void *obj = NULL;

	if (pool >= POOLS) {
		return ax_port_page_alloc(ax_page_order(size));
	}
	irq = ax_port_lock(&lock);
	slab = pools[pool].partial;
	if (!slab) {
		slab = slab_new(pool);
		if (slab) {
			insert(pool, slab);
		}
	}
	if (slab) {
		obj = slab->free;
		slab->free = *(void **)obj;
		slab->used++;
		if (!slab->free) {
			remove(slab);
		}
	}
	ax_port_unlock(&lock, irq);
	if (obj) {
		memset(obj, 0, size);
	}
	return obj;
}

void ax_port_free(void *obj, size_t size)
{
	unsigned pool = pool_of(size);
	struct slab *slab = (struct slab *)AX_ALIGN_DOWN((uintptr_t)obj, AX_PAGE_SIZE);
	unsigned long irq;
	bool empty;

	if (!obj) {
		return;
	}
	if (pool >= POOLS) {
		ax_port_page_free(obj, ax_page_order(size));
		return;
	}
	irq = ax_port_lock(&lock);
	*(void **)obj = slab->free;
	slab->free = obj;
	empty = --slab->used == 0;
	if (!slab->link) {
		insert(pool, slab);
	}
	if (empty) {
		remove(slab);
	}
	ax_port_unlock(&lock, irq);
	if (empty) {
		ax_port_page_free(slab, 0);
	}
}
