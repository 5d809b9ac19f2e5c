/* SPDX-License-Identifier: Apache-2.0 */
/* The host's clock and timer: the physical counter and the EL2 physical timer (Arm ARM D11). */
#include <ax/aarch64/sysreg.h>
#include <ax/arch/host.h>

#define CNTHP_HWIRQ 26u /* PPI 10, SBSA's number for it */

uint64_t ax_arch_ticks(void)
{
	ax_isb(); /* the counter may otherwise be read early */
	return AX_MRS(cntpct_el0);
}

uint64_t ax_arch_tick_hz(void)
{
	return AX_MRS(cntfrq_el0);
}

void ax_arch_timer_set(uint64_t deadline)
{
	if (deadline == ~0ull) {
		AX_MSR(cnthp_ctl_el2, 0);
	} else {
		AX_MSR(cnthp_cval_el2, deadline);
		AX_MSR(cnthp_ctl_el2, CNT_CTL_ENABLE);
	}
	ax_isb();
}

unsigned ax_arch_timer_hwirq(void)
{
	return CNTHP_HWIRQ;
}
