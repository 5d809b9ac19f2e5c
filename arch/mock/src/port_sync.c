/* SPDX-License-Identifier: Apache-2.0 */
/* The port's locks, which a single thread can never have to wait for, and its timers. */
#include "port.h"

static struct {
	unsigned held;
	struct ax_timer *queue; /* by deadline */
} sync;

unsigned long ax_port_lock(struct ax_lock *lock)
{
	unsigned long irq = ax_arch_irq_save();

	if (lock->held) {
		ax_mock_panic("lock %p is held already", (void *)lock);
	}
	lock->held = 1;
	sync.held++;
	return irq;
}

void ax_port_unlock(struct ax_lock *lock, unsigned long irq_state)
{
	if (!lock->held || ax_arch_irq_enabled()) {
		ax_mock_panic("unlock of lock %p, which is not held", (void *)lock);
	}
	lock->held = 0;
	sync.held--;
	ax_arch_irq_restore(irq_state);
}

unsigned ax_mock_locks_held(void)
{
	return sync.held;
}

unsigned long ax_port_irq_save(void)
{
	return ax_arch_irq_save();
}

void ax_port_irq_restore(unsigned long state)
{
	ax_arch_irq_restore(state);
}

/* ---- time ---- */

uint64_t ax_port_ticks(void)
{
	return ax_arch_ticks();
}

uint64_t ax_port_ticks_to_ns(uint64_t ticks)
{
	return ticks * (1000000000ull / AX_MOCK_HZ);
}

uint64_t ax_port_ns_to_ticks(uint64_t ns)
{
	return ns / (1000000000ull / AX_MOCK_HZ);
}

static void dequeue(struct ax_timer *timer)
{
	if (timer->link) {
		*timer->link = timer->next;
		if (timer->next) {
			timer->next->link = timer->link;
		}
		timer->link = NULL;
		timer->next = NULL;
	}
}

static uint64_t first_deadline(void)
{
	return sync.queue ? sync.queue->deadline : ~0ull;
}

static void fire_first(void)
{
	struct ax_timer *timer = sync.queue;
	unsigned cpu = ax_port_cpu();

	dequeue(timer);
	ax_mock_set_cpu(timer->cpu);
	timer->fn(timer);
	ax_mock_set_cpu(cpu);
}

void ax_port_timer_init(struct ax_timer *timer, ax_timer_fn fn)
{
	*timer = (struct ax_timer){.fn = fn};
}

void ax_port_timer_set(struct ax_timer *timer, uint64_t deadline)
{
	static const struct ax_mock_clock_source timers = {first_deadline, fire_first};
	struct ax_timer **at = &sync.queue;

	if (!timer->fn) {
		ax_mock_panic("timer %p armed before it was initialised", (void *)timer);
	}
	ax_mock_clock_add(&timers);
	dequeue(timer);
	while (*at && (*at)->deadline <= deadline) {
		at = &(*at)->next;
	}
	timer->deadline = deadline;
	timer->cpu = ax_port_cpu();
	timer->next = *at;
	timer->link = at;
	if (timer->next) {
		timer->next->link = &timer->next;
	}
	*at = timer;
}

void ax_port_timer_cancel(struct ax_timer *timer)
{
	dequeue(timer);
}

unsigned ax_mock_timers(void)
{
	unsigned n = 0;

	for (const struct ax_timer *t = sync.queue; t; t = t->next) {
		n++;
	}
	return n;
}

void ax_mock_sync_reset(void)
{
	sync.held = 0;
	sync.queue = NULL;
}
