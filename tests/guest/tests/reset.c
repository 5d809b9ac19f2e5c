/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reboot leaves nothing: memory, interrupts, timer and CPUs are as at the first start. A guest cannot remember across
 * that what it did, so the keys typed at its console say whether it reboots (r) or ends (q).
 */
#include <guest.h>

#define MARK 0x6d61726b6d61726bull
#define STEP 0x10000u

static volatile unsigned unexpected;

/* The image's own part, the first pages of memory and the tree are no free memory. */
static uint64_t first_free(void)
{
	return (guest_image_end() + 0x1fffff) & ~0x1ffffful;
}

static uint64_t end_free(void)
{
	return guest_ram_base() + guest_ram_size() / 2;
}

static void count(unsigned irq)
{
	(void)irq;
	unexpected++;
}

GUEST_TEST(no_mark_of_an_earlier_life_is_left_in_memory)
{
	unsigned marks = 0;

	for (uint64_t addr = first_free(); addr < end_free(); addr += STEP) {
		marks += *(volatile uint64_t *)addr == MARK;
	}
	EXPECT(marks == 0);
}

GUEST_TEST(no_interrupt_of_an_earlier_life_arrives)
{
	for (unsigned irq = 0; irq < 64; irq++) {
		guest_irq_handler(irq, count);
	}
	guest_irq_enable(GUEST_IRQ_TIMER);
	EXPECT(!guest_await(&unexpected, 1, 2000));
	guest_irq_disable(GUEST_IRQ_TIMER);
}

static void nothing(void *arg)
{
	(void)arg;
}

GUEST_TEST(the_other_cpus_are_off)
{
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		EXPECT(guest_cpu_start(cpu, nothing, NULL));
		EXPECT(guest_cpu_join(cpu));
	}
}

/* Never comes back: the reboot takes the CPU away. */
static void stay(void *arg)
{
	(void)arg;
	for (;;) {
		guest_relax();
	}
}

static void leave_marks(void)
{
	for (uint64_t addr = first_free(); addr < end_free(); addr += STEP) {
		*(volatile uint64_t *)addr = MARK;
	}
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		(void)guest_cpu_start(cpu, stay, NULL);
	}
	guest_irq_enable(GUEST_IRQ_TIMER);
	guest_timer_set(guest_ticks() + guest_us_to_ticks(100));
	guest_ipi(0, 3);
}

GUEST_TEST(the_guest_reboots_until_told_to_end)
{
	int key;

	guest_print("reboot or end?\n");
	do {
		guest_relax();
		key = guest_getc();
	} while (key != 'r' && key != 'q');
	if (key == 'r') {
		guest_print("guest: reboot\n");
		leave_marks();
		guest_reboot();
	}
}
