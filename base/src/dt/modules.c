/* SPDX-License-Identifier: Apache-2.0 */
/* Modules: embedded in the image, or brought by the boot loader and described under /chosen. */
#include <ax/base/dt.h>
#include <ax/port.h>

#include <libfdt.h>
#include <string.h>

#define MAX_MODULES 32u

/* A row of section .axmodules (tools/cmake/AxImage.cmake). */
struct embedded {
	const char *name;
	const char *start, *end;
};

extern const struct embedded __axmodules_start[], __axmodules_end[];

static struct ax_module modules[MAX_MODULES];
static unsigned count;

static void add(const char *name, ax_hpa_t hpa, uint64_t size)
{
	if (count == MAX_MODULES) {
		ax_port_log(AX_LOG_WARN, "module %s ignored: more than %u", name, MAX_MODULES);
		return;
	}
	modules[count++] = (struct ax_module){name, hpa, size};
}

void ax_modules_init(void)
{
	int node, chosen = fdt_path_offset(ax_dt(), "/chosen");
	struct ax_range range;

	for (const struct embedded *e = __axmodules_start; e < __axmodules_end; e++) {
		add(e->name, ax_port_virt_to_phys(e->start), (uint64_t)(e->end - e->start));
	}
	if (chosen < 0) {
		return;
	}
	fdt_for_each_subnode (node, ax_dt(), chosen) {
		const char *name = ax_dt_string(node, "module-name");

		if (fdt_node_check_compatible(ax_dt(), node, "multiboot,module") != 0) {
			continue;
		}
		if (!name || ax_dt_reg_untranslated(node, 0, &range) || range.size == 0) {
			ax_port_log(AX_LOG_WARN, "/chosen/%s: a module needs module-name and reg; ignored",
				    fdt_get_name(ax_dt(), node, NULL));
			continue;
		}
		add(name, ax_hpa(range.start), range.size);
	}
}

static bool in_ram(const struct ax_module *m, const struct ax_range *ram, unsigned banks)
{
	for (unsigned i = 0; i < banks; i++) {
		if (m->hpa.v >= ram[i].start && m->size <= ram[i].size &&
		    m->hpa.v - ram[i].start <= ram[i].size - m->size) {
			return true;
		}
	}
	return false;
}

void ax_modules_keep_ram(const struct ax_range *ram, unsigned banks)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++) {
		if (in_ram(&modules[i], ram, banks)) {
			modules[kept++] = modules[i];
		} else {
			ax_port_log(AX_LOG_WARN, "module %s at %#llx is not in RAM; ignored", modules[i].name,
				    (unsigned long long)modules[i].hpa.v);
		}
	}
	count = kept;
}

unsigned ax_module_count(void)
{
	return count;
}

const struct ax_module *ax_module_at(unsigned index)
{
	return index < count ? &modules[index] : NULL;
}

const struct ax_module *ax_module_find(const char *name)
{
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(modules[i].name, name) == 0) {
			return &modules[i];
		}
	}
	return NULL;
}
