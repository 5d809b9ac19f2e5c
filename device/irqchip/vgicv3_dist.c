/* SPDX-License-Identifier: Apache-2.0 */
/* GICD registers (Arm IHI 0069, 12.8 and 12.9), as one security state with affinity routing has them. */
#include "vgicv3_internal.h"

#define GROUPS (AX_GICD_CTLR_ENABLE_GRP0 | AX_GICD_CTLR_ENABLE_GRP1)

/* ARE is read-as-one, write-ignored; writes take effect at once, so RWP is zero. */
static uint64_t read_ctlr(const struct vgic *gic)
{
	return atomic_load_explicit(&gic->ctlr, memory_order_relaxed) | AX_GICD_CTLR_ARE | AX_GICD_CTLR_DS;
}

static void write_ctlr(struct vgic_access *a, uint64_t value)
{
	struct vgic *gic = a->gic;
	unsigned long irq_state = ax_port_lock(&gic->lock);
	uint32_t groups = (uint32_t)(value & GROUPS);

	if (gic->ctlr != groups) {
		gic->ctlr = groups;
		gic->hot = vgic_all_banks(gic);
		for (unsigned i = 0; i < gic->vcpus; i++) {
			atomic_store_explicit(&gic->cpu[i].dirty, true, memory_order_relaxed);
			a->kick |= AX_BIT(i);
		}
	}
	ax_port_unlock(&gic->lock, irq_state);
}

static uint64_t read_typer(const struct vgic *gic)
{
	return AX_GICD_TYPER_ITLINES(gic->spi_banks) | AX_GICD_TYPER_IDBITS(9) | AX_GICD_TYPER_A3V | AX_GICD_TYPER_RSS;
}

/* The first registers, which are not arrays. */
static uint64_t read_control(struct vgic_access *a)
{
	switch (a->at) {
	case AX_GICD_CTLR:
		return read_ctlr(a->gic);
	case AX_GICD_TYPER:
		return read_typer(a->gic);
	case AX_GICD_IIDR:
		return VGIC_IIDR;
	default:
		return 0;
	}
}

static void write_control(struct vgic_access *a, uint64_t value)
{
	if (a->at == AX_GICD_CTLR) {
		write_ctlr(a, value);
	}
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
const struct vgic_map vgic_dist_map = {
	.block = {VGIC_ROW(AX_GICD_CTLR, 0x80, 0, VGIC_W4, read_control, write_control), VGIC_BANK_ROWS},
	.high = {{AX_GICD_IROUTER, AX_GICD_IROUTER_END, 256, VGIC_W4_8, read_route, write_route},
		 {AX_GICD_ID_FIRST, AX_GICD_SIZE, 0, VGIC_W4, read_id, NULL}}};
