/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's timer and its interrupt. The timer is the hardware's own; its interrupt reaches the host, which leaves it
 * active, so that it stays silent until the guest deactivates the virtual interrupt linked to it (Arm IHI 0069,
 * ICH_LR<n>_EL2.HW). From this follows the one rule below: on the CPU that has the vCPU, the physical interrupt is
 * active while the timer's line is high (told to the model, no need to hear again) or the virtual interrupt is in
 * flight (the guest will deactivate it). When the line falls before the guest took the interrupt, nobody else would
 * deactivate it.
 */
#include <ax/device/vgicv3.h>

#include "internal.h"

void ax_vtimer_load(struct ax_vtimer *timer)
{
	timer->stale = timer->line.chip != NULL;
}

void ax_vtimer_put(struct ax_vtimer *timer)
{
	if (timer->line.chip && timer->hwirq >= 0) {
		ax_port_irq_set_active((unsigned)timer->hwirq, false);
	}
}

/*
 * The line rises again for each physical activation: when the guest deactivated the interrupt and the timer still
 * asserts it, the model has forgotten the one before.
 */
static bool changed(const struct ax_vtimer *timer, bool level)
{
	if (timer->stale || timer->level != level) {
		return true;
	}
	return level && timer->hwirq >= 0 &&
	       !ax_vgicv3_hw_active(timer->line.chip, timer->line.vcpu, timer->line.intid);
}

static void update(struct ax_vtimer *timer, bool level)
{
	if (level || timer->level) {
		ax_irq_line_set(&timer->line, level);
		timer->level = level;
	}
	timer->stale = false;
	if (timer->hwirq >= 0) {
		bool in_flight = ax_vgicv3_hw_active(timer->line.chip, timer->line.vcpu, timer->line.intid);

		ax_port_irq_set_active((unsigned)timer->hwirq, level || in_flight);
	}
}

struct ax_arch_timer ax_vtimer_sync(struct ax_run *run)
{
	struct ax_vtimer *timer = &run->timer;
	struct ax_arch_timer state;

	ax_arch_vcpu_timer(run->vcpu->arch, &state);
	if (timer->line.chip && changed(timer, state.line)) {
		update(timer, state.line);
	}
	return state;
}
