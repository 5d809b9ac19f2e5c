/* SPDX-License-Identifier: Apache-2.0 */
/* System-register access and the bits Axle uses, by the names of the Arm ARM (DDI 0487, D19 and D24). */
#ifndef AX_AARCH64_SYSREG_H
#define AX_AARCH64_SYSREG_H

#include <ax/types.h>

/* `reg` may itself be a macro: registers below are given by encoding. */
#define AX_MRS(reg)                                                                                                    \
	({                                                                                                             \
		uint64_t v_;                                                                                           \
		__asm__ volatile("mrs %0, " AX_STRING(reg) : "=r"(v_));                                                \
		v_;                                                                                                    \
	})
#define AX_MSR(reg, val) __asm__ volatile("msr " AX_STRING(reg) ", %x0" : : "rZ"((uint64_t)(val)))
#define AX_STRING(x) AX_STRING_(x)
#define AX_STRING_(x) #x

#define ax_isb() __asm__ volatile("isb" : : : "memory")
#define ax_dsb(domain) __asm__ volatile("dsb " #domain : : : "memory")

/* GICv3 CPU and hypervisor interface, by encoding: older assemblers lack the names. */
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_BPR1_EL1 S3_0_C12_C12_3
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICH_HCR_EL2 S3_4_C12_C11_0
#define ICH_VTR_EL2 S3_4_C12_C11_1
#define ICH_MISR_EL2 S3_4_C12_C11_2
#define ICH_VMCR_EL2 S3_4_C12_C11_7
#define ICH_AP0R0_EL2 S3_4_C12_C8_0
#define ICH_AP0R1_EL2 S3_4_C12_C8_1
#define ICH_AP0R2_EL2 S3_4_C12_C8_2
#define ICH_AP0R3_EL2 S3_4_C12_C8_3
#define ICH_AP1R0_EL2 S3_4_C12_C9_0
#define ICH_AP1R1_EL2 S3_4_C12_C9_1
#define ICH_AP1R2_EL2 S3_4_C12_C9_2
#define ICH_AP1R3_EL2 S3_4_C12_C9_3
#define ICH_LR0_EL2 S3_4_C12_C12_0
#define ICH_LR1_EL2 S3_4_C12_C12_1
#define ICH_LR2_EL2 S3_4_C12_C12_2
#define ICH_LR3_EL2 S3_4_C12_C12_3
#define ICH_LR4_EL2 S3_4_C12_C12_4
#define ICH_LR5_EL2 S3_4_C12_C12_5
#define ICH_LR6_EL2 S3_4_C12_C12_6
#define ICH_LR7_EL2 S3_4_C12_C12_7
#define ICH_LR8_EL2 S3_4_C12_C13_0
#define ICH_LR9_EL2 S3_4_C12_C13_1
#define ICH_LR10_EL2 S3_4_C12_C13_2
#define ICH_LR11_EL2 S3_4_C12_C13_3
#define ICH_LR12_EL2 S3_4_C12_C13_4
#define ICH_LR13_EL2 S3_4_C12_C13_5
#define ICH_LR14_EL2 S3_4_C12_C13_6
#define ICH_LR15_EL2 S3_4_C12_C13_7

/* HCR_EL2, D19.2.48 */
#define HCR_VM AX_BIT(0)
#define HCR_PTW AX_BIT(2)
#define HCR_FMO AX_BIT(3)
#define HCR_IMO AX_BIT(4)
#define HCR_AMO AX_BIT(5)
#define HCR_FB AX_BIT(9)
#define HCR_BSU_IS AX_BIT(10)
#define HCR_TWI AX_BIT(13)
#define HCR_TID1 AX_BIT(16)
#define HCR_TID3 AX_BIT(18)
#define HCR_TSC AX_BIT(19)
#define HCR_TIDCP AX_BIT(20)
#define HCR_TACR AX_BIT(21)
#define HCR_TSW AX_BIT(22)
#define HCR_RW AX_BIT(31)
#define HCR_TLOR AX_BIT(35)
#define HCR_TERR AX_BIT(36)
#define HCR_TEA AX_BIT(37)

/* What holds whenever EL2 runs host code: interrupts come to EL2, EL1 is AArch64. */
#define HCR_HOST (HCR_RW | HCR_AMO | HCR_IMO | HCR_FMO)

/* CPTR_EL2 without VHE, D19.2.35: SVE and trace trapped always, FP/SIMD by TFP. */
#define CPTR_RES1 0x33ffull
#define CPTR_TTA AX_BIT(20)
#define CPTR_TFP AX_BIT(10)
#define CPTR_GUEST (CPTR_RES1 | CPTR_TTA)

/* MDCR_EL2, D19.3.17: debug, OS lock, debug ROM and PMU registers trapped. */
#define MDCR_HPMN AX_MASK(4, 0)
#define MDCR_TPMCR AX_BIT(5)
#define MDCR_TPM AX_BIT(6)
#define MDCR_TDA AX_BIT(9)
#define MDCR_TDOSA AX_BIT(10)
#define MDCR_TDRA AX_BIT(11)

/* CNTHCTL_EL2 without VHE, D19.12.4 */
#define CNTHCTL_EL1PCTEN AX_BIT(0)

/* Timer control registers, D19.12 */
#define CNT_CTL_ENABLE AX_BIT(0)
#define CNT_CTL_IMASK AX_BIT(1)
#define CNT_CTL_ISTATUS AX_BIT(2)

/* SCTLR_EL2, D19.2.135 */
#define SCTLR_EL2_RES1 0x30c50830ull
#define SCTLR_M AX_BIT(0)
#define SCTLR_C AX_BIT(2)
#define SCTLR_SA AX_BIT(3)
#define SCTLR_I AX_BIT(12)
#define SCTLR_WXN AX_BIT(19)
/* SCTLR_EL1 at reset: the RES1 bits, everything off. */
#define SCTLR_EL1_RESET 0x30d00800ull

/* MAIR_EL2 of the host: index 0 normal write-back, 1 Device-nGnRE. */
#define MAIR_HOST 0x04ffull
#define MAIR_IDX_NORMAL 0u
#define MAIR_IDX_DEVICE 1u

/* PSTATE / SPSR, C5.2.18 */
#define PSTATE_EL1H 0x5ull
#define PSTATE_EL2H 0x9ull
#define PSTATE_MODE 0xfull
#define PSTATE_AARCH32 AX_BIT(4)
#define PSTATE_DAIF 0x3c0ull

/* ESR_ELx, D19.2.40 */
#define ESR_EC(esr) AX_FIELD_GET(esr, 31, 26)
#define ESR_IL AX_BIT(25)
#define EC_UNKNOWN 0x00u
#define EC_WFX 0x01u
#define EC_FP 0x07u
#define EC_HVC64 0x16u
#define EC_SMC64 0x17u
#define EC_SYSREG 0x18u
#define EC_IABT_LOW 0x20u
#define EC_IABT_SAME 0x21u
#define EC_DABT_LOW 0x24u
#define EC_DABT_SAME 0x25u

/* GICv3 list register, IHI 0069 12.5.6 */
#define LR_PENDING AX_BIT(62)
#define LR_ACTIVE AX_BIT(63)
#define LR_HW AX_BIT(61)
#define LR_GROUP1 AX_BIT(60)
#define LR_EOI AX_BIT(41)
#define ICH_HCR_EN AX_BIT(0)
#define ICH_HCR_UIE AX_BIT(1)

#endif
