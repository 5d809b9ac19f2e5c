/* SPDX-License-Identifier: Apache-2.0 */
/* A vCPU as a versioned blob: header, then the fields that make up guest state. */
#include "vcpu_state.h"

#include <ax/err.h>

#include <string.h>

#define BLOB_MAGIC 0x41585631u /* "AXV1": the layout below */

struct blob {
	uint32_t magic, size;
	uint64_t x[31];
	uint64_t pc, pstate;
	uint64_t sysreg[REG_COUNT];
	uint64_t shadow[SHADOW_COUNT];
	uint64_t cntvoff;
	uint64_t lr_used;
	uint64_t lr[MAX_LRS];
	uint64_t vmcr, ap0r[MAX_APRS], ap1r[MAX_APRS];
	struct guest_fp fp;
};

/* Copies each field from one side to the other: the list of what a snapshot holds, once. */
#define EACH_FIELD(copy)                                                                                               \
	copy(x);                                                                                                       \
	copy(pc);                                                                                                      \
	copy(pstate);                                                                                                  \
	copy(sysreg);                                                                                                  \
	copy(shadow);                                                                                                  \
	copy(cntvoff);                                                                                                 \
	copy(lr);                                                                                                      \
	copy(vmcr);                                                                                                    \
	copy(ap0r);                                                                                                    \
	copy(ap1r);                                                                                                    \
	copy(fp)

long ax_arch_vcpu_save(const struct ax_arch_vcpu *vcpu, void *buf, size_t size)
{
	struct blob *blob = buf;

	if (size < sizeof(*blob)) {
		return buf ? AX_ENOSPC : (long)sizeof(*blob);
	}
	memset(blob, 0, sizeof(*blob));
	blob->magic = BLOB_MAGIC;
	blob->size = sizeof(*blob);
	blob->lr_used = vcpu->lr_used;
#define SAVE(field) memcpy(&blob->field, &vcpu->field, sizeof(blob->field))
	EACH_FIELD(SAVE);
	return (long)sizeof(*blob);
}

/* Flags, masks, SS, PAN, UAO, DIT, SSBS, BTYPE and the mode; not IL, not AArch32. */
#define PSTATE_RESTORABLE (AX_MASK(31, 28) | AX_MASK(25, 21) | AX_MASK(12, 6) | PSTATE_MODE)

/* EL0, EL1 with SP_EL0, EL1 with SP_EL1: with any other, ERET would stay at EL2. */
static bool mode_exists(uint64_t mode)
{
	return mode == 0x0 || mode == 0x4 || mode == PSTATE_EL1H;
}

/* A list register may be linked to no physical interrupt but the timer's. */
static bool links_allowed(const struct blob *blob)
{
	for (unsigned i = 0; i < MAX_LRS; i++) {
		if ((blob->lr[i] & LR_HW) &&
		    AX_FIELD_GET(blob->lr[i], 44, 32) != (uint64_t)ax_arch_vcpu_timer_hwirq()) {
			return false;
		}
	}
	return true;
}

int ax_arch_vcpu_restore(struct ax_arch_vcpu *vcpu, const void *buf, size_t size)
{
	const struct blob *blob = buf;
	bool el1_or_el0;

	if (size < sizeof(*blob) || blob->magic != BLOB_MAGIC || blob->size != sizeof(*blob)) {
		return AX_EFORMAT;
	}
	/*
	 * A blob is input like any other: it may not put the guest above EL1 or use list registers that are not there.
	 */
	el1_or_el0 = !(blob->pstate & ~PSTATE_RESTORABLE) && mode_exists(blob->pstate & PSTATE_MODE);
	if (!el1_or_el0 || !links_allowed(blob) || blob->lr_used >> ax_arm_gich_lrs()) {
		return AX_EFORMAT;
	}
#define RESTORE(field) memcpy(&vcpu->field, &blob->field, sizeof(blob->field))
	EACH_FIELD(RESTORE);
	vcpu->lr_used = (uint32_t)blob->lr_used;
	return AX_OK;
}
