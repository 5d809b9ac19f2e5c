/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 model: reset values, save and restore. The VM is stopped in all of these but vgic_reset_cpu(). */
#include "vgicv3_internal.h"

#include <string.h>

uint8_t vgic_route_target(const struct vgic *gic, uint64_t route)
{
	/* Any participating PE: the first will do. */
	if (route & AX_GICD_IROUTER_IRM) {
		return 0;
	}
	for (unsigned i = 0; i < gic->vcpus; i++) {
		if (gic->cpu[i].affinity == AX_GIC_AFFINITY(route)) {
			return (uint8_t)i;
		}
	}
	return VGIC_NOBODY;
}

/* ---- reset ---- */

/* Lines belong to the devices that drive them; a linked one will be raised again by the hardware behind it. */
static void reset_bank(struct vgic_bank *bank, uint32_t edge)
{
	bank->group = 0;
	bank->enable = 0;
	bank->edge = edge;
	bank->latch = 0;
	bank->active = 0;
	bank->line &= ~bank->linked;
	memset(bank->priority, 0, sizeof(bank->priority));
}

void vgic_reset_cpu(struct vgic *gic, struct vgic_cpu *cpu, uint64_t *kick)
{
	vgic_release_slots(gic, cpu, kick);
	reset_bank(&cpu->bank, AX_MASK(AX_GIC_SGIS - 1, 0));
	cpu->waker = AX_GICR_WAKER_PROCESSOR_SLEEP | AX_GICR_WAKER_CHILDREN_ASLEEP;
	atomic_store_explicit(&cpu->dirty, true, memory_order_relaxed);
}

void vgic_reset(struct ax_device *dev)
{
	struct vgic *gic = vgic_of_device(dev);
	unsigned long irq_state = ax_port_lock(&gic->lock);
	uint64_t nobody = 0;

	gic->ctlr = 0;
	gic->hot = vgic_all_banks(gic);
	for (unsigned i = 0; i < gic->vcpus; i++) {
		vgic_reset_cpu(gic, &gic->cpu[i], &nobody);
	}
	memset(gic->route, 0, (size_t)gic->spi_banks * VGIC_BANK * sizeof(*gic->route));
	for (unsigned i = 0; i < gic->spi_banks; i++) {
		reset_bank(&gic->spi[i], 0);
		memset(gic->spi[i].target, vgic_route_target(gic, 0), VGIC_BANK);
	}
	ax_port_unlock(&gic->lock, irq_state);
}

/* ---- the saved form: a header, a record for each vCPU, a record for each bank of SPIs ---- */

#define SAVE_MAGIC 0x33676976u /* "vig3" */
#define SAVE_VERSION 1u

struct saved_header {
	uint32_t magic, version, vcpus, spi_banks, ctlr, last_valid;
};

struct saved_bank {
	uint32_t group, enable, edge, line, latch, active;
	uint8_t priority[VGIC_BANK];
};

struct saved_cpu {
	uint32_t affinity, waker;
	struct saved_bank bank;
};

struct saved_spis {
	struct saved_bank bank;
	uint64_t route[VGIC_BANK];
};

static size_t saved_size(const struct vgic *gic)
{
	return sizeof(struct saved_header) + gic->vcpus * sizeof(struct saved_cpu) +
	       gic->spi_banks * sizeof(struct saved_spis);
}

static struct saved_header header_of(const struct vgic *gic)
{
	return (struct saved_header){.magic = SAVE_MAGIC,
				     .version = SAVE_VERSION,
				     .vcpus = gic->vcpus,
				     .spi_banks = gic->spi_banks,
				     .ctlr = gic->ctlr,
				     .last_valid = gic->spi[gic->spi_banks - 1].valid};
}

static void save_bank(const struct vgic_bank *bank, struct saved_bank *out)
{
	out->group = bank->group;
	out->enable = bank->enable;
	out->edge = bank->edge;
	out->line = bank->line & ~bank->linked;
	out->latch = bank->latch | bank->taken;
	out->active = bank->active;
	memcpy(out->priority, bank->priority, sizeof(out->priority));
}

static void save_all(const struct vgic *gic, uint8_t *to)
{
	struct saved_header header = header_of(gic);

	memcpy(to, &header, sizeof(header));
	to += sizeof(header);
	for (unsigned i = 0; i < gic->vcpus; i++, to += sizeof(struct saved_cpu)) {
		struct saved_cpu cpu = {.affinity = gic->cpu[i].affinity, .waker = gic->cpu[i].waker};

		save_bank(&gic->cpu[i].bank, &cpu.bank);
		memcpy(to, &cpu, sizeof(cpu));
	}
	for (unsigned i = 0; i < gic->spi_banks; i++, to += sizeof(struct saved_spis)) {
		struct saved_spis spis;

		save_bank(&gic->spi[i], &spis.bank);
		memcpy(spis.route, &gic->route[i * VGIC_BANK], sizeof(spis.route));
		memcpy(to, &spis, sizeof(spis));
	}
}

long vgic_save(const struct ax_device *dev, void *buf, size_t size)
{
	struct vgic *gic = vgic_of_device(dev);
	unsigned long irq_state;

	if (size < saved_size(gic)) {
		return AX_ENOSPC;
	}
	irq_state = ax_port_lock(&gic->lock);
	save_all(gic, buf);
	ax_port_unlock(&gic->lock, irq_state);
	return (long)saved_size(gic);
}

/* ---- restore: everything is checked before anything is changed ---- */

static bool bank_possible(const struct vgic_bank *bank, const struct saved_bank *in)
{
	for (unsigned n = 0; n < VGIC_BANK; n++) {
		if (in->priority[n] & ~VGIC_PRIORITY || (in->priority[n] && !(bank->valid >> n & 1))) {
			return false;
		}
	}
	return !((in->group | in->enable | in->edge | in->line | in->latch | in->active) & ~bank->valid);
}

static bool cpu_possible(const struct vgic_cpu *cpu, const struct saved_cpu *in)
{
	const uint32_t asleep = AX_GICR_WAKER_PROCESSOR_SLEEP | AX_GICR_WAKER_CHILDREN_ASLEEP;
	const uint32_t sgis = AX_MASK(AX_GIC_SGIS - 1, 0);

	return in->affinity == cpu->affinity && (in->waker == 0 || in->waker == asleep) &&
	       (in->bank.edge & sgis) == sgis && !(in->bank.line & sgis) && bank_possible(&cpu->bank, &in->bank);
}

static bool spis_possible(const struct vgic_bank *bank, const struct saved_spis *in)
{
	for (unsigned n = 0; n < VGIC_BANK; n++) {
		if (in->route[n] & ~(AX_GICD_IROUTER_IRM | AX_GICD_IROUTER_AFFINITY)) {
			return false;
		}
	}
	return bank_possible(bank, &in->bank);
}

static bool all_possible(const struct vgic *gic, const uint8_t *from)
{
	struct saved_header header, expected = header_of(gic);

	memcpy(&header, from, sizeof(header));
	expected.ctlr = header.ctlr & (AX_GICD_CTLR_ENABLE_GRP0 | AX_GICD_CTLR_ENABLE_GRP1);
	if (memcmp(&header, &expected, sizeof(header)) != 0) {
		return false;
	}
	from += sizeof(header);
	for (unsigned i = 0; i < gic->vcpus; i++, from += sizeof(struct saved_cpu)) {
		struct saved_cpu cpu;

		memcpy(&cpu, from, sizeof(cpu));
		if (!cpu_possible(&gic->cpu[i], &cpu)) {
			return false;
		}
	}
	for (unsigned i = 0; i < gic->spi_banks; i++, from += sizeof(struct saved_spis)) {
		struct saved_spis spis;

		memcpy(&spis, from, sizeof(spis));
		if (!spis_possible(&gic->spi[i], &spis)) {
			return false;
		}
	}
	return true;
}

static void load_bank(struct vgic_bank *bank, const struct saved_bank *in)
{
	bank->group = in->group;
	bank->enable = in->enable;
	bank->edge = in->edge;
	bank->line = in->line & ~bank->linked;
	bank->latch = in->latch;
	bank->active = in->active;
	memcpy(bank->priority, in->priority, sizeof(bank->priority));
}

/* After a reset, so that the slots are empty and all vCPUs dirty. */
static void load_all(struct vgic *gic, const uint8_t *from)
{
	struct saved_header header;

	memcpy(&header, from, sizeof(header));
	gic->ctlr = header.ctlr;
	from += sizeof(header);
	for (unsigned i = 0; i < gic->vcpus; i++, from += sizeof(struct saved_cpu)) {
		struct saved_cpu cpu;

		memcpy(&cpu, from, sizeof(cpu));
		gic->cpu[i].waker = cpu.waker;
		load_bank(&gic->cpu[i].bank, &cpu.bank);
	}
	for (unsigned i = 0; i < gic->spi_banks; i++, from += sizeof(struct saved_spis)) {
		struct saved_spis spis;

		memcpy(&spis, from, sizeof(spis));
		load_bank(&gic->spi[i], &spis.bank);
		memcpy(&gic->route[i * VGIC_BANK], spis.route, sizeof(spis.route));
		for (unsigned n = 0; n < VGIC_BANK; n++) {
			gic->spi[i].target[n] = vgic_route_target(gic, spis.route[n]);
		}
	}
}

int vgic_restore(struct ax_device *dev, const void *buf, size_t size)
{
	struct vgic *gic = vgic_of_device(dev);
	unsigned long irq_state;

	vgic_reset(dev);
	if (size < saved_size(gic) || !all_possible(gic, buf)) {
		return AX_EFORMAT;
	}
	irq_state = ax_port_lock(&gic->lock);
	load_all(gic, buf);
	ax_port_unlock(&gic->lock, irq_state);
	return AX_OK;
}
