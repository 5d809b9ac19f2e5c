/* SPDX-License-Identifier: Apache-2.0 */
/* GICR registers (Arm IHI 0069, 12.10 and 12.11): a pair of frames for each vCPU, without LPIs. */
#include "vgicv3_internal.h"

static uint64_t read_typer(const struct vgic_access *a)
{
	const struct vgic_cpu *cpu = a->redist;
	uint64_t last = cpu->index + 1u == a->gic->vcpus ? AX_GICR_TYPER_LAST : 0;

	return vgic_part(a, AX_GICR_TYPER_AFFINITY(cpu->affinity) | AX_GICR_TYPER_NUMBER(cpu->index) | last);
}

/*
 * The first registers, which are not arrays; TYPER is the only one of 64 bits. CTLR has no bit that means anything
 * without LPIs.
 */
static uint64_t read_control(struct vgic_access *a)
{
	if (AX_ALIGN_DOWN(a->at, 8) == AX_GICR_TYPER) {
		return read_typer(a);
	}
	if (a->width == 8) {
		return 0;
	}
	switch (a->at) {
	case AX_GICR_IIDR:
		return VGIC_IIDR;
	case AX_GICR_WAKER:
		return a->redist->waker;
	default:
		return 0;
	}
}

/* WAKER: ChildrenAsleep follows ProcessorSleep at once. Delivery does not depend on either. */
static void write_control(struct vgic_access *a, uint64_t value)
{
	bool sleep = value & AX_GICR_WAKER_PROCESSOR_SLEEP;

	if (a->at == AX_GICR_WAKER && a->width == 4) {
		a->redist->waker = sleep ? AX_GICR_WAKER_PROCESSOR_SLEEP | AX_GICR_WAKER_CHILDREN_ASLEEP : 0;
	}
}

/* PIDR4-7, PIDR0-3, CIDR0-3: a redistributor of an Arm GIC. */
static uint64_t read_id(struct vgic_access *a)
{
	static const uint8_t id[12] = {
		0x44, 0, 0, 0, 0x93, 0xb4, AX_GIC_PIDR2_ARCHREV(AX_GIC_ARCHREV_V3) | 0xb, 0, 0x0d, 0xf0, 0x05, 0xb1};

	return id[a->at / 4];
}

const struct vgic_map vgic_rd_map = {.block = {VGIC_ROW(AX_GICR_CTLR, 0x80, 0, VGIC_W4_8, read_control, write_control)},
				     .high = {{AX_GICR_ID_FIRST, AX_GICR_FRAME, 0, VGIC_W4, read_id, NULL}}};

const struct vgic_map vgic_sgi_map = {.block = {VGIC_BANK_ROWS}};
