/* SPDX-License-Identifier: Apache-2.0 */
/* A user's device tree of any content: refused, or patched within the buffer. */
#include <ax/mock.h>
#include <ax/vmm/fdt.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ax_vm_config config = {
		.name = "fuzz",
		.vcpus = 2,
		.ram_count = 2,
		.ram = {{{0x40000000}, AX_MIB(512), AX_PROT_RWX}, {{0x880000000}, AX_GIB(8), AX_PROT_RWX}},
		.initrd = {{0x1000}, 0x1234},
		.initrd_gpa = {0x48000000},
		.cmdline = "console=ttyAMA0",
	};
	void *user = aligned_alloc(8, AX_ALIGN_UP(size + 1, 8));
	void *out = aligned_alloc(8, AX_GUEST_FDT_SPACE);

	ax_mock_reset();
	memcpy(user, data, size);
	AX_ASSERT(ax_guest_fdt_patch(&config, user, size, out, AX_GUEST_FDT_SPACE) <= (int)AX_GUEST_FDT_SPACE);
	free(user);
	free(out);
	return 0;
}
