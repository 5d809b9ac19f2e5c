/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long interrupts take, from the act that causes one to the first line of its handler. The clock ticks every few
 * instructions, so each round starts at another phase of it and the mean is exact to an instruction or two.
 */
#include "bench.h"

#define ROUNDS 200u
#define PHASES 16u
#define WFI_US 100u

static volatile uint64_t handled_at;
static volatile unsigned handled, leave, ready;

static void on_event(unsigned irq)
{
	handled_at = guest_ticks();
	if (irq == GUEST_IRQ_TIMER) {
		guest_timer_stop();
	}
	handled++;
}

static void shift_phase(unsigned round)
{
	for (unsigned i = 0; i < round % PHASES; i++) {
		__asm__ volatile("nop");
	}
}

static void await_handler(unsigned before)
{
	while (handled == before) {
		guest_relax();
	}
}

/* Rounds of trigger(cpu), each until its handler has run. The first is not counted. */
static void measure(const char *name, void (*trigger)(unsigned cpu), unsigned cpu)
{
	uint64_t total = 0;

	for (unsigned round = 0; round <= ROUNDS; round++) {
		unsigned before = handled;
		uint64_t start;

		shift_phase(round);
		start = guest_ticks();
		trigger(cpu);
		await_handler(before);
		total += round ? handled_at - start : 0;
	}
	bench_report(name, total, ROUNDS);
}

static void send(unsigned cpu)
{
	guest_ipi(cpu, 1);
}

static void arm_expired(unsigned cpu)
{
	(void)cpu;
	guest_timer_set(0);
}

GUEST_TEST(interrupts_to_oneself)
{
	guest_irq_handler(GUEST_IRQ_IPI(1), on_event);
	guest_irq_handler(GUEST_IRQ_TIMER, on_event);
	guest_irq_enable(GUEST_IRQ_TIMER);
	guest_irq_unmask();
	measure("irq.self", send, 0);
	measure("irq.timer", arm_expired, 0);
	guest_irq_mask();
}

GUEST_TEST(timer_that_ends_sleep)
{
	uint64_t total = 0;

	for (unsigned round = 0; round <= ROUNDS; round++) {
		unsigned before = handled;
		uint64_t deadline;

		shift_phase(round);
		deadline = guest_ticks() + guest_us_to_ticks(WFI_US);
		guest_timer_set(deadline);
		while (handled == before) {
			guest_wait();
			guest_irq_unmask();
			guest_irq_mask();
		}
		total += round ? handled_at - deadline : 0;
	}
	bench_report("irq.timer_wfi", total, ROUNDS);
}

static void listen(void *arg)
{
	(void)arg;
	guest_irq_init();
	guest_irq_unmask();
	ready = 1;
	while (!leave) {
		guest_relax();
	}
}

GUEST_TEST(interrupts_between_cpus)
{
	if (guest_cpu_count() < 2) {
		guest_skip("one CPU");
		return;
	}
	REQUIRE(guest_cpu_start(1, listen, NULL));
	REQUIRE(guest_await(&ready, 1, 100000));
	measure("irq.ipi", send, 1);
	leave = 1;
	EXPECT(guest_cpu_join(1));
}
