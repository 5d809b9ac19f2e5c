/* SPDX-License-Identifier: Apache-2.0 */
/* Modules: named, read-only pieces of memory that came with the image or from the boot loader (docs/config-blob.md). */
#ifndef AX_BASE_MODULE_H
#define AX_BASE_MODULE_H

#include <ax/types.h>

/* A row of the section .axmodules, which embedding a file adds. */
struct ax_module_entry {
	const char *name;
	const void *start, *end;
};

struct ax_module {
	const char *name;
	const void *data;
	ax_hpa_t hpa;
	uint64_t size;
};

unsigned ax_module_count(void);
/* NULL past the end. Embedded ones come first. */
const struct ax_module *ax_module_get(unsigned index);
/* NULL when there is none of that name. */
const struct ax_module *ax_module_find(const char *name);

#endif
