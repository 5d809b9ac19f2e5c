/* SPDX-License-Identifier: Apache-2.0 */
/* Registers with an entry for each interrupt (Arm IHI 0069, 12.9 and 12.11), and the look-up of a register. */
#include "vgicv3_internal.h"

/* ---- look-up ---- */

static inline const struct vgic_reg *find(const struct vgic_map *map, const struct vgic_access *a, uint32_t offset)
{
	const struct vgic_reg *reg = &map->block[offset / VGIC_BLOCK % VGIC_BLOCKS];

	if (offset >= VGIC_BLOCKS * VGIC_BLOCK) {
		reg = offset < map->high[0].end ? &map->high[0] : &map->high[1];
	}
	if (offset - reg->first >= reg->end - reg->first || !(reg->widths & a->width) || (offset & (a->width - 1))) {
		return NULL;
	}
	return reg;
}

/* A redistributor has one bank; the distributor's first, of private interrupts, is RES0 with affinity routing. */
static struct vgic_bank *bank_at(const struct vgic_access *a, unsigned index)
{
	if (a->redist) {
		return index == 0 ? &a->redist->bank : NULL;
	}
	return index - 1 < a->gic->spi_banks ? &a->gic->spi[index - 1] : NULL;
}

static inline void locate(const struct vgic_reg *reg, struct vgic_access *a, uint32_t offset)
{
	a->at = offset - reg->first;
	if (reg->bank_bytes) {
		a->bank = bank_at(a, a->at / reg->bank_bytes);
		a->at %= reg->bank_bytes;
	}
}

static uint64_t read_locked(const struct vgic_reg *reg, struct vgic_access *a)
{
	unsigned long irq_state = ax_port_lock(&a->gic->lock);
	uint64_t value = reg->read(a);

	ax_port_unlock(&a->gic->lock, irq_state);
	return value;
}

uint64_t vgic_reg_read(const struct vgic_map *map, struct vgic_access *a, uint32_t offset)
{
	const struct vgic_reg *reg = find(map, a, offset);

	if (!reg || !reg->read) {
		return 0;
	}
	locate(reg, a, offset);
	if (!reg->bank_bytes) {
		return reg->read(a);
	}
	return a->bank ? read_locked(reg, a) : 0;
}

static void write_locked(const struct vgic_reg *reg, struct vgic_access *a, uint64_t value)
{
	unsigned long irq_state = ax_port_lock(&a->gic->lock);

	reg->write(a, value);
	ax_port_unlock(&a->gic->lock, irq_state);
}

void vgic_reg_write(const struct vgic_map *map, struct vgic_access *a, uint32_t offset, uint64_t value)
{
	const struct vgic_reg *reg = find(map, a, offset);

	if (!reg || !reg->write) {
		return;
	}
	locate(reg, a, offset);
	if (!reg->bank_bytes) {
		reg->write(a, value);
	} else if (a->bank) {
		write_locked(reg, a, value);
	}
}

uint64_t vgic_part(const struct vgic_access *a, uint64_t reg)
{
	return a->width == 8 ? reg : (uint32_t)(reg >> (a->at % 8 * 8));
}

uint64_t vgic_merge(const struct vgic_access *a, uint64_t reg, uint64_t value)
{
	unsigned low = a->at % 8 * 8;

	if (a->width == 8) {
		return value;
	}
	return (reg & ~AX_MASK(low + 31, low)) | AX_FIELD(value, low + 31, low);
}

/* ---- one bit an interrupt ---- */

static void touch(struct vgic_access *a, uint32_t bits)
{
	vgic_touch(a->gic, a->bank, bits, &a->kick);
}

uint64_t vgic_read_group(struct vgic_access *a)
{
	return a->bank->group;
}

void vgic_write_group(struct vgic_access *a, uint64_t value)
{
	uint32_t old = a->bank->group;

	a->bank->group = (uint32_t)value & a->bank->valid;
	touch(a, old ^ a->bank->group);
}

uint64_t vgic_read_enable(struct vgic_access *a)
{
	return a->bank->enable;
}

void vgic_set_enable(struct vgic_access *a, uint64_t value)
{
	a->bank->enable |= (uint32_t)value & a->bank->valid;
	touch(a, (uint32_t)value);
}

void vgic_clear_enable(struct vgic_access *a, uint64_t value)
{
	a->bank->enable &= ~(uint32_t)value;
	touch(a, (uint32_t)value);
}

/* What is in another vCPU's slot may have changed since that one's last exit: have it look, for a reader that polls. */
static uint64_t show(struct vgic_access *a, uint32_t bits)
{
	for (uint32_t rest = bits & a->bank->loaded; rest; rest &= rest - 1) {
		unsigned holder = a->bank->holder[__builtin_ctz(rest)];

		if (holder != a->vcpu) {
			a->kick |= AX_BIT(holder);
		}
	}
	return bits;
}

uint64_t vgic_read_pending(struct vgic_access *a)
{
	return show(a, vgic_pending(a->bank));
}

void vgic_set_pending(struct vgic_access *a, uint64_t value)
{
	a->bank->latch |= (uint32_t)value & a->bank->valid;
	touch(a, (uint32_t)value);
}

/* A level-sensitive interrupt whose line is up stays pending. */
void vgic_clear_pending(struct vgic_access *a, uint64_t value)
{
	a->bank->latch &= ~(uint32_t)value;
	a->bank->taken &= ~(uint32_t)value;
	touch(a, (uint32_t)value);
}

uint64_t vgic_read_active(struct vgic_access *a)
{
	return show(a, a->bank->active);
}

void vgic_set_active(struct vgic_access *a, uint64_t value)
{
	a->bank->active |= (uint32_t)value & a->bank->valid;
	touch(a, (uint32_t)value);
}

void vgic_clear_active(struct vgic_access *a, uint64_t value)
{
	a->bank->active &= ~(uint32_t)value;
	touch(a, (uint32_t)value);
}

/* ---- eight bits ---- */

uint64_t vgic_read_priority(struct vgic_access *a)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < a->width; i++) {
		value |= (uint64_t)a->bank->priority[a->at + i] << (i * 8);
	}
	return value;
}

void vgic_write_priority(struct vgic_access *a, uint64_t value)
{
	for (unsigned i = 0; i < a->width; i++) {
		uint32_t bit = 1u << (a->at + i);

		if (a->bank->valid & bit) {
			a->bank->priority[a->at + i] = (uint8_t)(value >> (i * 8)) & VGIC_PRIORITY;
			touch(a, bit);
		}
	}
}

/* ---- two bits, of which the upper means edge-triggered ---- */

uint64_t vgic_read_config(struct vgic_access *a)
{
	uint32_t edge = a->bank->edge >> (a->at * 4);
	uint64_t value = 0;

	for (unsigned i = 0; i < 16; i++) {
		value |= (uint64_t)(edge >> i & 1) * AX_GIC_ICFGR_EDGE << (i * 2);
	}
	return value;
}

void vgic_write_config(struct vgic_access *a, uint64_t value)
{
	unsigned shift = a->at * 4;
	uint32_t edge = 0, half = 0xffffu << shift;

	/* SGIs are edge-triggered for good. */
	if (a->redist && a->at == 0) {
		return;
	}
	for (unsigned i = 0; i < 16; i++) {
		edge |= (uint32_t)(value >> (i * 2 + 1) & 1) << (shift + i);
	}
	a->bank->edge = ((a->bank->edge & ~half) | edge) & a->bank->valid;
	touch(a, half);
}
