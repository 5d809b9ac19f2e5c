/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a device tree from front to back: the first error sticks, later calls do nothing. */
#ifndef AX_VMM_FDT_TREE_H
#define AX_VMM_FDT_TREE_H

#include <ax/vmm/fdt.h>

struct ax_tree {
	void *fdt;
	int err; /* libfdt's */
	const struct ax_vm_config *config;
	const struct ax_tree_arch *arch;
};

/* Handles of nodes that others point to. */
enum ax_tree_phandle { AX_PHANDLE_IRQCHIP = 1, AX_PHANDLE_CLOCK };

void ax_tree_begin(struct ax_tree *t, const char *name);
/* "name@address" in hexadecimal. */
void ax_tree_begin_at(struct ax_tree *t, const char *name, uint64_t address);
void ax_tree_end(struct ax_tree *t);
void ax_tree_empty(struct ax_tree *t, const char *property);
void ax_tree_u32(struct ax_tree *t, const char *property, uint32_t value);
void ax_tree_text(struct ax_tree *t, const char *property, const char *text);
/* A list of strings: `size` bytes with their terminators, as a literal "a\0b" has with sizeof. */
void ax_tree_texts(struct ax_tree *t, const char *property, const char *texts, size_t size);
void ax_tree_cells(struct ax_tree *t, const char *property, const uint32_t *cells, unsigned count); /* at most 32 */
void ax_tree_reg(struct ax_tree *t, const struct ax_resource *range, unsigned count);

/* "name@address" into out: at most 16 digits and the terminator after the name. */
void ax_tree_node_name(char *out, size_t size, const char *name, uint64_t address);

/* A tree of at most `size` bytes at an 8-byte boundary that every function of libfdt may work on. */
bool ax_tree_sound(const void *fdt, size_t size);

/* How one kind of machine is described: chosen by its interrupt controller's model. */
struct ax_tree_arch {
	const char *irqchip_model;
	unsigned irqchip_ranges;                           /* it has at least */
	unsigned private_first, shared_first, shared_last; /* inputs of one CPU, then those of all */
	void (*cpu)(struct ax_tree *t, unsigned index);    /* properties of one cpu node */
	void (*firmware)(struct ax_tree *t);               /* the node of firmware calls */
	void (*irqchip)(struct ax_tree *t, const struct ax_device_config *dev);
	unsigned (*interrupt)(unsigned input,
			      uint32_t cells[3]); /* specifier of a level-high input; returns the cell count */
};

/* AX_ENOENT as NULL: no such controller. */
const struct ax_tree_arch *ax_tree_arch_find(const char *irqchip_model);

/* How one device model is described. */
struct ax_tree_device {
	const char *model;
	const char *node;            /* its name; with ranges, the first one's address follows */
	unsigned ranges, interrupts; /* it has at least */
	bool private_irq;            /* each CPU has its own */
	bool serial;                 /* the first of them is /chosen/stdout-path */
	void (*write)(struct ax_tree *t, const struct ax_device_config *dev);
};
const struct ax_tree_device *ax_tree_device_find(const char *model);
/* The interrupts property of a device. */
void ax_tree_interrupts(struct ax_tree *t, const struct ax_device_config *dev);

#endif
