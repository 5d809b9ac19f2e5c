/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vCPU's state outside the hardware, and the helpers that reach a register where it lives now: in the CPU while the
 * vCPU is loaded, in memory otherwise.
 */
#ifndef AX_AARCH64_VCPU_STATE_H
#define AX_AARCH64_VCPU_STATE_H

/* Offsets used by switch.S and fpsimd.S, asserted in vcpu.c. */
#define GUEST_X 0
#define GUEST_PC 248
#define GUEST_PSTATE 256
#define FP_V 0
#define FP_FPSR 512

#ifndef __ASSEMBLER__
#include <ax/aarch64/sysreg.h>
#include <ax/arch/vcpu.h>
#include <ax/port.h>

/* EL0/EL1 registers switched on load and put: (name, reset value). */
#define GUEST_SYSREGS(X)                                                                                               \
	X(sctlr_el1, SCTLR_EL1_RESET)                                                                                  \
	X(cpacr_el1, 0)                                                                                                \
	X(ttbr0_el1, 0)                                                                                                \
	X(ttbr1_el1, 0)                                                                                                \
	X(tcr_el1, 0)                                                                                                  \
	X(mair_el1, 0)                                                                                                 \
	X(amair_el1, 0)                                                                                                \
	X(contextidr_el1, 0)                                                                                           \
	X(vbar_el1, 0)                                                                                                 \
	X(esr_el1, 0)                                                                                                  \
	X(far_el1, 0)                                                                                                  \
	X(afsr0_el1, 0)                                                                                                \
	X(afsr1_el1, 0)                                                                                                \
	X(par_el1, 0)                                                                                                  \
	X(elr_el1, 0)                                                                                                  \
	X(spsr_el1, 0)                                                                                                 \
	X(sp_el0, 0)                                                                                                   \
	X(sp_el1, 0)                                                                                                   \
	X(tpidr_el0, 0)                                                                                                \
	X(tpidrro_el0, 0)                                                                                              \
	X(tpidr_el1, 0)                                                                                                \
	X(cntkctl_el1, 0)                                                                                              \
	X(csselr_el1, 0)                                                                                               \
	X(cntv_cval_el0, 0)                                                                                            \
	X(cntv_ctl_el0, 0)

enum guest_sysreg {
#define X(name, reset) REG_##name,
	GUEST_SYSREGS(X)
#undef X
		REG_COUNT
};

/* Registers that are trapped and only remembered. */
enum guest_shadow { SHADOW_MDSCR, SHADOW_ACTLR, SHADOW_COUNT };

#define MAX_LRS 16u
#define MAX_APRS 4u

struct guest_fp {
	__extension__ unsigned __int128 v[32];
	uint64_t fpsr, fpcr;
};

struct ax_arch_vcpu {
	uint64_t x[31]; /* first: switch.S */
	uint64_t pc, pstate;
	uint64_t esr, far; /* of the last exit (far: of the last abort) */
	bool loaded;
	bool fp_loaded; /* the FP registers hold this guest's values */
	uint64_t sysreg[REG_COUNT];
	uint64_t shadow[SHADOW_COUNT];
	uint64_t mpidr;
	uint64_t cntvoff;
	const struct ax_npt_tag *npt;
	uint64_t vtcr;

	/* GIC virtual CPU interface */
	uint32_t lr_used; /* bit n: list register n is not empty */
	bool notify_free;
	uint64_t lr[MAX_LRS];
	uint64_t vmcr;
	uint64_t ap0r[MAX_APRS], ap1r[MAX_APRS];

	struct guest_fp fp;
};

/* switch.S: enters the guest; returns the kind of exit. */
enum guest_trap { TRAP_SYNC, TRAP_IRQ, TRAP_SERROR = 3 };
unsigned ax_arm_enter(struct ax_arch_vcpu *vcpu);

/* fpsimd.S */
void ax_arm_fp_save(struct guest_fp *fp);
void ax_arm_fp_restore(const struct guest_fp *fp);

#define GUEST_REG_GET(vcpu, name) ((vcpu)->loaded ? AX_MRS(name) : (vcpu)->sysreg[REG_##name])
#define GUEST_REG_SET(vcpu, name, value)                                                                               \
	do {                                                                                                           \
		if ((vcpu)->loaded) {                                                                                  \
			AX_MSR(name, value);                                                                           \
		} else {                                                                                               \
			(vcpu)->sysreg[REG_##name] = (value);                                                          \
		}                                                                                                      \
	} while (0)

/* General register n of an instruction: 31 is XZR. */
static inline uint64_t guest_reg_get(const struct ax_arch_vcpu *vcpu, unsigned n)
{
	return n < 31 ? vcpu->x[n] : 0;
}

static inline void guest_reg_set(struct ax_arch_vcpu *vcpu, unsigned n, uint64_t value)
{
	if (n < 31) {
		vcpu->x[n] = value;
	}
}

/* decode.c: *exit from the syndrome. */
void ax_arm_decode(struct ax_arch_vcpu *vcpu, unsigned trap, struct ax_exit *exit);
/* trap_sysreg.c: true when the access was answered here. */
bool ax_arm_trap_sysreg(struct ax_arch_vcpu *vcpu, struct ax_exit_sysreg *access);
/* inject.c */
void ax_arm_inject_undef(struct ax_arch_vcpu *vcpu);
/* gich.c */
int ax_arm_gich_claim(void);
void ax_arm_gich_init(void);
unsigned ax_arm_gich_lrs(void);
void ax_arm_gich_reset(struct ax_arch_vcpu *vcpu);
void ax_arm_gich_load(struct ax_arch_vcpu *vcpu);
void ax_arm_gich_put(struct ax_arch_vcpu *vcpu);
/* Before each entry: after a maintenance interrupt the interface is off. */
void ax_arm_gich_rearm(const struct ax_arch_vcpu *vcpu);
/* gtimer.c */
int ax_arm_gtimer_init(void);
void ax_arm_gtimer_enable(bool on);
/* stage2.c */
uint64_t ax_arm_stage2_vtcr(const struct ax_npt_format *format);
unsigned ax_arm_stage2_pa_bits(void);

static inline uint64_t ax_arm_vttbr(const struct ax_npt_tag *tag)
{
	return tag->root.v | AX_FIELD(tag->id, 63, 48);
}

#endif
#endif
