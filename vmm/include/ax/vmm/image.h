/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guest kernel images: what the header says, and how kernel, initrd and device tree get into a VM's memory.
 *
 * Formats: the arm64 and RISC-V Linux Image (Linux Documentation/arch/arm64/booting.rst,
 * arch/riscv/boot-image-header.rst); anything else that is not recognised as compressed or as an object file is a flat
 * binary, entered at its first byte.
 */
#ifndef AX_VMM_IMAGE_H
#define AX_VMM_IMAGE_H

#include <ax/vm.h>

struct ax_image_info {
	const char *format;   /* "arm64 Image", "flat binary" */
	uint64_t memory_size; /* from the first byte, with .bss: at least the file's size */
	uint64_t text_offset; /* of the first byte from a 2 MiB boundary */
	bool placed;          /* text_offset has to be honoured */
};

/*
 * Reads the header of a kernel file of `size` bytes. AX_EFORMAT: compressed, an object file, or a header that
 * contradicts itself; *problem then says what it is and what to do.
 */
int ax_image_probe(const void *file, uint64_t size, struct ax_image_info *out, const char **problem);

/*
 * Puts kernel, initrd and device tree where the configuration says, after the checks that need the kernel's header. The
 * VM's memory is as after create. Aligned pieces of 2 MiB are shared with the VM until it writes to them. Each refusal
 * is logged. AX_EFORMAT, AX_ERANGE (does not fit its memory), AX_EEXIST (images overlap), AX_ENOMEM, and the errors of
 * ax/vmm/fdt.h.
 */
int ax_image_load(struct ax_vm *vm);

#endif
