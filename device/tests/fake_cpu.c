/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs with list registers for the GICv3 model's tests. */
#include "fake_cpu.h"

#include <string.h>

static void slot_write(void *ctx, unsigned vcpu, unsigned slot, const struct ax_virq *virq)
{
	struct fake_cpu *cpu = &((struct fake_vm *)ctx)->cpu[vcpu];

	AX_ASSERT(slot < FAKE_SLOTS);
	cpu->slot_writes++;
	cpu->full[slot] = virq != NULL;
	if (!virq) {
		return;
	}
	AX_ASSERT(virq->pending || virq->active);
	AX_ASSERT(!virq->hw || !(virq->pending && virq->active));
	AX_ASSERT(!virq->hw || !virq->eoi_exit);
	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		AX_ASSERT(i == slot || !cpu->full[i] || cpu->slot[i].intid != virq->intid);
	}
	cpu->slot[slot] = *virq;
}

static bool slot_read(void *ctx, unsigned vcpu, unsigned slot, struct ax_virq *virq)
{
	struct fake_cpu *cpu = &((struct fake_vm *)ctx)->cpu[vcpu];

	AX_ASSERT(slot < FAKE_SLOTS);
	cpu->slot_reads++;
	if (cpu->full[slot]) {
		*virq = cpu->slot[slot];
	}
	return cpu->full[slot];
}

static void notify_free(void *ctx, unsigned vcpu, bool on)
{
	((struct fake_vm *)ctx)->cpu[vcpu].notify_free = on;
}

static void kick(void *ctx, unsigned vcpu)
{
	struct fake_vm *vm = ctx;

	AX_ASSERT(ax_mock_locks_held() == 0);
	vm->cpu[vcpu].kicks++;
	if (vm->on_kick) {
		vm->on_kick(vm, vcpu);
	}
}

const struct ax_virq_port fake_port = {FAKE_SLOTS, slot_write, slot_read, notify_free, kick};

void fake_vm_create(struct fake_vm *vm, unsigned vcpus, unsigned spis)
{
	static const uint64_t hw_id[FAKE_CPUS] = {0, 1, 2, 3};
	struct ax_vgicv3_config config = {"gic", FAKE_DIST, FAKE_REDIST, vcpus, hw_id, spis, &fake_port, vm};

	ax_mock_reset();
	memset(vm, 0, sizeof(*vm));
	AX_ASSERT(ax_vgicv3_create(&config, &vm->dev, &vm->chip) == AX_OK);
}

void fake_vm_destroy(struct fake_vm *vm)
{
	vm->dev->ops->destroy(vm->dev);
	ax_mock_check_clean();
}

uint64_t fake_read(struct fake_vm *vm, unsigned by, unsigned resource, uint64_t offset, unsigned width)
{
	struct ax_access access = {.offset = offset, .resource = resource, .vcpu = by, .width = (uint8_t)width};

	AX_ASSERT(vm->dev->ops->read(vm->dev, &access) == AX_OK);
	return access.data;
}

void fake_write(struct fake_vm *vm, unsigned by, unsigned resource, uint64_t offset, unsigned width, uint64_t value)
{
	struct ax_access access = {.offset = offset,
				   .data = value,
				   .resource = resource,
				   .vcpu = by,
				   .width = (uint8_t)width,
				   .write = true};

	AX_ASSERT(vm->dev->ops->write(vm->dev, &access) == AX_OK);
}

uint32_t dist_read(struct fake_vm *vm, uint64_t offset)
{
	return (uint32_t)fake_read(vm, 0, 0, offset, 4);
}

void dist_write(struct fake_vm *vm, uint64_t offset, uint32_t value)
{
	fake_write(vm, 0, 0, offset, 4, value);
}

uint32_t sgi_base_read(struct fake_vm *vm, unsigned of, uint64_t offset)
{
	return (uint32_t)fake_read(vm, of, 1, of * AX_GICR_SIZE + AX_GICR_SGI_BASE + offset, 4);
}

void sgi_base_write(struct fake_vm *vm, unsigned of, uint64_t offset, uint32_t value)
{
	fake_write(vm, of, 1, of * AX_GICR_SIZE + AX_GICR_SGI_BASE + offset, 4, value);
}

void send_sgi(struct fake_vm *vm, unsigned by, uint64_t value)
{
	fake_write(vm, by, 2, 0, 8, value);
}

void fake_enable_all(struct fake_vm *vm, unsigned vcpus, unsigned spis)
{
	dist_write(vm, AX_GICD_CTLR, AX_GICD_CTLR_ENABLE_GRP0 | AX_GICD_CTLR_ENABLE_GRP1);
	for (unsigned v = 0; v < vcpus; v++) {
		sgi_base_write(vm, v, AX_GICR_IGROUPR0, ~0u);
		sgi_base_write(vm, v, AX_GICR_ISENABLER0, ~0u);
	}
	for (unsigned i = 4; i <= spis / 8; i += 4) {
		dist_write(vm, AX_GICD_IGROUPR + i, ~0u);
		dist_write(vm, AX_GICD_ISENABLER + i, ~0u);
	}
}

void fake_enter(struct fake_vm *vm, unsigned vcpu)
{
	vm->chip->ops->before_entry(vm->chip, vcpu);
}

void fake_exit(struct fake_vm *vm, unsigned vcpu)
{
	vm->chip->ops->after_exit(vm->chip, vcpu);
}

void set_line(struct fake_vm *vm, unsigned vcpu, unsigned intid, bool level)
{
	vm->chip->ops->set_line(vm->chip, intid, vcpu, level);
}

unsigned fake_ack(struct fake_vm *vm, unsigned vcpu)
{
	struct fake_cpu *cpu = &vm->cpu[vcpu];
	struct ax_virq *best = NULL;

	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		struct ax_virq *virq = &cpu->slot[i];

		if (cpu->full[i] && virq->pending && !virq->active && (!best || virq->priority < best->priority)) {
			best = virq;
		}
	}
	if (!best) {
		return AX_GIC_INTID_SPURIOUS;
	}
	best->pending = false;
	best->active = true;
	return best->intid;
}

bool fake_complete(struct fake_vm *vm, unsigned vcpu, unsigned intid)
{
	struct fake_cpu *cpu = &vm->cpu[vcpu];
	bool leaves = false;

	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		if (cpu->full[i] && cpu->slot[i].intid == intid && cpu->slot[i].active) {
			cpu->slot[i].active = false;
			cpu->full[i] = cpu->slot[i].pending;
			leaves = !cpu->full[i] && cpu->slot[i].eoi_exit;
		}
	}
	return leaves || (cpu->notify_free && fake_used(vm, vcpu) <= 1);
}

const struct ax_virq *fake_find(const struct fake_vm *vm, unsigned vcpu, unsigned intid)
{
	const struct fake_cpu *cpu = &vm->cpu[vcpu];

	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		if (cpu->full[i] && cpu->slot[i].intid == intid) {
			return &cpu->slot[i];
		}
	}
	return NULL;
}

unsigned fake_used(const struct fake_vm *vm, unsigned vcpu)
{
	unsigned used = 0;

	for (unsigned i = 0; i < FAKE_SLOTS; i++) {
		used += vm->cpu[vcpu].full[i];
	}
	return used;
}
