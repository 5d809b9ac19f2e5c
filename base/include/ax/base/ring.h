/* SPDX-License-Identifier: Apache-2.0 */
/* A byte ring over the caller's buffer, a power of two in size. One writer and one reader need no lock. */
#ifndef AX_BASE_RING_H
#define AX_BASE_RING_H

#include <ax/types.h>

struct ax_ring {
	uint8_t *buf;
	uint32_t size;
	_Atomic uint32_t head, tail; /* bytes ever written, read; modulo 2^32 */
};

void ax_ring_init(struct ax_ring *ring, void *buf, uint32_t size);
/* Both return how many bytes went through: fewer than asked when full, or empty. */
size_t ax_ring_write(struct ax_ring *ring, const void *data, size_t size);
size_t ax_ring_read(struct ax_ring *ring, void *data, size_t size);
size_t ax_ring_used(const struct ax_ring *ring);

#endif
