/* SPDX-License-Identifier: Apache-2.0 */
/* GICv3 (Arm IHI 0069) as a guest sets it up, and the virtual timer. */
#include "cpu.h"

#define GICD_CTLR_ON 0x12u /* affinity routing, group 1 */
#define GICD_CTLR_ENABLES 0x3u
#define GICD_CTLR_RWP (1u << 31)
#define GICR_WAKER 0x14u
#define WAKER_SLEEP 2u
#define WAKER_CHILDREN_ASLEEP 4u
#define PRIORITY 0xa0a0a0a0u
#define SPURIOUS 1020u

#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1

static guest_irq_fn handlers[GUEST_IRQ_LIMIT];

struct guest_gic_reset guest_gic_reset;

static void note_reset(void)
{
	struct guest_gic_reset *found = &guest_gic_reset;
	unsigned lines = ((unsigned)guest_mmio_read(GUEST_GICD_TYPER, 4) & 0x1f) + 1;

	found->control = guest_mmio_read(GUEST_GICD_CTLR, 4) & GICD_CTLR_ENABLES;
	for (unsigned i = 0; i < lines; i++) {
		uint64_t base = i ? GUEST_GICD + 4 * i : GUEST_GICR_SGI(0);

		found->enabled |= guest_mmio_read(base + 0x100, 4);
		found->pending |= guest_mmio_read(base + 0x200, 4);
		found->active |= guest_mmio_read(base + 0x300, 4);
	}
	for (unsigned irq = 0; irq < 32 * lines && irq < SPURIOUS; irq += 4) {
		found->priority |= guest_mmio_read((irq < 32 ? GUEST_GICR_SGI(0) : GUEST_GICD) + 0x400 + irq, 4);
	}
}

static void distributor_init(void)
{
	unsigned lines = ((unsigned)guest_mmio_read(GUEST_GICD_TYPER, 4) & 0x1f) + 1;

	guest_mmio_write(GUEST_GICD_CTLR, 4, 0);
	for (unsigned i = 1; i < lines; i++) {
		guest_mmio_write(GUEST_GICD_IGROUPR(i), 4, ~0u);
		guest_mmio_write(GUEST_GICD_ICENABLER(i), 4, ~0u);
		guest_mmio_write(GUEST_GICD_ICPENDR(i), 4, ~0u);
		for (unsigned irq = 32 * i; irq < 32 * i + 32 && irq < SPURIOUS; irq += 4) {
			guest_mmio_write(GUEST_GICD_IPRIORITYR(irq), 4, PRIORITY);
		}
	}
	guest_mmio_write(GUEST_GICD_CTLR, 4, GICD_CTLR_ON);
	while (guest_mmio_read(GUEST_GICD_CTLR, 4) & GICD_CTLR_RWP) {
		guest_relax();
	}
}

static void redistributor_init(unsigned cpu)
{
	uint64_t waker = GUEST_GICR_RD(cpu) + GICR_WAKER, sgi = GUEST_GICR_SGI(cpu);

	guest_mmio_write(waker, 4, guest_mmio_read(waker, 4) & ~(uint64_t)WAKER_SLEEP);
	while (guest_mmio_read(waker, 4) & WAKER_CHILDREN_ASLEEP) {
		guest_relax();
	}
	guest_mmio_write(sgi + 0x80, 4, ~0u);  /* IGROUPR0 */
	guest_mmio_write(sgi + 0x180, 4, ~0u); /* ICENABLER0 */
	guest_mmio_write(sgi + 0x280, 4, ~0u); /* ICPENDR0 */
	for (unsigned irq = 0; irq < 32; irq += 4) {
		guest_mmio_write(sgi + 0x400 + irq, 4, PRIORITY);
	}
	guest_mmio_write(sgi + 0x100, 4, 0xffff); /* ISENABLER0: all SGIs */
}

void guest_irq_init(void)
{
	static bool noted;

	if (guest_cpu_id() == 0) {
		if (!noted) {
			note_reset();
			noted = true;
		}
		distributor_init();
	}
	redistributor_init(guest_cpu_id());
	guest_sysreg_write(ICC_SRE_EL1, 1);
	guest_sysreg_write(GUEST_ICC_PMR, 0xf0);
	guest_sysreg_write(ICC_CTLR_EL1, 0);
	guest_sysreg_write(ICC_IGRPEN1_EL1, 1);
}

void guest_irq_handler(unsigned irq, guest_irq_fn fn)
{
	handlers[irq] = fn;
}

void guest_irq_enable(unsigned irq)
{
	if (irq < 32) {
		guest_mmio_write(GUEST_GICR_SGI(guest_cpu_id()) + 0x100, 4, 1u << irq);
		return;
	}
	guest_mmio_write(GUEST_GICD_IROUTER(irq), 8, 0);
	guest_mmio_write(GUEST_GICD_ISENABLER(irq / 32), 4, 1u << (irq % 32));
}

void guest_irq_disable(unsigned irq)
{
	if (irq < 32) {
		guest_mmio_write(GUEST_GICR_SGI(guest_cpu_id()) + 0x180, 4, 1u << irq);
		return;
	}
	guest_mmio_write(GUEST_GICD_ICENABLER(irq / 32), 4, 1u << (irq % 32));
}

void guest_irq_dispatch(void)
{
	uint64_t irq = guest_sysreg_read(ICC_IAR1_EL1) & 0xffffff;

	if (irq >= SPURIOUS) {
		return;
	}
	if (irq < GUEST_IRQ_LIMIT && handlers[irq]) {
		handlers[irq]((unsigned)irq);
	} else {
		guest_panic("interrupt without a handler", 0, irq, 0);
	}
	guest_sysreg_write(ICC_EOIR1_EL1, irq);
}

void guest_irq_unmask(void)
{
	__asm__ volatile("msr daifclr, #2" ::: "memory");
}

void guest_irq_mask(void)
{
	__asm__ volatile("msr daifset, #2" ::: "memory");
}

void guest_wait(void)
{
	__asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

void guest_ipi(unsigned cpu, unsigned n)
{
	__asm__ volatile("dsb ishst" ::: "memory");
	guest_sysreg_write(GUEST_ICC_SGI1R, (uint64_t)n << 24 | 1ull << cpu);
}

uint64_t guest_ticks(void)
{
	__asm__ volatile("isb" ::: "memory");
	return guest_sysreg_read(cntvct_el0);
}

uint64_t guest_tick_hz(void)
{
	return guest_sysreg_read(cntfrq_el0);
}

void guest_timer_set(uint64_t deadline)
{
	guest_sysreg_write(cntv_cval_el0, deadline);
	guest_sysreg_write(cntv_ctl_el0, 1);
}

void guest_timer_stop(void)
{
	guest_sysreg_write(cntv_ctl_el0, 2);
}
