/* SPDX-License-Identifier: Apache-2.0 */
/* A user's own device tree, checked against the VM and completed. */
#include "tree.h"

#include <libfdt.h>
#include <string.h>

struct patch {
	void *fdt;
	const struct ax_vm_config *config;
};

static int refuse(const struct patch *p, int err, const char *what)
{
	ax_port_log(AX_LOG_ERROR, "vm %s: its device tree %s; correct the tree or leave it out", p->config->name, what);
	return err;
}

/* libfdt's error in a tree that was found whole is lack of room. */
static int no_room(const struct patch *p)
{
	return refuse(p, AX_ENOSPC, "and what is added to it do not fit in 64 KiB");
}

static bool is_type(const void *fdt, int node, const char *type)
{
	int len = 0;
	const char *value = fdt_getprop(fdt, node, "device_type", &len);

	return value && (size_t)len == strlen(type) + 1 && memcmp(value, type, (size_t)len) == 0;
}

/* A child of `parent` with that device_type, or a negative libfdt error. */
static int find_type(const void *fdt, int parent, const char *type)
{
	int node;

	fdt_for_each_subnode (node, fdt, parent) {
		if (is_type(fdt, node, type)) {
			return node;
		}
	}
	return -FDT_ERR_NOTFOUND;
}

static int append_number(const struct patch *p, int node, const char *property, int cells, uint64_t value)
{
	return cells == 1 ? fdt_appendprop_u32(p->fdt, node, property, (uint32_t)value)
			  : fdt_appendprop_u64(p->fdt, node, property, value);
}

static int set_text(const struct patch *p, int node, const char *property, const char *text)
{
	return fdt_setprop(p->fdt, node, property, text, (int)strlen(text) + 1);
}

static bool fits(int cells, uint64_t value)
{
	return cells == 2 || value <= UINT32_MAX;
}

/* The tree's memory nodes give way to the VM's; restricted memory is left out, as in a built tree. */
static int patch_memory(const struct patch *p)
{
	int address_cells = fdt_address_cells(p->fdt, 0);
	int size_cells = fdt_size_cells(p->fdt, 0);

	if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2) {
		return refuse(p, AX_EFORMAT, "has no usable #address-cells and #size-cells in the root");
	}
	for (int node = find_type(p->fdt, 0, "memory"); node >= 0; node = find_type(p->fdt, 0, "memory")) {
		if (fdt_del_node(p->fdt, node)) {
			return refuse(p, AX_EFORMAT, "has a damaged memory node");
		}
	}
	for (unsigned i = p->config->ram_count; i-- > 0;) {
		const struct ax_ram_config *ram = &p->config->ram[i];
		char name[32];
		int node;

		if ((ram->prot & AX_PROT_RWX) != AX_PROT_RWX) {
			continue;
		}
		if (!fits(address_cells, ram->gpa.v) || !fits(size_cells, ram->size)) {
			return refuse(p, AX_EFORMAT, "cannot express the VM's memory with one cell");
		}
		ax_tree_node_name(name, sizeof(name), "memory", ram->gpa.v);
		node = fdt_add_subnode(p->fdt, 0, name);
		if (node < 0 || set_text(p, node, "device_type", "memory") ||
		    append_number(p, node, "reg", address_cells, ram->gpa.v) ||
		    append_number(p, node, "reg", size_cells, ram->size)) {
			return no_room(p);
		}
	}
	return AX_OK;
}

/* The vCPU that a cpu node stands for, by its reg; the count of vCPUs when it is none of them. */
static unsigned vcpu_of(const struct patch *p, int node)
{
	int len = 0;
	const void *reg = fdt_getprop(p->fdt, node, "reg", &len);
	uint64_t id;
	unsigned index = 0;

	if (!reg || (len != 4 && len != 8)) {
		return p->config->vcpus;
	}
	id = len == 4 ? fdt32_ld(reg) : (uint64_t)fdt32_ld(reg) << 32 | fdt32_ld((const fdt32_t *)reg + 1);
	while (index < p->config->vcpus && ax_vm_hw_id(index) != id) {
		index++;
	}
	return index;
}

static int patch_cpus(const struct patch *p)
{
	int cpus = fdt_subnode_offset(p->fdt, 0, "cpus");
	unsigned seen = 0, removed = 0;
	int node;

	if (cpus < 0) {
		return refuse(p, AX_EFORMAT, "has no /cpus node");
	}
	node = fdt_first_subnode(p->fdt, cpus);
	while (node >= 0) {
		unsigned index = is_type(p->fdt, node, "cpu") ? vcpu_of(p, node) : UINT32_MAX;

		if (index == p->config->vcpus) {
			if (fdt_del_node(p->fdt, node)) {
				return refuse(p, AX_EFORMAT, "has a damaged cpu node");
			}
			removed++;
			node = fdt_first_subnode(p->fdt, cpus);
			continue;
		}
		if (index < p->config->vcpus) {
			seen |= 1u << index;
		}
		node = fdt_next_subnode(p->fdt, node);
	}
	if (!(seen & 1u)) {
		return refuse(p, AX_EINVAL, "describes no CPU with reg 0, which is the one that boots");
	}
	if (removed || seen != (1u << p->config->vcpus) - 1) {
		ax_port_log(AX_LOG_WARN, "vm %s: its device tree has other CPUs than the VM: %u removed, the VM has %u",
			    p->config->name, removed, p->config->vcpus);
	}
	return AX_OK;
}

static int patch_chosen(const struct patch *p)
{
	const struct ax_vm_config *config = p->config;
	int node = fdt_subnode_offset(p->fdt, 0, "chosen");
	bool failed = false;

	if (node < 0) {
		node = fdt_add_subnode(p->fdt, 0, "chosen");
	}
	if (node < 0) {
		return no_room(p);
	}
	if (config->cmdline && config->cmdline[0]) {
		failed |= set_text(p, node, "bootargs", config->cmdline) != 0;
	}
	if (config->initrd.size) {
		failed |= fdt_setprop_u64(p->fdt, node, "linux,initrd-start", config->initrd_gpa.v) != 0;
		failed |= fdt_setprop_u64(p->fdt, node, "linux,initrd-end",
					  config->initrd_gpa.v + config->initrd.size) != 0;
	} else {
		fdt_delprop(p->fdt, node, "linux,initrd-start");
		fdt_delprop(p->fdt, node, "linux,initrd-end");
	}
	return failed ? no_room(p) : AX_OK;
}

int ax_guest_fdt_patch(const struct ax_vm_config *config, const void *user, size_t user_size, void *buf, size_t size)
{
	const struct patch p = {.fdt = buf, .config = config};
	int err;

	if (!ax_tree_sound(user, user_size)) {
		return refuse(&p, AX_EFORMAT, "is cut short, damaged or no flattened device tree of version 17");
	}
	if (fdt_totalsize(user) > size) {
		return no_room(&p);
	}
	if (fdt_open_into(user, buf, (int)size)) {
		return no_room(&p);
	}
	err = patch_memory(&p);
	if (!err) {
		err = patch_cpus(&p);
	}
	if (!err) {
		err = patch_chosen(&p);
	}
	if (err) {
		return err;
	}
	fdt_pack(buf);
	return (int)fdt_totalsize(buf);
}
