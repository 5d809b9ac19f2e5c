/* SPDX-License-Identifier: Apache-2.0 */
/* One VM of the configuration: its own properties, by the table below, and its arrays. */
#include "reader.h"

#include <libfdt.h>
#include <string.h>

static const char *const reboot_words[] = {[AX_ON_REBOOT_RESET] = "reset", [AX_ON_REBOOT_STOP] = "stop", NULL};
static const char *const sched_words[] = {"fair", "pinned", NULL};

#define FIELD(f) .offset = offsetof(struct ax_vm_config, f)

static const struct ax_config_key vm_keys[] = {
	{.name = "vcpus", .read = ax_config_u32, FIELD(vcpus), .required = true, .min = 1, .max = AX_VM_MAX_VCPUS},
	{.name = "scheduler", .read = ax_config_choice, FIELD(sched), .words = sched_words},
	{.name = "weight", .read = ax_config_u32, FIELD(weight), .min = 1, .max = 1024},
	{.name = "autostart", .read = ax_config_flag, FIELD(autostart)},
	{.name = "on-reboot", .read = ax_config_word, FIELD(on_reboot), .words = reboot_words},
	{.name = "gpa-bits", .read = ax_config_u32, FIELD(gpa_bits), .min = 32, .max = 52},
	{.name = "kernel", .read = ax_config_module, FIELD(kernel), .required = true},
	{.name = "initrd", .read = ax_config_module, FIELD(initrd)},
	{.name = "dtb", .read = ax_config_module, FIELD(dtb)},
	{.name = "kernel-gpa", .read = ax_config_u64, FIELD(kernel_gpa), .required = true, .max = UINT64_MAX},
	{.name = "entry", .read = ax_config_u64, FIELD(entry), .required = true, .max = UINT64_MAX},
	{.name = "initrd-gpa", .read = ax_config_u64, FIELD(initrd_gpa), .max = UINT64_MAX},
	{.name = "dtb-gpa", .read = ax_config_u64, FIELD(dtb_gpa), .required = true, .max = UINT64_MAX},
	{.name = "cmdline", .read = ax_config_string, FIELD(cmdline), .max = AX_CONFIG_CMDLINE_MAX},
};

static int read_name(struct ax_config_reader *r, int node, struct ax_vm_config *vm)
{
	int len = 0;
	const char *name = fdt_getprop(r->fdt, node, "vm-name", &len);
	int err;

	r->where = fdt_get_name(r->fdt, node, NULL);
	if (!name) {
		return AX_CONFIG_REFUSE(r, AX_ENOENT, "vm-name", "it is missing and required; name the VM");
	}
	err = ax_config_name(r, "vm-name", name, strnlen(name, (size_t)len), vm->name, sizeof(vm->name));
	r->where = vm->name;
	return err;
}

static int read_affinity(const struct ax_config_reader *r, int node, struct ax_vm_config *vm)
{
	uint64_t known = r->env->cpus >= 64 ? ~0ull : AX_BIT(r->env->cpus) - 1;
	const uint8_t *cells;
	unsigned count;
	int err = ax_config_array(r, node, "affinity", 1, AX_VM_MAX_VCPUS, &cells, &count);

	if (err || count == 0) {
		return err;
	}
	if (count != vm->vcpus) {
		return AX_CONFIG_REFUSE(r, AX_EINVAL, "affinity", "%u entries for %u vCPUs; give one for each", count,
					vm->vcpus);
	}
	for (unsigned i = 0; i < count; i++) {
		vm->affinity[i] = ax_config_cell64(cells, i);
		if (vm->affinity[i] & ~known) {
			return AX_CONFIG_REFUSE(r, AX_ERANGE, "affinity",
						"vCPU %u wants CPU mask 0x%llx; this machine has CPUs 0..%u", i,
						(unsigned long long)vm->affinity[i], r->env->cpus - 1);
		}
	}
	return AX_OK;
}

static int read_memory(const struct ax_config_reader *r, int node, struct ax_vm_config *vm)
{
	const uint8_t *cells;
	int err = ax_config_array(r, node, "memory", 3, AX_VM_MAX_RAM, &cells, &vm->ram_count);

	if (err) {
		return err;
	}
	if (vm->ram_count == 0) {
		return AX_CONFIG_REFUSE(r, AX_ENOENT, "memory", "the VM has none; give it at least one range");
	}
	for (unsigned i = 0; i < vm->ram_count; i++) {
		uint64_t prot = ax_config_cell64(cells, 3 * i + 2);

		vm->ram[i].gpa = ax_gpa(ax_config_cell64(cells, 3 * i));
		vm->ram[i].size = ax_config_cell64(cells, 3 * i + 1);
		vm->ram[i].prot = (uint32_t)prot;
		if ((prot & ~(uint64_t)AX_PROT_RWX) || !(prot & AX_PROT_READ)) {
			return AX_CONFIG_REFUSE(
				r, AX_EINVAL, "memory",
				"range %u has permissions 0x%llx; use read (1), plus write (2), plus execute (4)", i,
				(unsigned long long)prot);
		}
	}
	return AX_OK;
}

int ax_config_read_vm(const struct ax_config_reader *parent, int node, struct ax_vm_config *vm)
{
	struct ax_config_reader r = *parent;
	int err = read_name(&r, node, vm);

	if (!err) {
		err = ax_config_read_keys(&r, node, vm_keys, AX_ARRAY_SIZE(vm_keys), vm);
	}
	if (!err) {
		err = read_affinity(&r, node, vm);
	}
	if (!err) {
		err = read_memory(&r, node, vm);
	}
	if (!err) {
		err = ax_config_read_devices(&r, node, vm);
	}
	if (!err) {
		err = ax_config_read_passthrough(&r, node, vm);
	}
	if (!err) {
		err = ax_config_check_layout(&r, vm);
	}
	return err;
}
