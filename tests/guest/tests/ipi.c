/* SPDX-License-Identifier: Apache-2.0 */
/* Inter-processor interrupts: to oneself, both ways, all numbers, none lost. */
#include <guest.h>

#define ROUNDS 500u

static volatile unsigned got[GUEST_MAX_CPUS][GUEST_IPIS];
static volatile unsigned ready, leave;

static void on_ipi(unsigned irq)
{
	got[guest_cpu_id()][irq - GUEST_IRQ_IPI(0)]++;
}

static void prepare(void)
{
	for (unsigned n = 0; n < GUEST_IPIS; n++) {
		guest_irq_handler(GUEST_IRQ_IPI(n), on_ipi);
		for (unsigned cpu = 0; cpu < GUEST_MAX_CPUS; cpu++) {
			got[cpu][n] = 0;
		}
	}
	ready = leave = 0;
}

GUEST_TEST(an_ipi_to_oneself_arrives)
{
	prepare();
	for (unsigned i = 1; i <= ROUNDS; i++) {
		guest_ipi(0, 1);
		REQUIRE(guest_await(&got[0][1], i, 1000));
	}
}

GUEST_TEST(each_ipi_number_arrives_as_itself)
{
	prepare();
	for (unsigned n = 0; n < GUEST_IPIS; n++) {
		guest_ipi(0, n);
		EXPECT(guest_await(&got[0][n], 1, 1000));
	}
	for (unsigned n = 0; n < GUEST_IPIS; n++) {
		EXPECT(got[0][n] == 1);
	}
}

GUEST_TEST(all_ipis_pending_at_once_are_all_taken)
{
	prepare();
	for (unsigned n = 0; n < GUEST_IPIS; n++) {
		guest_ipi(0, n);
	}
	for (unsigned n = 0; n < GUEST_IPIS; n++) {
		EXPECT(guest_await(&got[0][n], 1, 1000));
		EXPECT(got[0][n] == 1);
	}
}

/* Answers each IPI 2 with an IPI 3 to CPU 0 until told to leave. */
static void answer(void *arg)
{
	unsigned seen = 0, cpu = guest_cpu_id();

	(void)arg;
	guest_irq_init();
	guest_irq_unmask();
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!leave) {
		if (got[cpu][2] != seen) {
			seen = got[cpu][2];
			guest_ipi(0, 3);
		}
		guest_relax();
	}
}

/* The same, asleep between the interrupts. */
static void answer_asleep(void *arg)
{
	unsigned seen = 0, cpu = guest_cpu_id();

	(void)arg;
	guest_irq_init();
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	while (!leave) {
		guest_wait();
		guest_irq_unmask();
		guest_irq_mask();
		if (got[cpu][2] != seen) {
			seen = got[cpu][2];
			guest_ipi(0, 3);
		}
	}
}

static void ping_pong(void (*partner)(void *))
{
	prepare();
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_start(cpu, partner, NULL));
	}
	REQUIRE(guest_await(&ready, guest_cpu_count() - 1, 100000));
	for (unsigned cpu = 1, total = 0; cpu < guest_cpu_count(); cpu++) {
		for (unsigned i = 0; i < ROUNDS; i++) {
			guest_ipi(cpu, 2);
			REQUIRE(guest_await(&got[0][3], ++total, 10000));
		}
		EXPECT(got[cpu][2] == ROUNDS);
	}
	leave = 1;
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		guest_ipi(cpu, 4);
		EXPECT(guest_cpu_join(cpu));
	}
}

GUEST_TEST(ipis_go_both_ways_and_none_is_lost)
{
	ping_pong(answer);
}

GUEST_TEST(ipis_wake_a_sleeping_cpu)
{
	ping_pong(answer_asleep);
}

GUEST_TEST(an_ipi_to_a_cpu_that_is_off_harms_nobody)
{
	prepare();
	for (unsigned cpu = 1; cpu < GUEST_MAX_CPUS; cpu++) {
		guest_ipi(cpu, 5);
	}
	guest_ipi(0, 5);
	EXPECT(guest_await(&got[0][5], 1, 1000));
}
