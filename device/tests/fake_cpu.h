/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few CPUs with list registers, seen from both sides: the model writes and reads the slots through its port, the test
 * plays the guest that acknowledges and completes what it finds there.
 */
#ifndef FAKE_CPU_H
#define FAKE_CPU_H

#include <ax/arch/vcpu.h>
#include <ax/device/vgicv3.h>
#include <ax/mock.h>
#include <ax/regs/gicv3.h>

#define FAKE_CPUS 4u
#define FAKE_SLOTS 4u
#define FAKE_DIST 0x08000000ull
#define FAKE_REDIST 0x080a0000ull

struct fake_cpu {
	struct ax_virq slot[FAKE_SLOTS];
	bool full[FAKE_SLOTS];
	bool notify_free;
	unsigned kicks, slot_reads, slot_writes;
};

struct fake_vm {
	struct ax_device *dev;
	struct ax_irqchip *chip;
	struct fake_cpu cpu[FAKE_CPUS];
	/* Called after the kick was counted; may be NULL. */
	void (*on_kick)(struct fake_vm *vm, unsigned vcpu);
};

extern const struct ax_virq_port fake_port;

/* vcpus with MPIDR 0, 1, 2, ...; a clean mock. */
void fake_vm_create(struct fake_vm *vm, unsigned vcpus, unsigned spis);
/* Checks that nothing is left behind. */
void fake_vm_destroy(struct fake_vm *vm);

/* Accesses by vCPU `by`. Panics when the model returns an error. */
uint64_t fake_read(struct fake_vm *vm, unsigned by, unsigned resource, uint64_t offset, unsigned width);
void fake_write(struct fake_vm *vm, unsigned by, unsigned resource, uint64_t offset, unsigned width, uint64_t value);
/* 32-bit ones, to the distributor, and to the redistributor's SGI_base of vCPU `of` by itself. */
uint32_t dist_read(struct fake_vm *vm, uint64_t offset);
void dist_write(struct fake_vm *vm, uint64_t offset, uint32_t value);
uint32_t sgi_base_read(struct fake_vm *vm, unsigned of, uint64_t offset);
void sgi_base_write(struct fake_vm *vm, unsigned of, uint64_t offset, uint32_t value);
void send_sgi(struct fake_vm *vm, unsigned by, uint64_t value);

/*
 * Everything on: both groups forwarded, all interrupts enabled in Group 1, SPIs edge-triggered or not, routed to vCPU
 * 0.
 */
void fake_enable_all(struct fake_vm *vm, unsigned vcpus, unsigned spis);

void fake_enter(struct fake_vm *vm, unsigned vcpu);
void fake_exit(struct fake_vm *vm, unsigned vcpu);
void set_line(struct fake_vm *vm, unsigned vcpu, unsigned intid, bool level);

/* The guest acknowledges the most urgent pending interrupt in the slots: its INTID, or spurious. */
unsigned fake_ack(struct fake_vm *vm, unsigned vcpu);
/* It completes an active one. True: that makes the hardware leave the guest. */
bool fake_complete(struct fake_vm *vm, unsigned vcpu, unsigned intid);
/* The slot an interrupt sits in, or NULL. */
const struct ax_virq *fake_find(const struct fake_vm *vm, unsigned vcpu, unsigned intid);
unsigned fake_used(const struct fake_vm *vm, unsigned vcpu);

#endif
