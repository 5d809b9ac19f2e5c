/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What drivers rely on in a GICv3 (Arm IHI 0069): shared interrupts, priorities, all forms of software-generated ones.
 */
#include <guest.h>

#define SPI GUEST_IRQ_SPARE
#define WORD (SPI / 32)
#define BIT (1u << (SPI % 32))
#define ROUTE_ANY (1ull << 31)
#define SGI_ALL_BUT_SELF (1ull << 40)
#define SETTLE_US 1000u

static volatile unsigned got[GUEST_MAX_CPUS][GUEST_IRQ_LIMIT];
static volatile unsigned order[8], taken, ready, leave;

static void count(unsigned irq)
{
	order[taken++ % 8] = irq;
	got[guest_cpu_id()][irq]++;
}

static void prepare(void)
{
	for (unsigned irq = 0; irq < GUEST_IRQ_LIMIT; irq++) {
		guest_irq_handler(irq, count);
		for (unsigned cpu = 0; cpu < GUEST_MAX_CPUS; cpu++) {
			got[cpu][irq] = 0;
		}
	}
	taken = ready = leave = 0;
	guest_irq_init();
}

static void set_pending(unsigned irq)
{
	guest_mmio_write(GUEST_GICD_ISPENDR(irq / 32), 4, 1u << (irq % 32));
}

GUEST_TEST(registers_come_out_of_reset_as_hardware_has_them)
{
	EXPECT(guest_gic_reset.control == 0);
	EXPECT((guest_gic_reset.enabled & ~0xffffull) == 0); /* SGIs may be fixed as enabled */
	EXPECT(guest_gic_reset.pending == 0);
	EXPECT(guest_gic_reset.active == 0);
	/* The most urgent: lower ones would hide interrupts from a guest that sets a mask and no priorities. */
	EXPECT(guest_gic_reset.priority == 0);
}

GUEST_TEST(a_shared_interrupt_set_pending_by_software_arrives_once)
{
	prepare();
	guest_irq_enable(SPI);
	set_pending(SPI);
	EXPECT(guest_await(&got[0][SPI], 1, SETTLE_US));
	EXPECT(!guest_await(&got[0][SPI], 2, SETTLE_US));
	set_pending(SPI);
	EXPECT(guest_await(&got[0][SPI], 2, SETTLE_US));
	guest_irq_disable(SPI);
}

GUEST_TEST(a_disabled_shared_interrupt_stays_pending)
{
	prepare();
	set_pending(SPI);
	EXPECT(!guest_await(&got[0][SPI], 1, SETTLE_US));
	EXPECT(guest_mmio_read(GUEST_GICD_ISPENDR(WORD), 4) & BIT);
	guest_irq_enable(SPI);
	EXPECT(guest_await(&got[0][SPI], 1, SETTLE_US));
	EXPECT(!(guest_mmio_read(GUEST_GICD_ISPENDR(WORD), 4) & BIT));
	guest_irq_disable(SPI);
}

GUEST_TEST(a_pending_interrupt_can_be_taken_back)
{
	prepare();
	set_pending(SPI);
	guest_mmio_write(GUEST_GICD_ICPENDR(WORD), 4, BIT);
	guest_irq_enable(SPI);
	EXPECT(!guest_await(&got[0][SPI], 1, SETTLE_US));
	guest_irq_disable(SPI);
}

GUEST_TEST(the_more_urgent_interrupt_comes_first)
{
	prepare();
	for (unsigned i = 0; i < 8; i++) {
		guest_irq_enable(SPI + i);
		guest_mmio_write(GUEST_GICD_IPRIORITYR(SPI + i), 1, 0x80 - 0x10 * i);
		set_pending(SPI + i);
	}
	EXPECT(guest_await(&taken, 8, SETTLE_US));
	for (unsigned i = 0; i < 8; i++) {
		EXPECT(order[i] == SPI + 7 - i);
		guest_irq_disable(SPI + i);
	}
}

GUEST_TEST(an_interrupt_below_the_priority_mask_waits)
{
	prepare();
	guest_sysreg_write(GUEST_ICC_PMR, 0x80);
	guest_irq_enable(SPI);
	set_pending(SPI);
	EXPECT(!guest_await(&got[0][SPI], 1, SETTLE_US));
	guest_sysreg_write(GUEST_ICC_PMR, 0xf0);
	EXPECT(guest_await(&got[0][SPI], 1, SETTLE_US));
	guest_irq_disable(SPI);
}

GUEST_TEST(many_more_pending_than_list_registers_all_arrive)
{
	unsigned lines = (((unsigned)guest_mmio_read(GUEST_GICD_TYPER, 4) & 0x1f) + 1) * 32;
	unsigned first = GUEST_IRQ_SPARE, end = lines < GUEST_IRQ_LIMIT ? lines : GUEST_IRQ_LIMIT, expected = 0;

	prepare();
	for (unsigned irq = first; irq < end; irq++, expected++) {
		guest_irq_enable(irq);
		set_pending(irq);
	}
	EXPECT(guest_await(&taken, expected, 50 * SETTLE_US));
	for (unsigned irq = first; irq < end; irq++) {
		EXPECT(got[0][irq] == 1);
		guest_irq_disable(irq);
	}
}

static void listen(void *arg)
{
	(void)arg;
	guest_irq_init();
	guest_irq_unmask();
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!leave) {
		guest_relax();
	}
}

static bool start_listeners(void)
{
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		if (!guest_cpu_start(cpu, listen, NULL)) {
			return false;
		}
	}
	return guest_await(&ready, guest_cpu_count() - 1, 100 * SETTLE_US);
}

static void stop_listeners(void)
{
	leave = 1;
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		EXPECT(guest_cpu_join(cpu));
	}
}

GUEST_TEST(a_shared_interrupt_follows_its_route)
{
	prepare();
	REQUIRE(start_listeners());
	guest_irq_enable(SPI);
	for (unsigned cpu = 0; cpu < guest_cpu_count(); cpu++) {
		guest_mmio_write(GUEST_GICD_IROUTER(SPI), 8, cpu);
		EXPECT(guest_mmio_read(GUEST_GICD_IROUTER(SPI), 8) == cpu);
		set_pending(SPI);
		EXPECT(guest_await(&got[cpu][SPI], 1, 10 * SETTLE_US));
	}
	guest_irq_disable(SPI);
	stop_listeners();
	for (unsigned cpu = 0; cpu < guest_cpu_count(); cpu++) {
		EXPECT(got[cpu][SPI] == 1);
	}
}

GUEST_TEST(a_route_to_a_cpu_that_does_not_exist_loses_no_other_interrupt)
{
	prepare();
	guest_irq_enable(SPI);
	guest_irq_enable(SPI + 1);
	guest_mmio_write(GUEST_GICD_IROUTER(SPI), 8, 0xff00ffffffull & ~ROUTE_ANY);
	set_pending(SPI);
	set_pending(SPI + 1);
	EXPECT(guest_await(&got[0][SPI + 1], 1, SETTLE_US));
	EXPECT(got[0][SPI] == 0);
	guest_mmio_write(GUEST_GICD_ICPENDR(WORD), 4, BIT);
	guest_irq_disable(SPI);
	guest_irq_disable(SPI + 1);
}

GUEST_TEST(a_software_interrupt_to_all_others_spares_the_sender)
{
	prepare();
	REQUIRE(start_listeners());
	guest_sysreg_write(GUEST_ICC_SGI1R, SGI_ALL_BUT_SELF | 6ull << 24);
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		EXPECT(guest_await(&got[cpu][6], 1, 10 * SETTLE_US));
	}
	stop_listeners();
	EXPECT(got[0][6] == 0);
}

GUEST_TEST(a_software_interrupt_reaches_the_whole_target_list)
{
	prepare();
	REQUIRE(start_listeners());
	guest_sysreg_write(GUEST_ICC_SGI1R, 7ull << 24 | 0xffff);
	for (unsigned cpu = 0; cpu < guest_cpu_count(); cpu++) {
		EXPECT(guest_await(&got[cpu][7], 1, 10 * SETTLE_US));
	}
	stop_listeners();
}

GUEST_TEST(a_software_interrupt_with_absent_targets_is_dropped)
{
	/* Target lists without a CPU that exists, and other affinities. */
	static const uint64_t values[] = {
		0x0,
		0xff00,
		1ul << 16 | 1,
		0xfful << 16 | 0xffff,
		1ul << 32 | 1,
		1ul << 48 | 1,
		0xfful << 48 | 0xfful << 32 | 0xffffff,
	};

	prepare();
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		guest_sysreg_write(GUEST_ICC_SGI1R, values[i] | 8ull << 24);
	}
	EXPECT(!guest_await(&got[0][8], 1, SETTLE_US));
	guest_ipi(0, 8);
	EXPECT(guest_await(&got[0][8], 1, SETTLE_US));
}

static void send_group0(void *arg)
{
	guest_sysreg_write(GUEST_ICC_SGI0R, (uint64_t)arg);
}

static void send_other_security(void *arg)
{
	guest_sysreg_write(GUEST_ICC_ASGI1R, (uint64_t)arg);
}

GUEST_TEST(software_interrupts_of_other_groups_do_not_arrive_as_ours)
{
	struct guest_fault fault;

	prepare();
	guest_try(send_group0, (void *)(9ul << 24 | 1), &fault);
	EXPECT(fault.kind == GUEST_FAULT_NONE || fault.kind == GUEST_FAULT_UNDEF);
	guest_try(send_other_security, (void *)(10ul << 24 | 1), &fault);
	EXPECT(fault.kind == GUEST_FAULT_NONE || fault.kind == GUEST_FAULT_UNDEF);
	EXPECT(!guest_await(&got[0][9], 1, SETTLE_US));
	guest_ipi(0, 9);
	EXPECT(guest_await(&got[0][9], 1, SETTLE_US));
}
