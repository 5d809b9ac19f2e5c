/* SPDX-License-Identifier: Apache-2.0 */
/* The end: printed once, by the CPU that got there first, while the others are stopped. */
#ifndef AX_BASE_PANIC_H
#define AX_BASE_PANIC_H

#include <ax/types.h>

/* One register for the report. */
struct ax_panic_reg {
	const char *name;
	uint64_t value;
};

/* From the architecture's fatal vector: its registers, and the frame pointer to follow. */
AX_NORETURN void ax_panic_fault(const char *what, const struct ax_panic_reg *reg, unsigned count, uintptr_t frame);

#endif
