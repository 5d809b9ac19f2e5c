/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest-physical layout of one VM: nothing overlaps, everything is inside the address space, images are inside RAM.
 */
#include "reader.h"

#include <ax/vmm/fdt.h>

/* What occupies guest-physical addresses, in one numbering: RAM, then device ranges, then passthrough windows. */
struct span {
	const char *kind;
	uint64_t base, size;
	bool pages; /* must be made of whole pages */
};

static bool span_at(const struct ax_vm_config *vm, unsigned index, struct span *out)
{
	if (index < vm->ram_count) {
		*out = (struct span){"memory", vm->ram[index].gpa.v, vm->ram[index].size, true};
		return true;
	}
	index -= vm->ram_count;
	for (unsigned d = 0; d < vm->device_count; d++) {
		const struct ax_device_config *dev = &vm->device[d];

		if (index < dev->range_count) {
			*out = (struct span){dev->name, dev->range[index].base, dev->range[index].size, false};
			return true;
		}
		index -= dev->range_count;
	}
	if (index < vm->passthrough_count) {
		*out = (struct span){"passthrough", vm->passthrough[index].gpa.v, vm->passthrough[index].size, true};
		return true;
	}
	return false;
}

static int check_span(const struct ax_config_reader *r, const struct span *s, unsigned gpa_bits)
{
	uint64_t top = gpa_bits >= 64 ? 0 : AX_BIT(gpa_bits);

	if (s->size == 0 ||
	    (s->pages && (!AX_IS_ALIGNED(s->base, AX_PAGE_SIZE) || !AX_IS_ALIGNED(s->size, AX_PAGE_SIZE)))) {
		return AX_CONFIG_REFUSE(r, AX_EINVAL, s->kind,
					"0x%llx at 0x%llx is empty or not whole pages; align it to 4K",
					(unsigned long long)s->size, (unsigned long long)s->base);
	}
	if (s->base + s->size < s->base || (top && s->base + s->size > top)) {
		return AX_CONFIG_REFUSE(
			r, AX_ERANGE, s->kind,
			"0x%llx at 0x%llx leaves the %u-bit guest address space; move it or raise gpa-bits",
			(unsigned long long)s->size, (unsigned long long)s->base, gpa_bits);
	}
	return AX_OK;
}

static int check_spans(const struct ax_config_reader *r, const struct ax_vm_config *vm, unsigned gpa_bits)
{
	struct span a, b;

	for (unsigned i = 0; span_at(vm, i, &a); i++) {
		int err = check_span(r, &a, gpa_bits);

		if (err) {
			return err;
		}
		for (unsigned j = 0; j < i && span_at(vm, j, &b); j++) {
			if (a.base < b.base + b.size && b.base < a.base + a.size) {
				return AX_CONFIG_REFUSE(r, AX_EEXIST, a.kind,
							"0x%llx at 0x%llx overlaps \"%s\" at 0x%llx; move one",
							(unsigned long long)a.size, (unsigned long long)a.base, b.kind,
							(unsigned long long)b.base);
			}
		}
	}
	return AX_OK;
}

/* The RAM range that holds all of [gpa, gpa+size) with that permission. */
static bool in_ram(const struct ax_vm_config *vm, uint64_t gpa, uint64_t size, uint32_t prot)
{
	for (unsigned i = 0; i < vm->ram_count; i++) {
		uint64_t offset = gpa - vm->ram[i].gpa.v;

		if (gpa >= vm->ram[i].gpa.v && offset < vm->ram[i].size && size <= vm->ram[i].size - offset) {
			return (vm->ram[i].prot & prot) == prot;
		}
	}
	return false;
}

static int check_images(const struct ax_config_reader *r, const struct ax_vm_config *vm)
{
	const struct {
		const char *property;
		uint64_t gpa, size;
	} image[] = {
		{"kernel-gpa", vm->kernel_gpa.v, vm->kernel.size},
		{"initrd-gpa", vm->initrd_gpa.v, vm->initrd.size},
		{"dtb-gpa", vm->dtb_gpa.v, AX_MAX(vm->dtb.size, AX_GUEST_FDT_SPACE)},
	};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(image); i++) {
		if (image[i].size == 0) {
			continue;
		}
		if (!in_ram(vm, image[i].gpa, image[i].size, AX_PROT_READ)) {
			return AX_CONFIG_REFUSE(
				r, AX_ERANGE, image[i].property,
				"0x%llx bytes at 0x%llx are not inside one range of memory; move them or enlarge it",
				(unsigned long long)image[i].size, (unsigned long long)image[i].gpa);
		}
		for (unsigned j = 0; j < i; j++) {
			if (image[i].gpa < image[j].gpa + image[j].size &&
			    image[j].gpa < image[i].gpa + image[i].size) {
				return AX_CONFIG_REFUSE(r, AX_EEXIST, image[i].property,
							"it overlaps the image at \"%s\"; move one", image[j].property);
			}
		}
	}
	return AX_OK;
}

int ax_config_check_layout(const struct ax_config_reader *r, const struct ax_vm_config *vm)
{
	unsigned gpa_bits = vm->gpa_bits ? vm->gpa_bits : r->env->gpa_bits;
	int err;

	if (gpa_bits > r->env->gpa_bits) {
		return AX_CONFIG_REFUSE(r, AX_ERANGE, "gpa-bits", "this machine translates %u bits, not %u; lower it",
					r->env->gpa_bits, gpa_bits);
	}
	err = check_spans(r, vm, gpa_bits);
	if (!err) {
		err = check_images(r, vm);
	}
	if (err) {
		return err;
	}
	if (!AX_IS_ALIGNED(vm->entry.v, 4) || !in_ram(vm, vm->entry.v, 4, AX_PROT_EXEC)) {
		return AX_CONFIG_REFUSE(r, AX_ERANGE, "entry", "0x%llx is not aligned, executable memory; correct it",
					(unsigned long long)vm->entry.v);
	}
	if (!AX_IS_ALIGNED(vm->dtb_gpa.v, 8)) {
		return AX_CONFIG_REFUSE(r, AX_EINVAL, "dtb-gpa", "0x%llx is not a multiple of 8; align it",
					(unsigned long long)vm->dtb_gpa.v);
	}
	return AX_OK;
}
