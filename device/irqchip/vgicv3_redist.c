/* SPDX-License-Identifier: Apache-2.0 */
/* GICR registers (Arm IHI 0069, 12.10 and 12.11): a pair of frames for each vCPU, without LPIs. */
#include "vgicv3_internal.h"

static uint64_t read_typer(struct vgic_access *a)
{
	const struct vgic_cpu *cpu = a->redist;
	uint64_t last = cpu->index + 1u == a->gic->vcpus ? AX_GICR_TYPER_LAST : 0;

	return vgic_part(a, AX_GICR_TYPER_AFFINITY(cpu->affinity) | AX_GICR_TYPER_NUMBER(cpu->index) | last);
}

static uint64_t read_waker(struct vgic_access *a)
{
	return a->redist->waker;
}

/* ChildrenAsleep follows ProcessorSleep at once. Delivery does not depend on either. */
static void write_waker(struct vgic_access *a, uint64_t value)
{
	bool sleep = value & AX_GICR_WAKER_PROCESSOR_SLEEP;

	a->redist->waker = sleep ? AX_GICR_WAKER_PROCESSOR_SLEEP | AX_GICR_WAKER_CHILDREN_ASLEEP : 0;
}

/* PIDR4-7, PIDR0-3, CIDR0-3: a redistributor of an Arm GIC. */
static uint64_t read_id(struct vgic_access *a)
{
	static const uint8_t id[12] = {
	    0x44, 0, 0, 0, 0x93, 0xb4, AX_GIC_PIDR2_ARCHREV(AX_GIC_ARCHREV_V3) | 0xb, 0, 0x0d, 0xf0, 0x05, 0xb1};

	return id[a->at / 4];
}

#define SGI(offset) (AX_GICR_SGI_BASE + (offset))

/* GICR_CTLR has no bit that means anything without LPIs, and like all that is not named reads as zero. */
static const struct vgic_reg map[] = {
    {AX_GICR_IIDR, 0x0008, 0, VGIC_W4, vgic_read_iidr, NULL},
    {AX_GICR_TYPER, 0x0010, 0, VGIC_W4_8, read_typer, NULL},
    {AX_GICR_WAKER, 0x0018, 0, VGIC_W4, read_waker, write_waker},
    {AX_GICR_ID_FIRST, 0x10000, 0, VGIC_W4, read_id, NULL},
    {SGI(AX_GICR_IGROUPR0), SGI(0x0084), 4, VGIC_W4, vgic_read_group, vgic_write_group},
    {SGI(AX_GICR_ISENABLER0), SGI(0x0104), 4, VGIC_W4, vgic_read_enable, vgic_set_enable},
    {SGI(AX_GICR_ICENABLER0), SGI(0x0184), 4, VGIC_W4, vgic_read_enable, vgic_clear_enable},
    {SGI(AX_GICR_ISPENDR0), SGI(0x0204), 4, VGIC_W4, vgic_read_pending, vgic_set_pending},
    {SGI(AX_GICR_ICPENDR0), SGI(0x0284), 4, VGIC_W4, vgic_read_pending, vgic_clear_pending},
    {SGI(AX_GICR_ISACTIVER0), SGI(0x0304), 4, VGIC_W4, vgic_read_active, vgic_set_active},
    {SGI(AX_GICR_ICACTIVER0), SGI(0x0384), 4, VGIC_W4, vgic_read_active, vgic_clear_active},
    {SGI(AX_GICR_IPRIORITYR), SGI(0x0420), 32, VGIC_W1_4, vgic_read_priority, vgic_write_priority},
    {SGI(AX_GICR_ICFGR0), SGI(0x0c08), 8, VGIC_W4, vgic_read_config, vgic_write_config},
};

/* The bus keeps offset within the resource, which is vcpus pairs of frames long. */
uint64_t vgic_redist_read(struct vgic_access *a, uint64_t offset)
{
	a->redist = &a->gic->cpu[offset / AX_GICR_SIZE];
	return vgic_reg_read(map, AX_ARRAY_SIZE(map), a, offset % AX_GICR_SIZE);
}

void vgic_redist_write(struct vgic_access *a, uint64_t offset, uint64_t value)
{
	a->redist = &a->gic->cpu[offset / AX_GICR_SIZE];
	vgic_reg_write(map, AX_ARRAY_SIZE(map), a, offset % AX_GICR_SIZE, value);
}
