/* SPDX-License-Identifier: Apache-2.0 */
/* An array of pages as the model of a page table, and an invariant checker; for unit tests and the fuzzer. */
#ifndef AX_PGTABLE_MODEL_H
#define AX_PGTABLE_MODEL_H

#include <ax/pgtable.h>

#define MODEL_MAX_UNITS 1536u
/* Targets lie outside the mock's memory: no table page can be mistaken for one. */
#define MODEL_PA (64ull << 30)

enum model_op { MODEL_MAP, MODEL_UNMAP, MODEL_PROTECT, MODEL_REMAP, MODEL_OPS };

struct model_page {
	uint64_t pa;
	uint32_t prot; /* 0: not mapped */
};

struct model {
	struct ax_pgtable pt;
	uint64_t base, unit; /* address of the first unit, its size: one page or more */
	unsigned units;
	struct model_page page[MODEL_MAX_UNITS];
};

struct model_step {
	enum model_op op;
	unsigned first, count; /* units */
	unsigned delta;        /* selects how target and address lie to each other */
	uint32_t prot;
};

void model_init(struct model *m, const struct ax_npt_format *f, uint64_t base, uint64_t unit, unsigned units);
void model_destroy(struct model *m);

/*
 * Does the step on the table, with the TLB full, and on the model when the table accepts it. NULL, or what is wrong.
 * `result`: what the engine returned.
 */
const char *model_do(struct model *m, const struct model_step *step, int *result);
/* The table says what the model says, and is in order; NULL, or what is wrong. */
const char *model_compare(const struct model *m);
/* Every table page reachable once, none empty, none that one leaf could replace, counters right. */
const char *pgtable_check(const struct ax_pgtable *pt);

#endif
