/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt dispatch. Handlers are registered before their interrupt is enabled, so look-up takes no lock. */
#include <ax/arch/host.h>
#include <ax/base/driver.h>
#include <ax/base/dt.h>
#include <ax/base/irq.h>
#include <ax/base/sched.h>
#include <ax/base/smp.h>
#include <ax/port.h>

#include <libfdt.h>

#define MAX_HWIRQS 1020u

static const struct ax_irqchip_driver *chip;
static struct {
	ax_irq_fn fn;
	void *arg;
	ax_port_irq_fn forward; /* of a backend: may leave the interrupt active */
} handler[MAX_HWIRQS];

void ax_irqchip_register(const struct ax_irqchip_driver *driver)
{
	chip = driver;
}

void ax_irq_init_cpu(void)
{
	if (!chip) {
		ax_port_panic("no driver for this machine's interrupt controller");
	}
	chip->init_cpu();
	chip->enable(ax_arch_timer_hwirq(), true);
}

static bool taken(unsigned hwirq)
{
	return handler[hwirq].fn || handler[hwirq].forward;
}

int ax_irq_register(unsigned hwirq, ax_irq_fn fn, void *arg)
{
	if (hwirq >= MAX_HWIRQS) {
		return AX_ERANGE;
	}
	if (taken(hwirq)) {
		return AX_EBUSY;
	}
	handler[hwirq].arg = arg;
	handler[hwirq].fn = fn;
	return AX_OK;
}

int ax_port_irq_claim(unsigned hwirq, ax_port_irq_fn fn)
{
	if (hwirq >= MAX_HWIRQS) {
		return AX_ERANGE;
	}
	if (taken(hwirq)) {
		return AX_EBUSY;
	}
	handler[hwirq].forward = fn;
	return AX_OK;
}

void ax_irq_enable(unsigned hwirq, bool on)
{
	chip->enable(hwirq, on);
}

void ax_port_irq_enable(unsigned hwirq, bool on)
{
	chip->enable(hwirq, on);
}

void ax_port_irq_set_active(unsigned hwirq, bool active)
{
	chip->set_active(hwirq, active);
}

unsigned long ax_port_irq_save(void)
{
	return ax_arch_irq_save();
}

void ax_port_irq_restore(unsigned long state)
{
	ax_arch_irq_restore(state);
}

int ax_irq_of_node(int node, unsigned index)
{
	const void *tree = ax_dt();
	uint32_t cells[4];
	int len, n, parent = node;
	const fdt32_t *p = fdt_getprop(tree, node, "interrupts", &len);

	while (parent >= 0 && !fdt_getprop(tree, parent, "interrupt-parent", NULL)) {
		parent = parent == 0 ? -1 : fdt_parent_offset(tree, parent);
	}
	parent = parent < 0 ? -1 : fdt_node_offset_by_phandle(tree, ax_dt_u32(parent, "interrupt-parent", 0));
	n = parent < 0 ? 0 : (int)ax_dt_u32(parent, "#interrupt-cells", 0);
	if (!p || n < 1 || n > (int)AX_ARRAY_SIZE(cells) || ((int)index + 1) * n * (int)sizeof(*p) > len) {
		return AX_ENOENT;
	}
	for (int i = 0; i < n; i++) {
		cells[i] = fdt32_to_cpu(p[(int)index * n + i]);
	}
	return chip->translate(cells, (unsigned)n);
}

void ax_ipi_send(unsigned cpu, enum ax_ipi ipi)
{
	chip->send_ipi(cpu, ipi);
}

static void handle(unsigned hwirq)
{
	bool complete = true;

	chip->eoi(hwirq);
	if (hwirq < AX_IRQ_IPIS) {
		ax_smp_ipi((enum ax_ipi)hwirq);
	} else if (hwirq == ax_arch_timer_hwirq()) {
		ax_time_interrupt();
	} else if (hwirq < MAX_HWIRQS && handler[hwirq].forward) {
		complete = handler[hwirq].forward(hwirq);
	} else if (hwirq < MAX_HWIRQS && handler[hwirq].fn) {
		handler[hwirq].fn(handler[hwirq].arg);
	}
	if (complete) {
		chip->deactivate(hwirq);
	}
}

void ax_port_irq_handle(void)
{
	unsigned hwirq;

	while ((hwirq = chip->ack()) != AX_IRQ_NONE) {
		handle(hwirq);
	}
}

void ax_irq_dispatch(void)
{
	ax_port_irq_handle();
	ax_sched_preempt();
}
