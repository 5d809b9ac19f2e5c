/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating-point registers belong to one CPU of one VM. Several instances of this payload share a physical CPU, each
 * with a pattern of its own drawn from the clock at its start.
 */
#include <guest.h>

#define ROUNDS 300u

static volatile unsigned ticks[GUEST_MAX_CPUS];
static volatile unsigned wrong[GUEST_MAX_CPUS];

static void on_timer(unsigned irq)
{
	(void)irq;
	guest_timer_stop();
	ticks[guest_cpu_id()]++;
}

/* Holds each pattern through two sleeps. */
static void keep_pattern(void *arg)
{
	unsigned cpu = guest_cpu_id();
	uint64_t seed = (uint64_t)arg;

	guest_irq_init();
	guest_irq_enable(GUEST_IRQ_TIMER);
	wrong[cpu] = 0;
	guest_fp_fill(seed);
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned before = ticks[cpu];

		guest_timer_set(guest_ticks() + guest_us_to_ticks(50 + round % 7 * 30));
		while (ticks[cpu] == before) {
			guest_wait();
			guest_irq_unmask();
			guest_irq_mask();
		}
		wrong[cpu] += !guest_fp_check(seed);
		if (round % 2) {
			guest_fp_fill(++seed);
		}
	}
	wrong[cpu] += !guest_fp_check(seed);
}

/* Never sleeps: only an interrupt of the host takes the CPU away. */
static void keep_pattern_busy(void *arg)
{
	unsigned cpu = guest_cpu_id();
	uint64_t end = guest_ticks() + guest_us_to_ticks(30000), seed = (uint64_t)arg;

	wrong[cpu] = 0;
	guest_fp_fill(seed);
	while (guest_ticks() < end) {
		wrong[cpu] += !guest_fp_check(seed);
	}
}

static void on_all_cpus(void (*fn)(void *))
{
	uint64_t seed = guest_ticks() * 0x10001;

	guest_irq_handler(GUEST_IRQ_TIMER, on_timer);
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_start(cpu, fn, (void *)(seed + 1000 * cpu)));
	}
	fn((void *)seed);
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_join(cpu));
	}
	for (unsigned cpu = 0; cpu < guest_cpu_count(); cpu++) {
		EXPECT(wrong[cpu] == 0);
	}
}

GUEST_TEST(vector_registers_survive_sleep)
{
	on_all_cpus(keep_pattern);
}

GUEST_TEST(vector_registers_survive_preemption)
{
	on_all_cpus(keep_pattern_busy);
}

static void note_first(void *arg)
{
	*(bool *)arg = guest_fp_is_zero();
}

GUEST_TEST(a_started_cpu_finds_nothing_in_its_vector_registers)
{
	guest_fp_fill(0x123456789);
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		bool zero = false;

		REQUIRE(guest_cpu_start(cpu, note_first, &zero));
		REQUIRE(guest_cpu_join(cpu));
		EXPECT(zero);
	}
}
