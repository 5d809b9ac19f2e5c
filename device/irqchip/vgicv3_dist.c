/* SPDX-License-Identifier: Apache-2.0 */
/* GICD registers (Arm IHI 0069, 12.8 and 12.9), as one security state with affinity routing has them. */
#include "vgicv3_internal.h"

#define GROUPS (AX_GICD_CTLR_ENABLE_GRP0 | AX_GICD_CTLR_ENABLE_GRP1)

/* ARE is read-as-one, write-ignored; writes take effect at once, so RWP is zero. */
static uint64_t read_ctlr(struct vgic_access *a)
{
	return atomic_load_explicit(&a->gic->ctlr, memory_order_relaxed) | AX_GICD_CTLR_ARE | AX_GICD_CTLR_DS;
}

static void write_ctlr(struct vgic_access *a, uint64_t value)
{
	struct vgic *gic = a->gic;
	unsigned long irq_state = ax_port_lock(&gic->lock);
	uint32_t groups = (uint32_t)(value & GROUPS);

	if (gic->ctlr != groups) {
		gic->ctlr = groups;
		for (unsigned i = 0; i < gic->vcpus; i++) {
			atomic_store_explicit(&gic->cpu[i].dirty, true, memory_order_relaxed);
			a->kick |= AX_BIT(i);
		}
	}
	ax_port_unlock(&gic->lock, irq_state);
}

static uint64_t read_typer(struct vgic_access *a)
{
	return AX_GICD_TYPER_ITLINES(a->gic->spi_banks) | AX_GICD_TYPER_IDBITS(9) | AX_GICD_TYPER_A3V |
	       AX_GICD_TYPER_RSS;
}

static uint64_t read_route(struct vgic_access *a)
{
	size_t first = (size_t)(a->bank - a->gic->spi) * VGIC_BANK;

	return vgic_part(a, a->gic->route[first + a->at / 8]);
}

static void write_route(struct vgic_access *a, uint64_t value)
{
	unsigned n = a->at / 8;
	uint64_t *route = &a->gic->route[(size_t)(a->bank - a->gic->spi) * VGIC_BANK + n];

	if (!(a->bank->valid & 1u << n)) {
		return;
	}
	*route = vgic_merge(a, *route, value) & (AX_GICD_IROUTER_IRM | AX_GICD_IROUTER_AFFINITY);
	a->bank->target[n] = vgic_route_target(a->gic, *route);
	vgic_touch(a->gic, a->bank, 1u << n, &a->kick);
}

/* PIDR4-7, PIDR0-3, CIDR0-3: a distributor of an Arm GIC, architecture revision in PIDR2. */
static uint64_t read_id(struct vgic_access *a)
{
	static const uint8_t id[12] = {
	    0x44, 0, 0, 0, 0x92, 0xb4, AX_GIC_PIDR2_ARCHREV(AX_GIC_ARCHREV_V3) | 0xb, 0, 0x0d, 0xf0, 0x05, 0xb1};

	return id[a->at / 4];
}

/* IGRPMODR, NSACR, ITARGETSR and SGIR are RES0 here, and like all that is not named read as zero. */
static const struct vgic_reg map[] = {
    {AX_GICD_CTLR, 0x0004, 0, VGIC_W4, read_ctlr, write_ctlr},
    {AX_GICD_TYPER, 0x0008, 0, VGIC_W4, read_typer, NULL},
    {AX_GICD_IIDR, 0x000c, 0, VGIC_W4, vgic_read_iidr, NULL},
    {AX_GICD_IGROUPR, 0x0100, 4, VGIC_W4, vgic_read_group, vgic_write_group},
    {AX_GICD_ISENABLER, 0x0180, 4, VGIC_W4, vgic_read_enable, vgic_set_enable},
    {AX_GICD_ICENABLER, 0x0200, 4, VGIC_W4, vgic_read_enable, vgic_clear_enable},
    {AX_GICD_ISPENDR, 0x0280, 4, VGIC_W4, vgic_read_pending, vgic_set_pending},
    {AX_GICD_ICPENDR, 0x0300, 4, VGIC_W4, vgic_read_pending, vgic_clear_pending},
    {AX_GICD_ISACTIVER, 0x0380, 4, VGIC_W4, vgic_read_active, vgic_set_active},
    {AX_GICD_ICACTIVER, 0x0400, 4, VGIC_W4, vgic_read_active, vgic_clear_active},
    {AX_GICD_IPRIORITYR, 0x0800, 32, VGIC_W1_4, vgic_read_priority, vgic_write_priority},
    {AX_GICD_ICFGR, 0x0d00, 8, VGIC_W4, vgic_read_config, vgic_write_config},
    {AX_GICD_IROUTER, AX_GICD_IROUTER_END, 256, VGIC_W4_8, read_route, write_route},
    {AX_GICD_ID_FIRST, 0x10000, 0, VGIC_W4, read_id, NULL},
};

uint64_t vgic_dist_read(struct vgic_access *a, uint64_t offset)
{
	return vgic_reg_read(map, AX_ARRAY_SIZE(map), a, offset);
}

void vgic_dist_write(struct vgic_access *a, uint64_t offset, uint64_t value)
{
	vgic_reg_write(map, AX_ARRAY_SIZE(map), a, offset, value);
}
