/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing up the CPUs of the device tree, and calls between them. */
#include <ax/base/boot.h>
#include <ax/base/dt.h>
#include <ax/base/mm.h>
#include <ax/base/smp.h>
#include <ax/base/sync.h>
#include <ax/port.h>

#include <stdatomic.h>

#define START_TIMEOUT_NS 1000000000ull

struct ax_cpu ax_cpus[AX_MAX_CPUS];
static unsigned cpu_count = 1;

static struct {
	void (*fn)(void *arg);
	void *arg;
	_Atomic bool done;
} call;

uint64_t ax_cpu_hw_id(unsigned cpu)
{
	return ax_cpus[cpu].hw_id;
}

unsigned ax_port_cpu(void)
{
	return ax_this_cpu()->index;
}

unsigned ax_port_cpu_count(void)
{
	return cpu_count;
}

void ax_port_cpu_kick(unsigned cpu)
{
	if (cpu != ax_port_cpu()) {
		ax_ipi_send(cpu, AX_IPI_RESCHED);
	}
}

void ax_smp_init_boot(void)
{
	ax_cpus[0].hw_id = ax_arch_cpu_hw_id();
	ax_cpus[0].online = true;
	ax_arch_set_percpu(&ax_cpus[0]);
}

/* AX_OK: it runs. AX_EBUSY: it was asked to and may still come. */
static int start(struct ax_cpu *cpu)
{
	void *stack = ax_stack_alloc(AX_TASK_STACK);
	uint64_t deadline = ax_port_ticks() + ax_port_ns_to_ticks(START_TIMEOUT_NS);
	int err = stack ? ax_arch_cpu_start(cpu->hw_id, stack, cpu) : AX_ENOMEM;

	while (!err && !cpu->online && ax_port_ticks() < deadline) {
		ax_arch_relax();
	}
	if (err && stack) {
		ax_stack_free(stack, AX_TASK_STACK);
	}
	return err ? err : cpu->online ? AX_OK : AX_EBUSY;
}

void ax_smp_start_others(void)
{
	uint64_t hw_id[AX_MAX_CPUS];
	unsigned n = ax_dt_cpus(hw_id, AX_MAX_CPUS);
	int err;

	for (unsigned i = 0; i < n; i++) {
		struct ax_cpu *cpu = &ax_cpus[cpu_count];

		if (hw_id[i] == ax_cpus[0].hw_id || cpu_count == AX_MAX_CPUS) {
			continue;
		}
		cpu->hw_id = hw_id[i];
		cpu->index = cpu_count;
		cpu_count++; /* before it runs: it may be kicked at once */
		err = start(cpu);
		if (!err) {
			continue;
		}
		cpu_count--;
		ax_port_log(AX_LOG_ERROR, "CPU %#llx did not start (error %d); going on without it",
			    (unsigned long long)hw_id[i], err);
		if (err == AX_EBUSY) {
			break; /* should it come, it finds its place unused */
		}
	}
}

void ax_base_start_secondary(void *arg)
{
	struct ax_cpu *cpu = arg;

	ax_arch_set_percpu(cpu);
	ax_irq_init_cpu();
	ax_sched_init_cpu();
	cpu->online = true;
	ax_sched_idle();
}

void ax_each_cpu(void (*fn)(void *arg), void *arg)
{
	static struct ax_mutex one_at_a_time;

	ax_mutex_lock(&one_at_a_time);
	for (unsigned i = 0; i < cpu_count; i++) {
		unsigned long irq = ax_arch_irq_save();

		if (i == ax_port_cpu()) {
			fn(arg);
			ax_arch_irq_restore(irq);
			continue;
		}
		call.fn = fn;
		call.arg = arg;
		call.done = false;
		ax_ipi_send(i, AX_IPI_CALL);
		ax_arch_irq_restore(irq);
		while (!call.done) {
			ax_arch_relax();
		}
	}
	ax_mutex_unlock(&one_at_a_time);
}

void ax_smp_stop_others(void)
{
	for (unsigned i = 0; i < cpu_count; i++) {
		if (i != ax_port_cpu()) {
			ax_ipi_send(i, AX_IPI_STOP);
		}
	}
}

void ax_smp_ipi(enum ax_ipi ipi)
{
	switch (ipi) {
	case AX_IPI_RESCHED:
		break; /* the dispatch looks at the run queue anyway */
	case AX_IPI_CALL:
		call.fn(call.arg);
		call.done = true;
		break;
	case AX_IPI_STOP:
		ax_arch_halt();
	}
}
