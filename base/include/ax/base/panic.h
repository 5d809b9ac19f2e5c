/* SPDX-License-Identifier: Apache-2.0 */
/* The end: prints once, stops every CPU. */
#ifndef AX_BASE_PANIC_H
#define AX_BASE_PANIC_H

#include <ax/port.h>

struct ax_panic_reg {
	const char *name;
	uint64_t value;
};

/* What the architecture's fatal vector saw. */
struct ax_panic_state {
	const struct ax_panic_reg *reg;
	unsigned count;
	uintptr_t pc, frame; /* where to begin the backtrace: instruction, frame pointer */
};

/* Like ax_port_panic(), with the registers of the moment. Any context, any stack. */
AX_NORETURN void ax_panic(const struct ax_panic_state *state, const char *fmt, ...) AX_PRINTF(2, 3);

#endif
