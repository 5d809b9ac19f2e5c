/* SPDX-License-Identifier: Apache-2.0 */
/* Power, by the firmware's PSCI (Arm DEN0022). A caller at EL2 reaches it by SMC. */
#include "boot.h"
#include "mmu.h"

#include <ax/aarch64/sysreg.h>
#include <ax/arch/host.h>
#include <ax/err.h>

#define PSCI_CPU_ON 0xc4000003ull
#define PSCI_SYSTEM_OFF 0x84000008ull
#define PSCI_SYSTEM_RESET 0x84000009ull

static int64_t smc(uint64_t fn, uint64_t a1, uint64_t a2, uint64_t a3)
{
	register uint64_t x0 __asm__("x0") = fn;
	register uint64_t x1 __asm__("x1") = a1;
	register uint64_t x2 __asm__("x2") = a2;
	register uint64_t x3 __asm__("x3") = a3;

	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
			   "memory");
	return (int64_t)x0;
}

#define MAX_CPUS 64u

int ax_arch_cpu_start(uint64_t hw_id, void *stack_top, void *arg)
{
	/* One record a start: a slow CPU may read its own after the next was asked for. */
	static struct ax_arm_cpu_start record[MAX_CPUS];
	static unsigned used;
	struct ax_arm_cpu_start *r;

	if (used == MAX_CPUS) {
		return AX_ENOSPC;
	}
	r = &record[used++];
	r->stack_top = (uint64_t)stack_top;
	r->arg = (uint64_t)arg;
	r->root = ax_arm_host_root();
	ax_dsb(ish);
	/* The CPU reads the record through the temporary one-to-one map. */
	return smc(PSCI_CPU_ON, hw_id, ax_arm_image_pa(ax_arm_secondary), ax_arm_image_pa(r)) == 0 ? AX_OK : AX_EIO;
}

void ax_arch_power_off(void)
{
	smc(PSCI_SYSTEM_OFF, 0, 0, 0);
	ax_arch_halt();
}

void ax_arch_reboot(void)
{
	smc(PSCI_SYSTEM_RESET, 0, 0, 0);
	ax_arch_halt();
}

void ax_arch_halt(void)
{
	__asm__ volatile("msr daifset, #0xf");
	for (;;) {
		__asm__ volatile("wfi");
	}
}
