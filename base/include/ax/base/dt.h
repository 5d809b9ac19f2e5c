/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What base reads from a flattened device tree (Devicetree Specification 0.4), with libfdt. The functions over `fdt` take any
 * tree that passed ax_dt_check() and never read outside it; ax_dt() is the machine's own.
 */
#ifndef AX_BASE_DT_H
#define AX_BASE_DT_H

#include <ax/types.h>

/* The tree of this machine; NULL before base has found it. */
const void *ax_dt(void);

/* AX_EFORMAT unless a whole tree lies in the max_size bytes at fdt. */
int ax_dt_check(const void *fdt, uint64_t max_size);

struct ax_dt_range {
	uint64_t base, size;
	bool no_map; /* /reserved-memory: not even the direct map may cover it */
};
/* RAM; then what of it is taken. Return how many were written, or AX_ENOSPC when there are more than max; empty ones are left out. */
int ax_dt_memory(const void *fdt, struct ax_dt_range *out, unsigned max);
int ax_dt_reserved(const void *fdt, struct ax_dt_range *out, unsigned max);

/* Hardware ids of the CPUs that may be started, in tree order. Returns how many; more than max are left out. */
unsigned ax_dt_cpus(const void *fdt, uint64_t *hw_id, unsigned max);

/* Entry `index` of a node's reg as a CPU sees it (through the ranges of its parents). AX_ENOENT, AX_EFORMAT. */
int ax_dt_reg(const void *fdt, int node, unsigned index, uint64_t *base, uint64_t *size);

/* The cells of interrupt `index`, big-endian as in the tree. Returns their number. AX_ENOENT, AX_EFORMAT, AX_ENOSPC. */
int ax_dt_irq(const void *fdt, int node, unsigned index, uint32_t *cells, unsigned max);

/* A one-cell property, or fallback. */
uint32_t ax_dt_u32(const void *fdt, int node, const char *property, uint32_t fallback);

bool ax_dt_enabled(const void *fdt, int node);

/* The node that /chosen stdout-path names, by path or alias, options after ':' ignored. AX_ENOENT. */
int ax_dt_stdout(const void *fdt);
/* /chosen bootargs; "" when there are none. */
const char *ax_dt_bootargs(const void *fdt);

struct ax_dt_module {
	const char *name;
	uint64_t base, size;
};
/* Modules under /chosen (docs/config-blob.md), malformed ones left out. Returns how many; more than max are left out. */
unsigned ax_dt_modules(const void *fdt, struct ax_dt_module *out, unsigned max);

#endif
