/* SPDX-License-Identifier: Apache-2.0 */
/* The mock clock: moves only when told, and delivers what falls due in order. */
#include "machine.h"

#define SOURCES 4u

static struct {
	uint64_t now;
	const struct ax_mock_clock_source *source[SOURCES];
	unsigned sources;
	uint64_t host_deadline;
	void (*on_host_timer)(void);
	bool delivering;
} mock_clock;

static uint64_t host_timer_deadline(void)
{
	return mock_clock.host_deadline;
}

static void host_timer_fire(void)
{
	mock_clock.host_deadline = ~0ull;
	if (mock_clock.on_host_timer) {
		mock_clock.on_host_timer();
	}
}

static const struct ax_mock_clock_source host_timer = {host_timer_deadline, host_timer_fire};

void ax_mock_clock_reset(void)
{
	mock_clock.now = AX_MOCK_CLOCK_START;
	mock_clock.sources = 0;
	mock_clock.host_deadline = ~0ull;
	mock_clock.on_host_timer = NULL;
	mock_clock.delivering = false;
	ax_mock_clock_add(&host_timer);
}

__attribute__((constructor)) static void clock_start(void)
{
	ax_mock_clock_reset();
}

void ax_mock_clock_add(const struct ax_mock_clock_source *source)
{
	for (unsigned i = 0; i < mock_clock.sources; i++) {
		if (mock_clock.source[i] == source) {
			return;
		}
	}
	if (mock_clock.sources == SOURCES) {
		ax_mock_panic("too many clock sources");
	}
	mock_clock.source[mock_clock.sources++] = source;
}

static const struct ax_mock_clock_source *earliest(void)
{
	const struct ax_mock_clock_source *best = NULL;

	for (unsigned i = 0; i < mock_clock.sources; i++) {
		if (!best || mock_clock.source[i]->deadline() < best->deadline()) {
			best = mock_clock.source[i];
		}
	}
	return best;
}

/* Delivers all that is due until `end`; the clock stands at each one's deadline while it runs. */
static void deliver(uint64_t end)
{
	if (mock_clock.delivering) {
		return;
	}
	mock_clock.delivering = true;
	for (const struct ax_mock_clock_source *s = earliest(); s && s->deadline() <= end; s = earliest()) {
		unsigned long irq = ax_arch_irq_save();

		mock_clock.now = AX_MAX(mock_clock.now, s->deadline());
		s->fire();
		ax_arch_irq_restore(irq);
	}
	mock_clock.delivering = false;
}

void ax_mock_clock_advance(uint64_t ticks)
{
	uint64_t end = mock_clock.now + ticks;

	if (ax_arch_irq_enabled()) {
		deliver(end);
	}
	mock_clock.now = AX_MAX(mock_clock.now, end);
}

void ax_mock_clock_catch_up(void)
{
	deliver(mock_clock.now);
}

bool ax_mock_clock_skip(void)
{
	if (mock_clock.host_deadline == ~0ull) {
		return false;
	}
	if (mock_clock.host_deadline > mock_clock.now) {
		ax_mock_clock_advance(mock_clock.host_deadline - mock_clock.now);
	}
	return true;
}

void ax_mock_on_host_timer(void (*fn)(void))
{
	mock_clock.on_host_timer = fn;
}

uint64_t ax_arch_ticks(void)
{
	return mock_clock.now;
}

uint64_t ax_arch_tick_hz(void)
{
	return AX_MOCK_HZ;
}

void ax_arch_timer_set(uint64_t deadline)
{
	mock_clock.host_deadline = deadline;
}

unsigned ax_arch_timer_hwirq(void)
{
	return 26;
}
