/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel headers: whatever the file, the answer is within bounds and a refusal says why. */
#include <ax/mock.h>
#include <ax/vmm/image.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ax_image_info info;
	const char *problem = NULL;

	ax_mock_reset();
	if (ax_image_probe(data, size, &info, &problem) == AX_OK) {
		AX_ASSERT(info.memory_size >= size && info.text_offset < AX_MIB(2) && info.format);
	} else {
		AX_ASSERT(problem);
	}
	return 0;
}
