/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs: their private data, how they start, how one makes another do something. */
#ifndef AX_BASE_SMP_H
#define AX_BASE_SMP_H

#include <ax/arch/host.h>
#include <ax/base/irq.h>
#include <ax/base/sched.h>

#define AX_MAX_CPUS 16u

struct ax_cpu {
	unsigned index;
	uint64_t hw_id;
	_Atomic bool online;
	struct ax_runqueue runqueue;
	struct ax_timer *timers; /* sorted by deadline */
	struct ax_lock timer_lock;
	struct ax_timer *timer_running;
};

extern struct ax_cpu ax_cpus[AX_MAX_CPUS];

static inline struct ax_cpu *ax_this_cpu(void)
{
	return ax_arch_percpu();
}

uint64_t ax_cpu_hw_id(unsigned cpu);

/* The boot CPU becomes CPU 0; then the others start and wait in their idle tasks. */
void ax_smp_init_boot(void);
void ax_smp_start_others(void);
/*
 * Runs fn(arg) on every online CPU, one after the other, and waits. Task context, interrupts on. fn runs with
 * interrupts off.
 */
void ax_each_cpu(void (*fn)(void *arg), void *arg);
/* Stops the other CPUs for good: panic. */
void ax_smp_stop_others(void);
void ax_smp_ipi(enum ax_ipi ipi);

#endif
