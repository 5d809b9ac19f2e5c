/* SPDX-License-Identifier: Apache-2.0 */
/* Host memory beyond ax/port.h: accounting, device windows, stacks. */
#ifndef AX_BASE_MM_H
#define AX_BASE_MM_H

#include <ax/types.h>

struct ax_mem_stat {
	uint64_t total;    /* RAM in the device tree */
	uint64_t reserved; /* of it: image, device tree, modules, firmware's, the allocator's own bitmaps */
	uint64_t free;
	uint64_t used;     /* total - reserved - free */
};
/* In bytes. Any context. */
void ax_mem_stat(struct ax_mem_stat *out);

/*
 * Registers at [pa, pa+size) as device memory. Windows live for ever and are shared by page; any alignment. NULL: out of
 * window space or memory. After the final tables stand; task or boot context.
 */
void *ax_iomap(ax_hpa_t pa, uint64_t size);

/* A stack of AX_STACK_SIZE between unmapped pages; NULL: out of memory. */
#define AX_STACK_SIZE 0x4000u
void *ax_stack_alloc(void); /* its lowest address */
void ax_stack_free(void *stack);

#endif
