/* SPDX-License-Identifier: Apache-2.0 */
/* The port's CPUs and hardware interrupts. */
#include "port.h"

#include <string.h>

#define CPUS 8u
#define HWIRQS 64u

static struct {
	unsigned cpu, count;
	unsigned kicks[CPUS];
	ax_port_irq_fn fn[HWIRQS];
	struct {
		bool enabled, pending, active;
	} irq[CPUS][HWIRQS];
} cpus = {.count = 4};

void ax_mock_irq_reset(void)
{
	memset(&cpus, 0, sizeof(cpus));
	cpus.count = 4;
}

void ax_mock_set_cpu_count(unsigned count)
{
	if (count == 0 || count > CPUS) {
		ax_mock_panic("the mock has 1 to %u CPUs", CPUS);
	}
	cpus.count = count;
}

void ax_mock_set_cpu(unsigned cpu)
{
	if (cpu >= cpus.count) {
		ax_mock_panic("CPU %u of %u", cpu, cpus.count);
	}
	cpus.cpu = cpu;
}

unsigned ax_port_cpu(void)
{
	return cpus.cpu;
}

unsigned ax_port_cpu_count(void)
{
	return cpus.count;
}

void ax_port_cpu_kick(unsigned cpu)
{
	if (cpu >= cpus.count) {
		ax_mock_panic("kick of CPU %u of %u", cpu, cpus.count);
	}
	cpus.kicks[cpu]++;
}

unsigned ax_mock_kicks(unsigned cpu)
{
	return cpu < CPUS ? cpus.kicks[cpu] : 0;
}

/* ---- interrupts ---- */

static unsigned checked(unsigned hwirq)
{
	if (hwirq >= HWIRQS) {
		ax_mock_panic("hardware interrupt %u of %u", hwirq, HWIRQS);
	}
	return hwirq;
}

int ax_port_irq_claim(unsigned hwirq, ax_port_irq_fn fn)
{
	if (hwirq >= HWIRQS) {
		return AX_ERANGE;
	}
	if (cpus.fn[hwirq]) {
		return AX_EBUSY;
	}
	cpus.fn[hwirq] = fn;
	return AX_OK;
}

void ax_port_irq_enable(unsigned hwirq, bool on)
{
	cpus.irq[cpus.cpu][checked(hwirq)].enabled = on;
}

void ax_port_irq_set_active(unsigned hwirq, bool active)
{
	cpus.irq[cpus.cpu][checked(hwirq)].active = active;
}

bool ax_mock_irq_active(unsigned hwirq)
{
	return cpus.irq[cpus.cpu][checked(hwirq)].active;
}

bool ax_mock_irq_enabled(unsigned hwirq)
{
	return cpus.irq[cpus.cpu][checked(hwirq)].enabled;
}

void ax_mock_irq_raise(unsigned hwirq)
{
	cpus.irq[cpus.cpu][checked(hwirq)].pending = true;
}

void ax_port_irq_handle(void)
{
	if (ax_arch_irq_enabled()) {
		ax_mock_panic("ax_port_irq_handle with interrupts on");
	}
	for (unsigned i = 0; i < HWIRQS; i++) {
		if (!cpus.irq[cpus.cpu][i].enabled || !cpus.irq[cpus.cpu][i].pending || cpus.irq[cpus.cpu][i].active) {
			continue;
		}
		if (!cpus.fn[i]) {
			ax_mock_panic("interrupt %u, which nobody claimed", i);
		}
		cpus.irq[cpus.cpu][i].pending = false;
		cpus.irq[cpus.cpu][i].active = true;
		if (cpus.fn[i](i)) {
			cpus.irq[cpus.cpu][i].active = false;
		}
	}
}
