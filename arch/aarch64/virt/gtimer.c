/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's virtual timer (Arm ARM D11.2). It runs in hardware while the vCPU is loaded; its interrupt is left active
 * at the physical controller and completed by the guest through the linked list register.
 */
#include "vcpu_state.h"

#define CNTV_HWIRQ 27

static bool fired(unsigned hwirq)
{
	/* The run loop reads the timer after each exit and raises the line. */
	(void)hwirq;
	return false;
}

int ax_arm_gtimer_init(void)
{
	return ax_port_irq_claim(CNTV_HWIRQ, fired);
}

void ax_arm_gtimer_enable(bool on)
{
	AX_MSR(cntv_ctl_el0, 0);
	ax_port_irq_enable(CNTV_HWIRQ, on);
}

int ax_arch_vcpu_timer_hwirq(void)
{
	return CNTV_HWIRQ;
}

void ax_arch_vcpu_timer(struct ax_arch_vcpu *vcpu, struct ax_arch_timer *out)
{
	uint64_t ctl = GUEST_REG_GET(vcpu, cntv_ctl_el0);
	uint64_t cval;

	if ((ctl & (CNT_CTL_ENABLE | CNT_CTL_IMASK)) != CNT_CTL_ENABLE) {
		*out = (struct ax_arch_timer){0};
		return;
	}
	cval = GUEST_REG_GET(vcpu, cntv_cval_el0);
	if (vcpu->loaded) {
		out->line = ctl & CNT_CTL_ISTATUS;
	} else {
		/* Compared as the hardware does: by the guest's own count. */
		out->line = ax_port_ticks() - vcpu->cntvoff >= cval;
	}
	/* A compare value beyond the end of the host's count is never reached. */
	out->armed = !out->line && !__builtin_add_overflow(cval, vcpu->cntvoff, &out->deadline);
}
