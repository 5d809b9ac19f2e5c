/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 model: creation, the bus side, and the side of lines and vCPUs. vgicv3_internal.h has the map of its files. */
#include "vgicv3_internal.h"

#include <ax/regs/arm_sysreg.h>
#include <string.h>

enum { RES_DIST, RES_REDIST, RES_SGI, RESOURCES };

#define SGI_REGS 3u /* ICC_SGI1R_EL1, ICC_ASGI1R_EL1, ICC_SGI0R_EL1, in the order of their ids */

/* ---- notification ---- */

void vgic_touch(struct vgic *gic, const struct vgic_bank *bank, uint32_t bits, uint64_t *kick)
{
	bits &= bank->loaded | bank->active | vgic_deliverable(gic, bank);
	if (!bits) {
		return;
	}
	gic->hot |= bank->hot;
	for (; bits; bits &= bits - 1) {
		unsigned owner = vgic_owner(bank, (unsigned)__builtin_ctz(bits));

		if (owner != VGIC_NOBODY) {
			atomic_store_explicit(&gic->cpu[owner].dirty, true, memory_order_relaxed);
			*kick |= AX_BIT(owner);
		}
	}
}

void vgic_send_kicks(struct vgic *gic, uint64_t kick)
{
	for (; kick; kick &= kick - 1) {
		gic->chip.port->kick(gic->chip.port_ctx, (unsigned)__builtin_ctzll(kick));
	}
}

/* ---- bus side ---- */

/* Which frame an access is to, and what is left of its offset. The bus keeps it within the resource. */
static inline const struct vgic_map *frame_of(struct vgic_access *a, const struct ax_access *access, uint32_t *offset)
{
	a->bank = NULL;
	a->redist = NULL;
	a->kick = 0;
	a->width = access->width;
	a->vcpu = access->vcpu;
	*offset = (uint32_t)access->offset;
	if (access->resource == RES_DIST) {
		return &vgic_dist_map;
	}
	a->redist = &a->gic->cpu[*offset / AX_GICR_SIZE];
	*offset %= AX_GICR_FRAME;
	return access->offset & AX_GICR_SGI_BASE ? &vgic_sgi_map : &vgic_rd_map;
}

static int vgic_read(struct ax_device *dev, struct ax_access *access)
{
	struct vgic_access a;
	const struct vgic_map *map;
	uint32_t offset;

	a.gic = vgic_of_device(dev);
	if (access->vcpu >= a.gic->vcpus || access->resource >= RES_SGI) {
		return AX_EINVAL;
	}
	map = frame_of(&a, access, &offset);
	access->data = vgic_reg_read(map, &a, offset);
	vgic_kick(a.gic, a.kick);
	return AX_OK;
}

/* The accessing vCPU is out of the guest and will look at its interrupts before it goes back: no kick for it. */
static int vgic_write(struct ax_device *dev, const struct ax_access *access)
{
	struct vgic_access a;
	const struct vgic_map *map;
	uint32_t offset;

	a.gic = vgic_of_device(dev);
	if (access->vcpu >= a.gic->vcpus) {
		return AX_EINVAL;
	}
	if (access->resource == RES_SGI) {
		vgic_send_sgi(a.gic, access->vcpu, access->data, access->offset == 0);
		return AX_OK;
	}
	map = frame_of(&a, access, &offset);
	vgic_reg_write(map, &a, offset, access->data);
	vgic_kick(a.gic, a.kick & ~AX_BIT(access->vcpu));
	return AX_OK;
}

/* ---- lines and vCPUs ---- */

static bool exists(const struct vgic *gic, unsigned vcpu, unsigned intid)
{
	if (intid < AX_GIC_PRIVATE) {
		return vcpu < gic->vcpus;
	}
	return intid / VGIC_BANK <= gic->spi_banks && (gic->spi[intid / VGIC_BANK - 1].valid >> intid % VGIC_BANK & 1);
}

static void line_moved(struct vgic *gic, struct vgic_bank *bank, uint32_t bit, bool level, uint64_t *kick)
{
	if (bank->edge & bit) {
		bank->latch |= level ? bit : 0;
		vgic_touch(gic, bank, level ? bit : 0, kick);
		return;
	}
	vgic_touch(gic, bank, bit, kick);
	/* Active, with the line gone: there is one reason less to exit at completion, which can wait. */
	if (!level && (bank->active & bit)) {
		*kick = 0;
	}
}

static void vgic_set_line(struct ax_irqchip *chip, unsigned intid, unsigned vcpu, bool level)
{
	struct vgic *gic = vgic_of_chip(chip);
	uint32_t bit = 1u << intid % VGIC_BANK;
	struct vgic_bank *bank;
	unsigned long irq_state;
	uint64_t kick = 0;

	if (intid < AX_GIC_SGIS || !exists(gic, vcpu, intid)) {
		return;
	}
	bank = vgic_bank_of(gic, vcpu, intid);
	irq_state = ax_port_lock(&gic->lock);
	if (level != !!(bank->line & bit)) {
		bank->line ^= bit;
		line_moved(gic, bank, bit, level, &kick);
	}
	ax_port_unlock(&gic->lock, irq_state);
	vgic_kick(gic, kick);
}

/* An interrupt that is active cannot be signalled again before it completes. */
static uint32_t signalled(const struct vgic *gic, const struct vgic_bank *bank, unsigned vcpu)
{
	uint32_t found = 0;

	for (uint32_t rest = vgic_deliverable(gic, bank) & ~bank->active; rest; rest &= rest - 1) {
		unsigned n = (unsigned)__builtin_ctz(rest);

		found |= vgic_owner(bank, n) == vcpu ? 1u << n : 0;
	}
	return found;
}

static bool vgic_has_pending(struct ax_irqchip *chip, unsigned vcpu)
{
	struct vgic *gic = vgic_of_chip(chip);
	unsigned long irq_state = ax_port_lock(&gic->lock);
	bool found = signalled(gic, &gic->cpu[vcpu].bank, vcpu) != 0;

	for (uint32_t rest = gic->hot; rest && !found; rest &= rest - 1) {
		found = signalled(gic, &gic->spi[__builtin_ctz(rest)], vcpu) != 0;
	}
	ax_port_unlock(&gic->lock, irq_state);
	return found;
}

static void vgic_reset_vcpu(struct ax_irqchip *chip, unsigned vcpu)
{
	struct vgic *gic = vgic_of_chip(chip);
	unsigned long irq_state = ax_port_lock(&gic->lock);
	uint64_t kick = 0;

	vgic_reset_cpu(gic, &gic->cpu[vcpu], &kick);
	ax_port_unlock(&gic->lock, irq_state);
	vgic_kick(gic, kick & ~AX_BIT(vcpu));
}

void ax_vgicv3_link_hw(struct ax_irqchip *chip, unsigned intid, unsigned hwirq)
{
	struct vgic *gic = vgic_of_chip(chip);
	unsigned long irq_state;

	if (intid < AX_GIC_SGIS || intid >= AX_GIC_PRIVATE) {
		return;
	}
	irq_state = ax_port_lock(&gic->lock);
	gic->hwirq[intid] = hwirq;
	for (unsigned i = 0; i < gic->vcpus; i++) {
		gic->cpu[i].bank.linked |= 1u << intid;
	}
	ax_port_unlock(&gic->lock, irq_state);
}

bool ax_vgicv3_hw_active(struct ax_irqchip *chip, unsigned vcpu, unsigned intid)
{
	struct vgic *gic = vgic_of_chip(chip);
	const struct vgic_bank *bank;
	unsigned long irq_state;
	uint32_t busy;

	if (!exists(gic, vcpu, intid)) {
		return false;
	}
	bank = vgic_bank_of(gic, vcpu, intid);
	irq_state = ax_port_lock(&gic->lock);
	busy = vgic_pending(bank) | bank->active;
	ax_port_unlock(&gic->lock, irq_state);
	return busy >> intid % VGIC_BANK & 1;
}

/* ---- life ---- */

static void vgic_destroy(struct ax_device *dev)
{
	struct vgic *gic = vgic_of_device(dev);

	if (gic->route) {
		ax_port_free(gic->route, (size_t)gic->spi_banks * VGIC_BANK * sizeof(*gic->route));
	}
	if (gic->spi) {
		ax_port_free(gic->spi, gic->spi_banks * sizeof(*gic->spi));
	}
	if (gic->cpu) {
		ax_port_free(gic->cpu, gic->vcpus * sizeof(*gic->cpu));
	}
	ax_port_free(gic, sizeof(*gic));
}

static const struct ax_device_ops device_ops = {
	.read = vgic_read,
	.write = vgic_write,
	.reset = vgic_reset,
	.save = vgic_save,
	.restore = vgic_restore,
	.destroy = vgic_destroy,
};

static const struct ax_irqchip_ops chip_ops = {
	.set_line = vgic_set_line,
	.before_entry = vgic_before_entry,
	.after_exit = vgic_after_exit,
	.pending = vgic_has_pending,
	.reset_vcpu = vgic_reset_vcpu,
};

static bool config_possible(const struct ax_vgicv3_config *config)
{
	uint64_t redist_size = config->vcpus * (uint64_t)AX_VGICV3_REDIST_SIZE;

	if (config->vcpus == 0 || config->vcpus > AX_VGICV3_MAX_VCPUS || !config->port || config->port->slots == 0) {
		return false;
	}
	if (config->spis == 0 || config->spis > AX_VGICV3_MAX_SPIS ||
	    (config->spis % VGIC_BANK && config->spis != AX_VGICV3_MAX_SPIS)) {
		return false;
	}
	for (unsigned i = 0; i < config->vcpus; i++) {
		for (unsigned j = 0; j < i; j++) {
			if (AX_GIC_AFFINITY(config->hw_id[i]) == AX_GIC_AFFINITY(config->hw_id[j])) {
				return false;
			}
		}
	}
	return config->dist_base + (AX_VGICV3_DIST_SIZE - 1) >= config->dist_base &&
	       config->redist_base + (redist_size - 1) >= config->redist_base;
}

/* Which interrupts there are and whose they are, for good. */
static void set_up(struct vgic *gic, const struct ax_vgicv3_config *config)
{
	for (unsigned i = 0; i < gic->vcpus; i++) {
		struct vgic_cpu *cpu = &gic->cpu[i];

		cpu->index = (uint8_t)i;
		cpu->affinity = (uint32_t)AX_GIC_AFFINITY(config->hw_id[i]);
		cpu->bank.valid = ~0u;
		memset(cpu->bank.target, (int)i, sizeof(cpu->bank.target));
	}
	for (unsigned i = 0; i < gic->spi_banks; i++) {
		unsigned left = config->spis - i * VGIC_BANK;

		gic->spi[i].hot = 1u << i;
		gic->spi[i].valid = left < VGIC_BANK ? (1u << left) - 1 : ~0u;
	}
}

int ax_vgicv3_create(const struct ax_vgicv3_config *config, struct ax_device **dev, struct ax_irqchip **chip)
{
	struct vgic *gic;

	if (!config_possible(config)) {
		return AX_EINVAL;
	}
	gic = ax_port_alloc(sizeof(*gic));
	if (!gic) {
		return AX_ENOMEM;
	}
	gic->vcpus = config->vcpus;
	gic->spi_banks = (config->spis + VGIC_BANK - 1) / VGIC_BANK;
	gic->slots = AX_MIN(config->port->slots, VGIC_MAX_SLOTS);
	gic->cpu = ax_port_alloc(gic->vcpus * sizeof(*gic->cpu));
	gic->spi = ax_port_alloc(gic->spi_banks * sizeof(*gic->spi));
	gic->route = ax_port_alloc((size_t)gic->spi_banks * VGIC_BANK * sizeof(*gic->route));
	if (!gic->cpu || !gic->spi || !gic->route) {
		vgic_destroy(&gic->dev);
		return AX_ENOMEM;
	}
	gic->dev = (struct ax_device){
		.ops = &device_ops,
		.name = config->name,
		.resource_count = RESOURCES,
		.resource = {[RES_DIST] = {AX_BUS_MMIO, config->dist_base, AX_VGICV3_DIST_SIZE},
			     [RES_REDIST] = {AX_BUS_MMIO, config->redist_base, gic->vcpus * (uint64_t)AX_GICR_SIZE},
			     [RES_SGI] = {AX_BUS_SYSREG, AX_ARM_ICC_SGI1R_EL1, SGI_REGS}}};
	gic->chip = (struct ax_irqchip){.ops = &chip_ops, .port = config->port, .port_ctx = config->port_ctx};
	set_up(gic, config);
	vgic_reset(&gic->dev);
	*dev = &gic->dev;
	*chip = &gic->chip;
	return AX_OK;
}
