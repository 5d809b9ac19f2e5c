/* SPDX-License-Identifier: Apache-2.0 */
/* The sequential writer under the guest's device tree. */
#include "tree.h"

#include <libfdt.h>
#include <string.h>

#define MAX_CELLS 32u
#define MAX_NODE_NAME 64u

void ax_tree_begin(struct ax_tree *t, const char *name)
{
	if (t->err == 0) {
		t->err = fdt_begin_node(t->fdt, name);
	}
}

void ax_tree_node_name(char *out, size_t size, const char *name, uint64_t address)
{
	static const char digits[] = "0123456789abcdef";
	size_t used = strnlen(name, size - 18);
	unsigned shift = 60;

	memcpy(out, name, used);
	out[used++] = '@';
	while (shift > 0 && (address >> shift) == 0) {
		shift -= 4;
	}
	for (;; shift -= 4) {
		out[used++] = digits[(address >> shift) & 15];
		if (shift == 0) {
			break;
		}
	}
	out[used] = '\0';
}

void ax_tree_begin_at(struct ax_tree *t, const char *name, uint64_t address)
{
	char full[MAX_NODE_NAME];

	ax_tree_node_name(full, sizeof(full), name, address);
	ax_tree_begin(t, full);
}

void ax_tree_end(struct ax_tree *t)
{
	if (t->err == 0) {
		t->err = fdt_end_node(t->fdt);
	}
}

static void property(struct ax_tree *t, const char *name, const void *value, size_t size)
{
	if (t->err == 0) {
		t->err = fdt_property(t->fdt, name, value, (int)size);
	}
}

void ax_tree_empty(struct ax_tree *t, const char *name)
{
	property(t, name, NULL, 0);
}

void ax_tree_u32(struct ax_tree *t, const char *name, uint32_t value)
{
	ax_tree_cells(t, name, &value, 1);
}

void ax_tree_text(struct ax_tree *t, const char *name, const char *text)
{
	property(t, name, text, strlen(text) + 1);
}

void ax_tree_texts(struct ax_tree *t, const char *name, const char *texts, size_t size)
{
	property(t, name, texts, size);
}

void ax_tree_cells(struct ax_tree *t, const char *name, const uint32_t *cells, unsigned count)
{
	fdt32_t big[MAX_CELLS];

	if (count > MAX_CELLS) {
		t->err = -FDT_ERR_NOSPACE;
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		big[i] = cpu_to_fdt32(cells[i]);
	}
	property(t, name, big, count * sizeof(*big));
}

void ax_tree_reg(struct ax_tree *t, const struct ax_resource *range, unsigned count)
{
	uint32_t cells[4 * AX_DEVICE_MAX_RESOURCES];
	unsigned used = 0;

	for (unsigned i = 0; i < count && i < AX_DEVICE_MAX_RESOURCES; i++) {
		cells[used++] = (uint32_t)(range[i].base >> 32);
		cells[used++] = (uint32_t)range[i].base;
		cells[used++] = (uint32_t)(range[i].size >> 32);
		cells[used++] = (uint32_t)range[i].size;
	}
	ax_tree_cells(t, "reg", cells, used);
}
