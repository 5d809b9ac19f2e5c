/* SPDX-License-Identifier: Apache-2.0 */
/* The vCPU of a host without VHE: life, load and put, run, registers (contract: ax/arch/vcpu.h). */
#include "vcpu_state.h"

#include <ax/err.h>

#include <string.h>

_Static_assert(offsetof(struct ax_arch_vcpu, x) == GUEST_X, "switch.S");
_Static_assert(offsetof(struct ax_arch_vcpu, pc) == GUEST_PC, "switch.S");
_Static_assert(offsetof(struct ax_arch_vcpu, pstate) == GUEST_PSTATE, "switch.S");
_Static_assert(offsetof(struct guest_fp, v) == FP_V, "fpsimd.S");
_Static_assert(offsetof(struct guest_fp, fpsr) == FP_FPSR, "fpsimd.S");

#define HCR_GUEST                                                                                                      \
	(HCR_HOST | HCR_VM | HCR_PTW | HCR_FB | HCR_BSU_IS | HCR_TWI | HCR_TID1 | HCR_TID3 | HCR_TSC | HCR_TIDCP |     \
	 HCR_TACR | HCR_TSW | HCR_TLOR | HCR_TERR | HCR_TEA)
#define MDCR_GUEST (MDCR_TPMCR | MDCR_TPM | MDCR_TDA | MDCR_TDOSA | MDCR_TDRA)

static struct ax_arch_caps caps = {.name = "aarch64-nvhe", .firmware = "psci"};

const struct ax_arch_caps *ax_arch_caps(void)
{
	caps.gpa_bits = ax_arm_stage2_pa_bits();
	caps.id_bits = 8;
	caps.irq_slots = ax_arm_gich_lrs();
	return &caps;
}

/* Once, on the CPU that is enabled first. */
static int claim_interrupts(void)
{
	static bool claimed;
	int err = claimed ? AX_OK : ax_arm_gtimer_init();

	err = err || claimed ? err : ax_arm_gich_claim();
	claimed = true;
	return err;
}

int ax_arch_cpu_enable(void)
{
	int err = claim_interrupts();

	if (err) {
		return err;
	}
	ax_arm_gich_init();
	/* HPMN as it is: all counters stay EL1's, and are trapped. */
	AX_MSR(mdcr_el2, MDCR_GUEST | (AX_MRS(mdcr_el2) & MDCR_HPMN));
	AX_MSR(cnthctl_el2, CNTHCTL_EL1PCTEN);
	AX_MSR(hstr_el2, 0);
	AX_MSR(vpidr_el2, AX_MRS(midr_el1));
	ax_arm_gtimer_enable(true);
	ax_isb();
	return AX_OK;
}

void ax_arch_cpu_disable(void)
{
	ax_arm_gtimer_enable(false);
	AX_MSR(vttbr_el2, 0);
	AX_MSR(hcr_el2, HCR_HOST);
	ax_isb();
}

int ax_arch_vcpu_create(const struct ax_arch_vcpu_config *config, struct ax_arch_vcpu **out)
{
	struct ax_arch_vcpu *vcpu = ax_port_alloc(sizeof(*vcpu));

	if (!vcpu) {
		return AX_ENOMEM;
	}
	vcpu->mpidr = config->hw_id | AX_BIT(31);
	vcpu->npt = config->npt;
	vcpu->vtcr = ax_arm_stage2_vtcr(config->format);
	*out = vcpu;
	return AX_OK;
}

void ax_arch_vcpu_destroy(struct ax_arch_vcpu *vcpu)
{
	ax_port_free(vcpu, sizeof(*vcpu));
}

void ax_arch_vcpu_reset(struct ax_arch_vcpu *vcpu, const struct ax_arch_entry *entry)
{
	static const uint64_t reset[REG_COUNT] = {
#define X(name, value) [REG_##name] = (value),
		GUEST_SYSREGS(X)
#undef X
	};

	memset(vcpu->x, 0, sizeof(vcpu->x));
	memcpy(vcpu->x, entry->arg, sizeof(entry->arg));
	vcpu->pc = entry->pc;
	vcpu->pstate = PSTATE_EL1H | PSTATE_DAIF;
	memcpy(vcpu->sysreg, reset, sizeof(reset));
	memset(vcpu->shadow, 0, sizeof(vcpu->shadow));
	memset(&vcpu->fp, 0, sizeof(vcpu->fp));
	vcpu->fp_loaded = false;
	ax_arm_gich_reset(vcpu);
}

#define MAX_CPUS 64u

/*
 * The VM's vCPUs share a VMID, so on one CPU one's translations (global, or of an ASID with other tables) would serve
 * the other. They go when another vCPU of the VM comes to the CPU (Arm ARM D8.14.3: entries are per PE).
 */
static void forget_sibling(const struct ax_arch_vcpu *vcpu)
{
	static const struct ax_arch_vcpu *last[MAX_CPUS];
	static uint64_t last_vttbr[MAX_CPUS];
	unsigned cpu = ax_port_cpu();
	uint64_t vttbr = ax_arm_vttbr(vcpu->npt);

	if (last_vttbr[cpu] == vttbr && last[cpu] != vcpu) {
		ax_isb();
		__asm__ volatile("tlbi vmalle1" : : : "memory");
		ax_dsb(nsh);
	}
	last_vttbr[cpu] = vttbr;
	last[cpu] = vcpu;
}

void ax_arch_vcpu_load(struct ax_arch_vcpu *vcpu)
{
#define X(name, reset) AX_MSR(name, vcpu->sysreg[REG_##name]);
	/* The offset first: the timer's condition depends on it. */
	AX_MSR(cntvoff_el2, vcpu->cntvoff);
	GUEST_SYSREGS(X)
#undef X
	AX_MSR(vmpidr_el2, vcpu->mpidr);
	AX_MSR(vtcr_el2, vcpu->vtcr);
	AX_MSR(vttbr_el2, ax_arm_vttbr(vcpu->npt));
	forget_sibling(vcpu);
	AX_MSR(cptr_el2, CPTR_GUEST | CPTR_TFP);
	AX_MSR(hcr_el2, HCR_GUEST);
	ax_arm_gich_load(vcpu);
	vcpu->loaded = true;
	ax_isb();
}

void ax_arch_vcpu_put(struct ax_arch_vcpu *vcpu)
{
	if (vcpu->fp_loaded) {
		AX_MSR(cptr_el2, CPTR_GUEST);
		ax_isb();
		ax_arm_fp_save(&vcpu->fp);
		vcpu->fp_loaded = false;
	}
	AX_MSR(cptr_el2, CPTR_GUEST | CPTR_TFP);
	ax_arm_gich_put(vcpu);
#define X(name, reset) vcpu->sysreg[REG_##name] = AX_MRS(name);
	GUEST_SYSREGS(X)
#undef X
	AX_MSR(cntv_ctl_el0, 0);
	AX_MSR(hcr_el2, HCR_HOST);
	vcpu->loaded = false;
	ax_isb();
}

void ax_arch_vcpu_run(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	unsigned trap;

	ax_arm_gich_rearm(vcpu);
	do {
		trap = ax_arm_enter(vcpu);
		ax_arm_decode(vcpu, trap, exit);
	} while (exit->reason == AX_EXIT_NONE);
}

void ax_arch_vcpu_set_time_offset(struct ax_arch_vcpu *vcpu, int64_t ticks)
{
	vcpu->cntvoff = (uint64_t)-ticks;
}

static uint64_t *reg_slot(struct ax_arch_vcpu *vcpu, unsigned reg)
{
	switch (reg) {
	case AX_REG_PC:
		return &vcpu->pc;
	case AX_REG_STATUS:
		return &vcpu->pstate;
	case AX_REG_SP:
		return &vcpu->sysreg[REG_sp_el1];
	default:
		return reg >= AX_REG_GPR0 && reg < AX_REG_GPR0 + 31 ? &vcpu->x[reg - AX_REG_GPR0] : NULL;
	}
}

int ax_arch_vcpu_get_reg(const struct ax_arch_vcpu *vcpu, unsigned reg, uint64_t *value)
{
	const uint64_t *slot = reg_slot((struct ax_arch_vcpu *)vcpu, reg);

	if (!slot) {
		return AX_ENOENT;
	}
	*value = reg == AX_REG_SP ? GUEST_REG_GET(vcpu, sp_el1) : *slot;
	return AX_OK;
}

int ax_arch_vcpu_set_reg(struct ax_arch_vcpu *vcpu, unsigned reg, uint64_t value)
{
	uint64_t *slot = reg_slot(vcpu, reg);

	if (!slot) {
		return AX_ENOENT;
	}
	*slot = value;
	return AX_OK;
}
