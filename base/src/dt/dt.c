/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the host's device tree. */
#include <ax/base/dt.h>

#include <libfdt.h>
#include <string.h>

static const void *tree;

int ax_dt_init(const void *fdt)
{
	if (fdt_check_header(fdt)) {
		return AX_EFORMAT;
	}
	tree = fdt;
	return AX_OK;
}

const void *ax_dt(void)
{
	return tree;
}

static uint64_t cells(const fdt32_t *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++) {
		v = v << 32 | fdt32_to_cpu(p[i]);
	}
	return v;
}

/* One step of address translation, child bus to parent bus (2.3.8); without ranges there is no way up. */
static int translate(int bus, int parent, uint64_t *addr)
{
	int len, child_cells = fdt_address_cells(tree, bus), size_cells = fdt_size_cells(tree, bus);
	int parent_cells = fdt_address_cells(tree, parent);
	const fdt32_t *ranges = fdt_getprop(tree, bus, "ranges", &len);
	int row = child_cells + parent_cells + size_cells;

	if (!ranges || child_cells < 1 || parent_cells < 1 || size_cells < 1) {
		return AX_EFORMAT;
	}
	if (len == 0) {
		return AX_OK;
	}
	for (int i = 0; (i + row) * (int)sizeof(*ranges) <= len; i += row) {
		uint64_t child = cells(ranges + i, child_cells);
		uint64_t to = cells(ranges + i + child_cells, parent_cells);
		uint64_t size = cells(ranges + i + child_cells + parent_cells, size_cells);

		if (*addr >= child && *addr - child < size) {
			*addr = *addr - child + to;
			return AX_OK;
		}
	}
	return AX_ENOENT;
}

int ax_dt_reg_untranslated(int node, unsigned index, struct ax_range *out)
{
	int len, bus = fdt_parent_offset(tree, node);
	int address_cells = bus < 0 ? -1 : fdt_address_cells(tree, bus);
	int size_cells = bus < 0 ? -1 : fdt_size_cells(tree, bus);
	const fdt32_t *reg = fdt_getprop(tree, node, "reg", &len);
	int row = address_cells + size_cells;

	if (address_cells < 1 || address_cells > 2 || size_cells < 0 || size_cells > 2) {
		return AX_EFORMAT;
	}
	if (!reg || (int)(index + 1) * row * (int)sizeof(*reg) > len) {
		return AX_ENOENT;
	}
	out->start = cells(reg + (int)index * row, address_cells);
	out->size = cells(reg + (int)index * row + address_cells, size_cells);
	return out->start + out->size < out->start ? AX_EFORMAT : AX_OK;
}

int ax_dt_reg(int node, unsigned index, struct ax_range *out)
{
	int bus = fdt_parent_offset(tree, node);
	int err = ax_dt_reg_untranslated(node, index, out);

	while (bus > 0 && !err) {
		int parent = fdt_parent_offset(tree, bus);

		err = parent < 0 ? AX_EFORMAT : translate(bus, parent, &out->start);
		bus = parent;
	}
	return !err && out->start + out->size < out->start ? AX_EFORMAT : err;
}

const char *ax_dt_string(int node, const char *name)
{
	int len;
	const char *s = fdt_getprop(tree, node, name, &len);

	return s && len > 0 && s[len - 1] == '\0' ? s : NULL;
}

uint32_t ax_dt_u32(int node, const char *name, uint32_t otherwise)
{
	int len;
	const fdt32_t *p = fdt_getprop(tree, node, name, &len);

	return p && len == sizeof(*p) ? fdt32_to_cpu(*p) : otherwise;
}

bool ax_dt_available(int node)
{
	const char *status = ax_dt_string(node, "status");

	return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

static unsigned collect(int node, struct ax_range *out, unsigned max)
{
	unsigned n = 0;

	while (n < max && ax_dt_reg(node, n, &out[n]) == AX_OK) {
		n++;
	}
	return n;
}

unsigned ax_dt_memory(struct ax_range *out, unsigned max)
{
	unsigned n = 0;
	int node;

	fdt_for_each_subnode (node, tree, 0) {
		const char *type = ax_dt_string(node, "device_type");

		if (type && strcmp(type, "memory") == 0 && ax_dt_available(node)) {
			n += collect(node, out + n, max - n);
		}
	}
	return n;
}

unsigned ax_dt_reserved(struct ax_range *out, unsigned max)
{
	unsigned n = 0;
	int node, parent = fdt_path_offset(tree, "/reserved-memory");
	int rows = fdt_num_mem_rsv(tree);

	for (int i = 0; i < rows && n < max; i++) {
		if (fdt_get_mem_rsv(tree, i, &out[n].start, &out[n].size) == 0) {
			n++;
		}
	}
	if (parent >= 0) {
		fdt_for_each_subnode (node, tree, parent) {
			n += collect(node, out + n, max - n);
		}
	}
	return n;
}

unsigned ax_dt_no_map(struct ax_range *out, unsigned max)
{
	unsigned n = 0;
	int node, parent = fdt_path_offset(tree, "/reserved-memory");

	if (parent < 0) {
		return 0;
	}
	fdt_for_each_subnode (node, tree, parent) {
		if (fdt_getprop(tree, node, "no-map", NULL)) {
			n += collect(node, out + n, max - n);
		}
	}
	return n;
}

unsigned ax_dt_cpus(uint64_t *hw_id, unsigned max)
{
	int node, len, parent = fdt_path_offset(tree, "/cpus");
	int address_cells = parent < 0 ? 0 : fdt_address_cells(tree, parent);
	unsigned n = 0;

	if (address_cells < 1 || address_cells > 2) {
		return 0;
	}
	fdt_for_each_subnode (node, tree, parent) {
		const char *type = ax_dt_string(node, "device_type");
		const fdt32_t *reg = fdt_getprop(tree, node, "reg", &len);

		if (n < max && type && strcmp(type, "cpu") == 0 && ax_dt_available(node) && reg &&
		    len >= address_cells * (int)sizeof(*reg)) {
			hw_id[n++] = cells(reg, address_cells);
		}
	}
	return n;
}

int ax_dt_stdout(void)
{
	int chosen = fdt_path_offset(tree, "/chosen");
	const char *path = chosen < 0 ? NULL : ax_dt_string(chosen, "stdout-path");
	const char *options;
	int node;

	if (!path) {
		return AX_ENOENT;
	}
	options = strchr(path, ':');
	node = options ? fdt_path_offset_namelen(tree, path, (int)(options - path)) : fdt_path_offset(tree, path);
	return node < 0 ? AX_ENOENT : node;
}
