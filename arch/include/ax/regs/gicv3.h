/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GICv3 memory-mapped registers (Arm IHI 0069, chapter 12), shared by the host's driver and the guest's model. Names
 * are the manual's, which describes them in alphabetical order within the section named here. Offsets are from the
 * frame's base; a register with an entry for each interrupt has its first offset here.
 */
#ifndef AX_REGS_GICV3_H
#define AX_REGS_GICV3_H

#include <ax/types.h>

/* ---- interrupt numbers (2.2) ---- */

#define AX_GIC_SGIS 16u    /* 0..15 */
#define AX_GIC_PRIVATE 32u /* SGIs, then PPIs 16..31 */
#define AX_GIC_SPI_END 1020u
#define AX_GIC_INTID_SPURIOUS 1023u

/* ---- distributor, GICD_* (map 12.8, registers 12.9) ---- */

#define AX_GICD_SIZE 0x10000u

#define AX_GICD_CTLR 0x0000u
#define AX_GICD_TYPER 0x0004u
#define AX_GICD_IIDR 0x0008u
#define AX_GICD_TYPER2 0x000cu
#define AX_GICD_STATUSR 0x0010u
#define AX_GICD_SETSPI_NSR 0x0040u
#define AX_GICD_CLRSPI_NSR 0x0048u
#define AX_GICD_IGROUPR 0x0080u    /* 1 bit an interrupt */
#define AX_GICD_ISENABLER 0x0100u  /* 1 bit */
#define AX_GICD_ICENABLER 0x0180u  /* 1 bit */
#define AX_GICD_ISPENDR 0x0200u    /* 1 bit */
#define AX_GICD_ICPENDR 0x0280u    /* 1 bit */
#define AX_GICD_ISACTIVER 0x0300u  /* 1 bit */
#define AX_GICD_ICACTIVER 0x0380u  /* 1 bit */
#define AX_GICD_IPRIORITYR 0x0400u /* 8 bits */
#define AX_GICD_ITARGETSR 0x0800u  /* 8 bits; RES0 with affinity routing */
#define AX_GICD_ICFGR 0x0c00u      /* 2 bits */
#define AX_GICD_IGRPMODR 0x0d00u   /* 1 bit */
#define AX_GICD_NSACR 0x0e00u      /* 2 bits */
#define AX_GICD_SGIR 0x0f00u
#define AX_GICD_IROUTER 0x6000u /* 64 bits; the first SPI's is at 0x6100 */
#define AX_GICD_IROUTER_SPI 0x6100u
#define AX_GICD_IROUTER_END 0x7fe0u
#define AX_GICD_ID_FIRST 0xffd0u /* identification registers to 0xfffc */
#define AX_GICD_PIDR2 0xffe8u

/* GICD_CTLR with one security state, or with GICD_CTLR.DS set. */
#define AX_GICD_CTLR_ENABLE_GRP0 AX_BIT(0)
#define AX_GICD_CTLR_ENABLE_GRP1 AX_BIT(1)
#define AX_GICD_CTLR_ARE AX_BIT(4)
#define AX_GICD_CTLR_DS AX_BIT(6)
#define AX_GICD_CTLR_E1NWF AX_BIT(7)
#define AX_GICD_CTLR_RWP AX_BIT(31)
/* GICD_CTLR as Non-secure software sees it with two security states. */
#define AX_GICD_CTLR_NS_ENABLE_GRP1 AX_BIT(0)
#define AX_GICD_CTLR_NS_ENABLE_GRP1A AX_BIT(1)
#define AX_GICD_CTLR_NS_ARE AX_BIT(4)

#define AX_GICD_TYPER_ITLINES(n) AX_FIELD(n, 4, 0) /* interrupts / 32 - 1 */
#define AX_GICD_TYPER_ITLINES_GET(typer) AX_FIELD_GET(typer, 4, 0)
#define AX_GICD_TYPER_SECURITY AX_BIT(10)
#define AX_GICD_TYPER_LPIS AX_BIT(17)
#define AX_GICD_TYPER_IDBITS(n) AX_FIELD(n, 23, 19) /* number of INTID bits - 1 */
#define AX_GICD_TYPER_A3V AX_BIT(24)
#define AX_GICD_TYPER_NO1N AX_BIT(25)
#define AX_GICD_TYPER_RSS AX_BIT(26)

/* GICD_IIDR and GICR_IIDR share a layout. */
#define AX_GIC_IIDR(product, variant, revision, implementer)                                                           \
	(AX_FIELD(product, 31, 24) | AX_FIELD(variant, 19, 16) | AX_FIELD(revision, 15, 12) |                          \
	 AX_FIELD(implementer, 11, 0))
#define AX_GIC_IMPLEMENTER_ARM 0x43bu

#define AX_GICD_IROUTER_IRM AX_BIT(31) /* any participating PE */
#define AX_GICD_IROUTER_AFFINITY (AX_MASK(39, 32) | AX_MASK(23, 0))

/* Two bits an interrupt in ICFGR; the upper one means edge. */
#define AX_GIC_ICFGR_EDGE 2u

/* GICD_PIDR2 and GICR_PIDR2. */
#define AX_GIC_PIDR2_ARCHREV(n) AX_FIELD(n, 7, 4)
#define AX_GIC_PIDR2_ARCHREV_GET(pidr2) AX_FIELD_GET(pidr2, 7, 4)
#define AX_GIC_ARCHREV_V3 3u
#define AX_GIC_ARCHREV_V4 4u

/* ---- redistributor, GICR_* (map 12.10, registers 12.11) ---- */

/* Two frames of 64 KiB a PE: RD_base, then SGI_base; GICv4 (GICR_TYPER.VLPIS) has two more. */
#define AX_GICR_FRAME 0x10000u
#define AX_GICR_SGI_BASE AX_GICR_FRAME
#define AX_GICR_SIZE 0x20000u
#define AX_GICR_SIZE_V4 0x40000u

#define AX_GICR_CTLR 0x0000u
#define AX_GICR_IIDR 0x0004u
#define AX_GICR_TYPER 0x0008u /* 64 bits */
#define AX_GICR_STATUSR 0x0010u
#define AX_GICR_WAKER 0x0014u
#define AX_GICR_PROPBASER 0x0070u /* 64 bits */
#define AX_GICR_PENDBASER 0x0078u /* 64 bits */
#define AX_GICR_SYNCR 0x00c0u
#define AX_GICR_ID_FIRST 0xffd0u
#define AX_GICR_PIDR2 0xffe8u

/* Offsets in SGI_base; the bit and field layout is the distributor's for interrupts 0..31. */
#define AX_GICR_IGROUPR0 0x0080u
#define AX_GICR_ISENABLER0 0x0100u
#define AX_GICR_ICENABLER0 0x0180u
#define AX_GICR_ISPENDR0 0x0200u
#define AX_GICR_ICPENDR0 0x0280u
#define AX_GICR_ISACTIVER0 0x0300u
#define AX_GICR_ICACTIVER0 0x0380u
#define AX_GICR_IPRIORITYR 0x0400u
#define AX_GICR_ICFGR0 0x0c00u
#define AX_GICR_ICFGR1 0x0c04u
#define AX_GICR_IGRPMODR0 0x0d00u
#define AX_GICR_NSACR 0x0e00u

#define AX_GICR_CTLR_ENABLE_LPIS AX_BIT(0)
#define AX_GICR_CTLR_RWP AX_BIT(3)
#define AX_GICR_CTLR_UWP AX_BIT(31)

#define AX_GICR_TYPER_PLPIS AX_BIT(0)
#define AX_GICR_TYPER_VLPIS AX_BIT(1)
#define AX_GICR_TYPER_LAST AX_BIT(4)
#define AX_GICR_TYPER_NUMBER(n) AX_FIELD(n, 23, 8)
#define AX_GICR_TYPER_AFFINITY(aff) AX_FIELD(aff, 63, 32) /* Aff3.Aff2.Aff1.Aff0, a byte each */
#define AX_GICR_TYPER_AFFINITY_GET(typer) AX_FIELD_GET(typer, 63, 32)

#define AX_GICR_WAKER_PROCESSOR_SLEEP AX_BIT(1)
#define AX_GICR_WAKER_CHILDREN_ASLEEP AX_BIT(2)

/* ---- software-generated interrupts, ICC_SGI1R_EL1, ICC_ASGI1R_EL1, ICC_SGI0R_EL1 (12.2) ---- */

#define AX_GIC_SGIR_LIST(v) AX_FIELD_GET(v, 15, 0)
#define AX_GIC_SGIR_AFF1(v) AX_FIELD_GET(v, 23, 16)
#define AX_GIC_SGIR_INTID(v) AX_FIELD_GET(v, 27, 24)
#define AX_GIC_SGIR_AFF2(v) AX_FIELD_GET(v, 39, 32)
#define AX_GIC_SGIR_IRM AX_BIT(40) /* all PEs but the sender */
#define AX_GIC_SGIR_RS(v) AX_FIELD_GET(v, 47, 44)
#define AX_GIC_SGIR_AFF3(v) AX_FIELD_GET(v, 55, 48)

/* MPIDR_EL1 affinity fields (39:32, 23:0) as the four bytes Aff3.Aff2.Aff1.Aff0. */
#define AX_GIC_AFFINITY(mpidr) (AX_FIELD_GET(mpidr, 39, 32) << 24 | AX_FIELD_GET(mpidr, 23, 0))

#endif
