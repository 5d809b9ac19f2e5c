/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations on a page table against the model. First byte: format; then six bytes an operation: kind and permissions,
 * first page, count, target and which allocation fails.
 */
#include "../tests/pgtable_model.h"

#include <ax/mock.h>

#define STEP 6u
#define UNITS 512u

static struct model model;

static struct model_step decode(const uint8_t *in)
{
	static const uint32_t prots[] = {AX_PROT_READ, AX_PROT_READ | AX_PROT_WRITE, AX_PROT_RWX,
					 AX_PROT_READ | AX_PROT_WRITE | AX_PROT_DEVICE};
	struct model_step s = {.op = (enum model_op)(in[0] % MODEL_OPS), .prot = prots[(in[0] >> 2) & 3]};

	s.first = (unsigned)(in[1] | in[2] << 8) % UNITS;
	s.count = 1 + (unsigned)(in[3] | in[4] << 8) % (UNITS - s.first);
	s.delta = in[5] & 15;
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0) {
		return 0;
	}
	ax_mock_reset();
	model_init(&model, ax_mock_format_tiny(data[0] & 1), 0, AX_PAGE_SIZE, UNITS);
	for (size_t at = 1; at + STEP <= size; at += STEP) {
		struct model_step step = decode(data + at);
		const char *problem;
		int result;

		ax_mock_fail_alloc(data[at + 5] >> 4, false);
		problem = model_do(&model, &step, &result);
		if (problem) {
			ax_mock_panic("operation at byte %zu: %s", at, problem);
		}
	}
	ax_mock_fail_alloc(0, false);
	model_destroy(&model);
	ax_mock_check_clean();
	return 0;
}
