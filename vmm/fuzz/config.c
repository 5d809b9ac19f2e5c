/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration reader on any blob: refused or complete, never a read outside it, never a leak. */
#include <ax/mock.h>
#include <ax/vmm/config.h>

#include <stdlib.h>
#include <string.h>

static int any_module(void *ctx, const char *name, struct ax_image *out)
{
	(void)ctx;
	*out = (struct ax_image){.hpa = ax_hpa(0x60000000), .size = AX_MIB(1)};
	return name[0] == 'x' ? AX_ENOENT : AX_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ax_config_env env = {.module = any_module, .cpus = 4, .gpa_bits = 44};
	struct ax_config config;
	void *blob = aligned_alloc(8, AX_ALIGN_UP(size + 1, 8));

	ax_mock_reset();
	memcpy(blob, data, size);
	if (ax_config_read(blob, size, &env, &config) == AX_OK) {
		for (unsigned i = 0; i < config.vm_count; i++) {
			AX_ASSERT(config.vm[i].vcpus >= 1 && config.vm[i].vcpus <= AX_VM_MAX_VCPUS);
			AX_ASSERT(config.vm[i].ram_count >= 1 && config.vm[i].ram_count <= AX_VM_MAX_RAM);
		}
		ax_config_free(&config);
	}
	ax_mock_check_clean();
	free(blob);
	return 0;
}
