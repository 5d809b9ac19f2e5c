/* SPDX-License-Identifier: Apache-2.0 */
/* Images into a VM's memory. */
#include <ax/vmm/fdt.h>
#include <ax/vmm/image.h>

#define FDT_ORDER 4u /* pages of AX_GUEST_FDT_SPACE */
_Static_assert((AX_PAGE_SIZE << FDT_ORDER) == AX_GUEST_FDT_SPACE, "the buffer holds the largest tree");

/* A range of guest memory that an image needs. */
struct extent {
	const char *what;
	uint64_t gpa, size;
};

static bool overlap(const struct extent *a, const struct extent *b)
{
	return a->size && b->size && a->gpa < b->gpa + b->size && b->gpa < a->gpa + a->size;
}

static bool in_ram(const struct ax_vm_config *config, const struct extent *e)
{
	for (unsigned i = 0; i < config->ram_count; i++) {
		uint64_t offset = e->gpa - config->ram[i].gpa.v;

		if (e->gpa >= config->ram[i].gpa.v && offset < config->ram[i].size &&
		    e->size <= config->ram[i].size - offset) {
			return true;
		}
	}
	return false;
}

static int check_extents(const struct ax_vm_config *config, const struct extent *extent, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (extent[i].size && !in_ram(config, &extent[i])) {
			ax_port_log(
				AX_LOG_ERROR,
				"vm %s: the %s needs 0x%llx bytes at 0x%llx, which its memory does not have; enlarge it",
				config->name, extent[i].what, (unsigned long long)extent[i].size,
				(unsigned long long)extent[i].gpa);
			return AX_ERANGE;
		}
		for (unsigned j = 0; j < i; j++) {
			if (overlap(&extent[i], &extent[j])) {
				ax_port_log(AX_LOG_ERROR,
					    "vm %s: the %s at 0x%llx lies in the %s, which ends at 0x%llx; move one",
					    config->name, extent[i].what, (unsigned long long)extent[i].gpa,
					    extent[j].what, (unsigned long long)(extent[j].gpa + extent[j].size));
				return AX_EEXIST;
			}
		}
	}
	return AX_OK;
}

static int check(const struct ax_vm_config *config)
{
	struct ax_image_info info;
	const char *problem = NULL;
	int err = ax_image_probe(ax_port_phys_to_virt(config->kernel.hpa), config->kernel.size, &info, &problem);

	if (err) {
		ax_port_log(AX_LOG_ERROR, "vm %s: the kernel is %s", config->name, problem);
		return err;
	}
	if (info.placed && (config->kernel_gpa.v & (AX_MIB(2) - 1)) != info.text_offset) {
		ax_port_log(AX_LOG_ERROR, "vm %s: kernel-gpa 0x%llx: this %s must lie 0x%llx after a 2 MiB boundary",
			    config->name, (unsigned long long)config->kernel_gpa.v, info.format,
			    (unsigned long long)info.text_offset);
		return AX_ERANGE;
	}
	const struct extent extent[] = {
		{"kernel", config->kernel_gpa.v, info.memory_size},
		{"initrd", config->initrd_gpa.v, config->initrd.size},
		{"device tree", config->dtb_gpa.v, AX_GUEST_FDT_SPACE},
	};
	return check_extents(config, extent, AX_ARRAY_SIZE(extent));
}

/* What an image is shared in: smaller pieces would cost more faults, one for each page, than the copy they save. */
#define SHARE_SIZE AX_MIB(2)

/* Shares whole pieces where both sides are aligned, and copies the rest. */
static int place(struct ax_vm *vm, ax_gpa_t gpa, const struct ax_image *image)
{
	bool aligned = AX_IS_ALIGNED(gpa.v, SHARE_SIZE) && AX_IS_ALIGNED(image->hpa.v, SHARE_SIZE);
	uint64_t shared = aligned ? AX_ALIGN_DOWN(image->size, SHARE_SIZE) : 0;
	int err = shared ? ax_aspace_add_image(vm->aspace, gpa, image->hpa, shared) : AX_OK;

	if (err || shared == image->size) {
		return err;
	}
	return ax_aspace_load(vm->aspace, ax_gpa(gpa.v + shared), ax_port_phys_to_virt(ax_hpa(image->hpa.v + shared)),
			      image->size - shared);
}

static int place_tree(struct ax_vm *vm)
{
	const struct ax_vm_config *config = vm->config;
	void *buf = ax_port_page_alloc(FDT_ORDER);
	int size;

	if (!buf) {
		return AX_ENOMEM;
	}
	if (config->dtb.size) {
		size = ax_guest_fdt_patch(config, ax_port_phys_to_virt(config->dtb.hpa), config->dtb.size, buf,
					  AX_GUEST_FDT_SPACE);
	} else {
		size = ax_guest_fdt_build(config, buf, AX_GUEST_FDT_SPACE);
	}
	if (size > 0) {
		size = ax_aspace_load(vm->aspace, config->dtb_gpa, buf, (size_t)size);
	}
	ax_port_page_free(buf, FDT_ORDER);
	return size;
}

int ax_image_load(struct ax_vm *vm)
{
	const struct ax_vm_config *config = vm->config;
	int err = check(config);

	if (err) {
		return err;
	}
	err = place(vm, config->kernel_gpa, &config->kernel);
	if (!err && config->initrd.size) {
		err = place(vm, config->initrd_gpa, &config->initrd);
	}
	if (!err) {
		err = place_tree(vm);
	}
	if (err) {
		ax_port_log(AX_LOG_ERROR, "vm %s: images not placed: error %d", config->name, err);
	}
	return err;
}
