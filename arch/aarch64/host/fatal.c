/* SPDX-License-Identifier: Apache-2.0 */
/* An exception of the hypervisor itself: from the registers the vector saved to a panic. */
#include <ax/aarch64/sysreg.h>
#include <ax/base/panic.h>

/* As vectors.S lays it out. */
struct ax_arm_fatal_frame {
	uint64_t x[31];
	uint64_t sp, pc, pstate, esr, far;
};
_Static_assert(sizeof(struct ax_arm_fatal_frame) == 288, "vectors.S");

void ax_arm_fatal(const struct ax_arm_fatal_frame *frame);

/* Exception classes that EL2 can take from itself (ESR_EL2.EC). */
static const char *describe(uint64_t esr)
{
	switch (ESR_EC(esr)) {
	case EC_IABT_SAME:
		return "hypervisor fetched an instruction it may not";
	case EC_DABT_SAME:
		return "hypervisor accessed memory it may not (far below a stack: overflow)";
	default:
		return "unexpected exception in the hypervisor";
	}
}

void ax_arm_fatal(const struct ax_arm_fatal_frame *frame)
{
	static const char *const name[] = {"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",
					   "x9",  "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
					   "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
					   "x27", "x28", "x29", "x30", "sp",  "pc",  "psr", "esr", "far"};
	struct ax_panic_reg reg[AX_ARRAY_SIZE(name)];
	const uint64_t *value = (const uint64_t *)frame;

	for (unsigned i = 0; i < AX_ARRAY_SIZE(name); i++) {
		reg[i] = (struct ax_panic_reg){name[i], value[i]};
	}
	ax_panic_fault(describe(frame->esr), reg, AX_ARRAY_SIZE(name), frame->x[29]);
}
