/* SPDX-License-Identifier: Apache-2.0 */
/* Clock and timers: a queue a CPU, sorted by deadline, in front of that CPU's one hardware timer. */
#include <ax/base/smp.h>

#define NS_PER_S 1000000000ull

uint64_t ax_port_ticks(void)
{
	return ax_arch_ticks();
}

/* value * to / from without overflow: whole seconds apart from the rest. */
static uint64_t convert(uint64_t value, uint64_t from, uint64_t to)
{
	return value / from * to + value % from * to / from;
}

uint64_t ax_port_ticks_to_ns(uint64_t ticks)
{
	return convert(ticks, ax_arch_tick_hz(), NS_PER_S);
}

uint64_t ax_port_ns_to_ticks(uint64_t ns)
{
	return convert(ns, NS_PER_S, ax_arch_tick_hz());
}

static void program(const struct ax_cpu *cpu)
{
	ax_arch_timer_set(cpu->timers ? cpu->timers->deadline : ~0ull);
}

static void unlink(struct ax_timer *timer)
{
	*timer->link = timer->next;
	if (timer->next) {
		timer->next->link = timer->link;
	}
	timer->link = NULL;
}

void ax_port_timer_init(struct ax_timer *timer, ax_timer_fn fn)
{
	*timer = (struct ax_timer){.fn = fn};
}

/* Takes the timer out of the queue it is in, if any. Returns the CPU where its function runs just now, or NULL. */
static struct ax_cpu *take_out(struct ax_timer *timer)
{
	struct ax_cpu *cpu = &ax_cpus[timer->cpu];
	unsigned long irq = ax_port_lock(&cpu->timer_lock);
	bool running = cpu->timer_running == timer;

	if (timer->link) {
		unlink(timer);
		if (cpu == ax_this_cpu()) {
			program(cpu);
		}
	}
	ax_port_unlock(&cpu->timer_lock, irq);
	return running ? cpu : NULL;
}

void ax_port_timer_set(struct ax_timer *timer, uint64_t deadline)
{
	unsigned long irq = ax_arch_irq_save();
	struct ax_cpu *cpu = ax_this_cpu();
	struct ax_timer **at = &cpu->timers;

	(void)take_out(timer);
	(void)ax_port_lock(&cpu->timer_lock);
	timer->cpu = cpu->index;
	timer->deadline = deadline;
	while (*at && (*at)->deadline <= deadline) {
		at = &(*at)->next;
	}
	timer->next = *at;
	timer->link = at;
	if (timer->next) {
		timer->next->link = &timer->next;
	}
	*at = timer;
	if (cpu->timers == timer) {
		program(cpu);
	}
	ax_port_unlock(&cpu->timer_lock, irq);
}

void ax_port_timer_cancel(struct ax_timer *timer)
{
	/* Its function may re-arm it once more while it is waited for. */
	while (take_out(timer)) {
		ax_arch_relax();
	}
}

void ax_time_interrupt(void)
{
	struct ax_cpu *cpu = ax_this_cpu();
	unsigned long irq = ax_port_lock(&cpu->timer_lock);

	while (cpu->timers && cpu->timers->deadline <= ax_port_ticks()) {
		struct ax_timer *timer = cpu->timers;

		unlink(timer);
		cpu->timer_running = timer;
		ax_port_unlock(&cpu->timer_lock, irq);
		timer->fn(timer);
		irq = ax_port_lock(&cpu->timer_lock);
		cpu->timer_running = NULL;
	}
	program(cpu);
	ax_port_unlock(&cpu->timer_lock, irq);
}
