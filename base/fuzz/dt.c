/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the host's device tree: every reader ends, inside the blob. */
#include <ax/base/dt.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ax_range range[8];
	uint64_t id[8];
	char *copy;

	if (size < sizeof(struct fdt_header) || fdt_totalsize(data) > size) {
		return 0; /* how much memory there is behind the tree is not the reader's to know */
	}
	copy = malloc(size); /* its own block: the sanitizer sees a read past its end */
	memcpy(copy, data, size);
	if (ax_dt_init(copy) == AX_OK) {
		(void)ax_dt_memory(range, AX_ARRAY_SIZE(range));
		(void)ax_dt_reserved(range, AX_ARRAY_SIZE(range));
		(void)ax_dt_cpus(id, AX_ARRAY_SIZE(id));
		(void)ax_dt_stdout();
		ax_modules_init();
		for (int node = 0; node >= 0; node = fdt_next_node(copy, node, NULL)) {
			(void)ax_dt_available(node);
			(void)ax_dt_reg(node, 0, &range[0]);
			(void)ax_dt_reg(node, 3, &range[0]);
		}
	}
	free(copy);
	return 0;
}
