/* SPDX-License-Identifier: Apache-2.0 */
/* From the exception syndrome to a complete, arch-neutral exit (Arm ARM D19.2.40, ESR_EL2). */
#include "vcpu_state.h"

#define ISS_WFE AX_BIT(0)
#define ISS_WRITE AX_BIT(6)
#define ISS_S1PTW AX_BIT(7)
#define ISS_CM AX_BIT(8)
#define ISS_FNV AX_BIT(10)
#define ISS_SF AX_BIT(15)
#define ISS_SSE AX_BIT(21)
#define ISS_ISV AX_BIT(24)

/* Fault status codes, class in bits 5:2. */
#define FSC_CLASS(esr) AX_FIELD_GET(esr, 5, 2)
#define FSC_TRANSLATION 1u
#define FSC_ACCESS_FLAG 2u
#define FSC_PERMISSION 3u

static void skip(struct ax_arch_vcpu *vcpu)
{
	vcpu->pc += vcpu->esr & ESR_IL ? 4 : 2;
	/* What single stepping and branch targets would have changed. */
	vcpu->pstate &= ~(AX_BIT(21) | AX_MASK(11, 10));
}

static void decode_undef(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	exit->reason = AX_EXIT_UNDEF;
	exit->raw = vcpu->esr;
}

static void decode_wfx(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	if (vcpu->esr & ISS_WFE) {
		skip(vcpu);
		exit->reason = AX_EXIT_NONE;
	} else {
		exit->reason = AX_EXIT_HALT;
	}
}

static void decode_fp(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	AX_MSR(cptr_el2, CPTR_GUEST);
	ax_isb();
	ax_arm_fp_restore(&vcpu->fp);
	vcpu->fp_loaded = true;
	exit->reason = AX_EXIT_NONE;
}

static void decode_call(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	exit->reason = AX_EXIT_HYPERCALL;
	exit->hypercall.nr = vcpu->x[0];
	for (unsigned i = 0; i < AX_ARRAY_SIZE(exit->hypercall.arg); i++) {
		exit->hypercall.arg[i] = vcpu->x[i + 1];
	}
	exit->hypercall.ext = (uint32_t)AX_FIELD_GET(vcpu->esr, 15, 0);
}

static void decode_sysreg(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	uint64_t iss = vcpu->esr;

	exit->reason = AX_EXIT_SYSREG;
	/* The syndrome keeps op0 op2 op1 CRn Rt CRm dir; the contract wants the instruction's order. */
	exit->sysreg = (struct ax_exit_sysreg){
		.id = (uint32_t)(AX_FIELD_GET(iss, 21, 20) << 14 | AX_FIELD_GET(iss, 16, 14) << 11 |
				 AX_FIELD_GET(iss, 13, 10) << 7 | AX_FIELD_GET(iss, 4, 1) << 3 |
				 AX_FIELD_GET(iss, 19, 17)),
		.write = !(iss & 1),
		.reg = (uint8_t)AX_FIELD_GET(iss, 9, 5),
	};
	exit->sysreg.data = exit->sysreg.write ? guest_reg_get(vcpu, exit->sysreg.reg) : 0;
	if (ax_arm_trap_sysreg(vcpu, &exit->sysreg)) {
		ax_arch_vcpu_sysreg_done(vcpu, &exit->sysreg);
		exit->reason = AX_EXIT_NONE;
	}
}

/*
 * HPFAR_EL2 holds the page; it is not valid for every permission fault, FAR_EL2's translation then is (D19.2.61). False
 * when that fails: the guest changed its tables meanwhile, and the access will fault anew, or not.
 */
static bool fault_gpa(const struct ax_arch_vcpu *vcpu, ax_gpa_t *gpa)
{
	uint64_t esr = vcpu->esr;
	uint64_t far = vcpu->far;
	uint64_t saved, par;

	if ((esr & ISS_S1PTW) || FSC_CLASS(esr) != FSC_PERMISSION) {
		*gpa = ax_gpa(AX_FIELD_GET(AX_MRS(hpfar_el2), 43, 4) << 12 | AX_FIELD_GET(far, 11, 0));
		return true;
	}
	saved = AX_MRS(par_el1);
	__asm__ volatile("at s1e1r, %0" : : "r"(far));
	ax_isb();
	par = AX_MRS(par_el1);
	AX_MSR(par_el1, saved);
	*gpa = ax_gpa((par & AX_MASK(47, 12)) | AX_FIELD_GET(far, 11, 0));
	return !(par & 1);
}

static void decode_fault(struct ax_arch_vcpu *vcpu, struct ax_exit *exit, uint32_t access)
{
	uint64_t esr = vcpu->esr;
	unsigned class = (unsigned)FSC_CLASS(esr);

	vcpu->far = AX_MRS(far_el2);
	exit->reason = AX_EXIT_FAULT;
	if (class < FSC_TRANSLATION || class > FSC_PERMISSION) {
		/* An external abort or worse: not stage 2's. The guest caused it, the guest gets it. */
		exit->fault = (struct ax_exit_fault){.gpa = ax_gpa(~0ull), .gva = ax_gva(vcpu->far), .access = access};
		return;
	}
	exit->fault = (struct ax_exit_fault){
		.gva = ax_gva(vcpu->far),
		/* A walk writes when the CPU itself updates access flag or dirty state. */
		.access = !(esr & ISS_S1PTW) ? access
			  : esr & ISS_WRITE  ? AX_PROT_WRITE
					     : AX_PROT_READ,
		.walk = esr & ISS_S1PTW,
		.present = class == FSC_PERMISSION,
	};
	if (!fault_gpa(vcpu, &exit->fault.gpa)) {
		exit->reason = AX_EXIT_NONE;
	}
}

static void decode_iabt(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	decode_fault(vcpu, exit, AX_PROT_EXEC);
}

static void decode_dabt(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	uint64_t esr = vcpu->esr;
	bool write = (esr & ISS_WRITE) && !(esr & ISS_CM);

	if (FSC_CLASS(esr) != FSC_TRANSLATION || !(esr & ISS_ISV) || (esr & (ISS_S1PTW | ISS_CM | ISS_FNV))) {
		decode_fault(vcpu, exit, write ? AX_PROT_WRITE : AX_PROT_READ);
		return;
	}
	vcpu->far = AX_MRS(far_el2);
	exit->reason = AX_EXIT_MMIO;
	exit->mmio = (struct ax_exit_mmio){
		.width = (uint8_t)(1u << AX_FIELD_GET(esr, 23, 22)),
		.write = write,
		.reg = (uint8_t)AX_FIELD_GET(esr, 20, 16),
		.reg_width = esr & ISS_SF ? 8 : 4,
		.sign_extend = esr & ISS_SSE,
		.insn_len = 4,
	};
	(void)fault_gpa(vcpu, &exit->mmio.gpa); /* a translation fault: always known */
	if (write) {
		exit->mmio.data = guest_reg_get(vcpu, exit->mmio.reg) & (~0ull >> (64 - 8 * exit->mmio.width));
	}
}

static void (*const decode_sync[64])(struct ax_arch_vcpu *, struct ax_exit *) = {
	[EC_WFX] = decode_wfx,       [EC_FP] = decode_fp,         [EC_HVC64] = decode_call,    [EC_SMC64] = decode_call,
	[EC_SYSREG] = decode_sysreg, [EC_IABT_LOW] = decode_iabt, [EC_DABT_LOW] = decode_dabt,
};

void ax_arm_decode(struct ax_arch_vcpu *vcpu, unsigned trap, struct ax_exit *exit)
{
	if (trap == TRAP_IRQ) {
		exit->reason = AX_EXIT_IRQ;
		return;
	}
	vcpu->esr = AX_MRS(esr_el2);
	if (trap == TRAP_SERROR) {
		exit->reason = AX_EXIT_ERROR;
		exit->raw = vcpu->esr;
		return;
	}
	if (decode_sync[ESR_EC(vcpu->esr)]) {
		decode_sync[ESR_EC(vcpu->esr)](vcpu, exit);
	} else {
		decode_undef(vcpu, exit);
	}
}

void ax_arch_vcpu_mmio_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_mmio *mmio)
{
	if (!mmio->write) {
		unsigned unused = 64 - 8u * mmio->width;
		uint64_t value = mmio->data << unused;

		value = mmio->sign_extend ? (uint64_t)((int64_t)value >> unused) : value >> unused;
		guest_reg_set(vcpu, mmio->reg, mmio->reg_width == 4 ? (uint32_t)value : value);
	}
	skip(vcpu);
}

void ax_arch_vcpu_pio_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_pio *pio)
{
	(void)vcpu;
	(void)pio;
	ax_port_panic("no port I/O on this architecture");
}

void ax_arch_vcpu_sysreg_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_sysreg *sysreg)
{
	if (!sysreg->write) {
		guest_reg_set(vcpu, sysreg->reg, sysreg->data);
	}
	skip(vcpu);
}

void ax_arch_vcpu_hypercall_done(struct ax_arch_vcpu *vcpu, const uint64_t *result, unsigned n)
{
	for (unsigned i = 0; i < n && i < 4; i++) {
		vcpu->x[i] = result[i];
	}
	/* HVC returns behind itself, a trapped SMC to itself (D1.3.5). */
	if (ESR_EC(vcpu->esr) == EC_SMC64) {
		skip(vcpu);
	}
}

void ax_arch_vcpu_halt_done(struct ax_arch_vcpu *vcpu)
{
	skip(vcpu);
}
