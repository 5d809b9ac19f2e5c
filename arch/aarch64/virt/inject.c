/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions into the guest, as the CPU would take them to EL1 (Arm ARM D1.3, AArch64.TakeException). */
#include "vcpu_state.h"

#define VECTOR_SAME_EL_SP0 0x000u
#define VECTOR_SAME_EL_SPX 0x200u
#define VECTOR_LOWER_A64 0x400u
#define VECTOR_LOWER_A32 0x600u

#define FSC_EXTERNAL_ABORT 0x10u
#define FSC_EXTERNAL_ABORT_WALK_L3 0x17u
#define ISS_WNR AX_BIT(6)

/* The row of VBAR_EL1's table: where the exception comes from. */
static unsigned vector_offset(uint64_t pstate)
{
	if (pstate & PSTATE_AARCH32) {
		return VECTOR_LOWER_A32;
	}
	switch (pstate & PSTATE_MODE) {
	case 0x0:
		return VECTOR_LOWER_A64;
	case 0x4:
		return VECTOR_SAME_EL_SP0;
	default:
		return VECTOR_SAME_EL_SPX;
	}
}

static bool from_el0(const struct ax_arch_vcpu *vcpu)
{
	return (vcpu->pstate & PSTATE_AARCH32) || (vcpu->pstate & PSTATE_MODE) == 0;
}

static void take_sync(struct ax_arch_vcpu *vcpu, unsigned ec, uint64_t iss)
{
	unsigned offset = vector_offset(vcpu->pstate);

	GUEST_REG_SET(vcpu, esr_el1, AX_FIELD(ec, 31, 26) | ESR_IL | iss);
	GUEST_REG_SET(vcpu, elr_el1, vcpu->pc);
	GUEST_REG_SET(vcpu, spsr_el1, vcpu->pstate);
	vcpu->pc = GUEST_REG_GET(vcpu, vbar_el1) + offset;
	vcpu->pstate = PSTATE_EL1H | PSTATE_DAIF;
}

void ax_arm_inject_undef(struct ax_arch_vcpu *vcpu)
{
	take_sync(vcpu, EC_UNKNOWN, 0);
}

static void inject_abort(struct ax_arch_vcpu *vcpu, uint64_t far, uint32_t access, bool walk)
{
	bool fetch = access & AX_PROT_EXEC;
	unsigned ec = fetch ? EC_IABT_LOW : EC_DABT_LOW;

	ec += !from_el0(vcpu); /* ..._LOW + 1 is ..._SAME */
	GUEST_REG_SET(vcpu, far_el1, far);
	take_sync(vcpu, ec,
		  (walk ? FSC_EXTERNAL_ABORT_WALK_L3 : FSC_EXTERNAL_ABORT) |
			  (access & AX_PROT_WRITE && !fetch ? ISS_WNR : 0));
}

void ax_arch_vcpu_inject_fault(struct ax_arch_vcpu *vcpu, const struct ax_exit *exit)
{
	switch (exit->reason) {
	case AX_EXIT_MMIO:
		inject_abort(vcpu, vcpu->far, exit->mmio.write ? AX_PROT_WRITE : AX_PROT_READ, false);
		break;
	case AX_EXIT_FAULT:
		inject_abort(vcpu, exit->fault.gva.v, exit->fault.access, exit->fault.walk);
		break;
	case AX_EXIT_HYPERCALL:
		/* The call itself is what is undefined: HVC's return address lies behind it. */
		vcpu->pc -= ESR_EC(vcpu->esr) == EC_HVC64 ? 4 : 0;
		ax_arm_inject_undef(vcpu);
		break;
	default:
		ax_arm_inject_undef(vcpu);
		break;
	}
}
