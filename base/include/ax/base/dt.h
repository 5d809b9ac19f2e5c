/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's device tree, read with libfdt (Devicetree Specification 0.4). The blob is input: every length is checked,
 * and what is malformed is an error or skipped, never trusted.
 */
#ifndef AX_BASE_DT_H
#define AX_BASE_DT_H

#include <ax/base/mm.h>
#include <ax/err.h>

/* Remembers the tree. AX_EFORMAT: no valid tree there. */
int ax_dt_init(const void *fdt);
const void *ax_dt(void);

/* The index-th (address, size) of a node's reg, translated to a CPU address. AX_ENOENT, AX_EFORMAT. */
int ax_dt_reg(int node, unsigned index, struct ax_range *out);
/* The same as the parent numbers it: for nodes whose parent is no bus, such as modules under /chosen. */
int ax_dt_reg_untranslated(int node, unsigned index, struct ax_range *out);
/* A string property or NULL. */
const char *ax_dt_string(int node, const char *name);
/* A property of one 32-bit cell, or the default. */
uint32_t ax_dt_u32(int node, const char *name, uint32_t otherwise);
/* False when status says the device is not to be used. */
bool ax_dt_available(int node);

/* RAM banks; how many there are, at most max. */
unsigned ax_dt_memory(struct ax_range *out, unsigned max);
/* /memreserve/ and /reserved-memory; of the latter those that may not even be mapped. */
unsigned ax_dt_reserved(struct ax_range *out, unsigned max);
unsigned ax_dt_no_map(struct ax_range *out, unsigned max);
/* Hardware ids of the CPUs, in the tree's order. */
unsigned ax_dt_cpus(uint64_t *hw_id, unsigned max);
/* The node of the console: /chosen/stdout-path without its options. AX_ENOENT. */
int ax_dt_stdout(void);

/* ---- modules: what the boot loader brought or the image carries (docs/config-blob.md) ---- */

struct ax_module {
	const char *name;
	ax_hpa_t hpa;
	uint64_t size;
};

void ax_modules_init(void);
/* Forgets modules that do not lie in RAM, with a warning. */
void ax_modules_keep_ram(const struct ax_range *ram, unsigned count);
unsigned ax_module_count(void);
const struct ax_module *ax_module_at(unsigned index);
/* NULL: none of that name. Embedded ones win. */
const struct ax_module *ax_module_find(const char *name);

#endif
