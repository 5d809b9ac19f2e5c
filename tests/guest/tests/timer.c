/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's timer: neither early nor lost, and a sleeping CPU wakes for it. */
#include <guest.h>

#define SLACK_US 200u /* an emulated host with several CPUs takes turns */

static volatile unsigned fired[GUEST_MAX_CPUS];
static volatile uint64_t fired_at[GUEST_MAX_CPUS];
static uint64_t period, next_deadline;

static void on_timer(unsigned irq)
{
	unsigned cpu = guest_cpu_id();

	(void)irq;
	fired_at[cpu] = guest_ticks();
	guest_timer_stop();
	fired[cpu]++;
}

static void on_period(unsigned irq)
{
	(void)irq;
	next_deadline += period;
	guest_timer_set(next_deadline);
	fired[0]++;
}

static void prepare(guest_irq_fn handler)
{
	unsigned cpu = guest_cpu_id();

	fired[cpu] = 0;
	guest_timer_stop();
	guest_irq_handler(GUEST_IRQ_TIMER, handler);
	guest_irq_enable(GUEST_IRQ_TIMER);
}

GUEST_TEST(a_timer_in_the_past_fires_at_once)
{
	prepare(on_timer);
	guest_timer_set(guest_ticks() - 1);
	EXPECT(guest_await(&fired[0], 1, SLACK_US));
	guest_timer_set(0);
	EXPECT(guest_await(&fired[0], 2, SLACK_US));
}

GUEST_TEST(a_timer_fires_once_and_not_early)
{
	static const uint64_t delays[] = {1, 10, 100, 1000, 10000};

	prepare(on_timer);
	for (unsigned i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		uint64_t deadline = guest_ticks() + guest_us_to_ticks(delays[i]);

		guest_timer_set(deadline);
		REQUIRE(guest_await(&fired[0], i + 1, delays[i] + 10 * SLACK_US));
		EXPECT(fired_at[0] >= deadline);
		EXPECT(fired_at[0] < deadline + guest_us_to_ticks(SLACK_US));
	}
	EXPECT(!guest_await(&fired[0], 6, 2000));
}

GUEST_TEST(a_periodic_timer_does_not_drift)
{
	uint64_t start = guest_ticks();

	prepare(on_period);
	period = guest_us_to_ticks(1000);
	next_deadline = start + period;
	guest_timer_set(next_deadline);
	REQUIRE(guest_await(&fired[0], 100, 200000));
	EXPECT(guest_ticks() >= start + 100 * period);
	EXPECT(guest_ticks() < start + 100 * period + guest_us_to_ticks(SLACK_US));
	guest_timer_stop();
}

GUEST_TEST(a_stopped_timer_stays_silent)
{
	prepare(on_timer);
	guest_timer_set(guest_ticks() + guest_us_to_ticks(500));
	guest_timer_stop();
	EXPECT(!guest_await(&fired[0], 1, 2000));
}

GUEST_TEST(a_disabled_interrupt_waits_until_it_is_enabled)
{
	prepare(on_timer);
	guest_irq_disable(GUEST_IRQ_TIMER);
	guest_timer_set(guest_ticks());
	EXPECT(!guest_await(&fired[0], 1, 1000));
	guest_irq_enable(GUEST_IRQ_TIMER);
	EXPECT(guest_await(&fired[0], 1, SLACK_US));
}

GUEST_TEST(a_masked_timer_is_taken_when_unmasked)
{
	prepare(on_timer);
	guest_timer_set(guest_ticks());
	for (uint64_t end = guest_ticks() + guest_us_to_ticks(500); guest_ticks() < end;) {
		guest_relax();
	}
	EXPECT(fired[0] == 0);
	EXPECT(guest_await(&fired[0], 1, SLACK_US));
}

GUEST_TEST(a_sleeping_cpu_wakes_for_its_timer)
{
	prepare(on_timer);
	for (unsigned i = 1; i <= 20; i++) {
		uint64_t deadline = guest_ticks() + guest_us_to_ticks(100 * i);

		guest_timer_set(deadline);
		while (fired[0] < i) {
			guest_wait();
			guest_irq_unmask();
			guest_irq_mask();
		}
		EXPECT(fired_at[0] >= deadline);
		EXPECT(fired_at[0] < deadline + guest_us_to_ticks(SLACK_US));
	}
}

GUEST_TEST(a_long_sleep_ends_on_time)
{
	uint64_t deadline = guest_ticks() + guest_us_to_ticks(300000);

	prepare(on_timer);
	guest_timer_set(deadline);
	while (!fired[0]) {
		guest_wait();
		guest_irq_unmask();
		guest_irq_mask();
	}
	EXPECT(fired_at[0] >= deadline && fired_at[0] < deadline + guest_us_to_ticks(SLACK_US));
}

static void own_timer(void *arg)
{
	unsigned cpu = guest_cpu_id();

	guest_irq_init();
	prepare(on_timer);
	guest_timer_set(guest_ticks() + guest_us_to_ticks((uint64_t)arg));
	guest_await(&fired[cpu], 1, 20000);
}

GUEST_TEST(each_cpu_has_its_own_timer)
{
	prepare(on_timer);
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		fired[cpu] = 0;
		REQUIRE(guest_cpu_start(cpu, own_timer, (void *)(1000ul * cpu)));
	}
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_join(cpu));
		EXPECT(fired[cpu] == 1);
	}
	EXPECT(fired[0] == 0);
}
