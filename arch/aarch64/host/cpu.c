/* SPDX-License-Identifier: Apache-2.0 */
/* This CPU: per-CPU pointer, interrupt mask, idle, task contexts, caches. */
#include <ax/aarch64/sysreg.h>
#include <ax/arch/host.h>

void *ax_arch_percpu(void)
{
	return (void *)AX_MRS(tpidr_el2);
}

void ax_arch_set_percpu(void *p)
{
	AX_MSR(tpidr_el2, (uint64_t)p);
}

#define DAIF_I AX_BIT(7)

unsigned long ax_arch_irq_save(void)
{
	uint64_t daif = AX_MRS(daif);

	__asm__ volatile("msr daifset, #2" : : : "memory");
	return daif;
}

void ax_arch_irq_restore(unsigned long state)
{
	__asm__ volatile("msr daif, %0" : : "r"(state) : "memory");
}

bool ax_arch_irq_enabled(void)
{
	return !(AX_MRS(daif) & DAIF_I);
}

void ax_arch_irq_enable(void)
{
	__asm__ volatile("msr daifclr, #2" : : : "memory");
}

void ax_arch_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

void ax_arch_idle(void)
{
	ax_dsb(sy);
	__asm__ volatile("wfi" : : : "memory");
}

uint64_t ax_arch_cpu_hw_id(void)
{
	return AX_MRS(mpidr_el1) & (AX_MASK(39, 32) | AX_MASK(23, 0));
}

void ax_arm_task_start(void);

/* What ax_arch_context_switch() finds on the stack of a task that never ran. */
struct switch_frame {
	uint64_t x29, x30;
	uint64_t x19, x20; /* entry, argument */
	uint64_t rest[8];
};

void ax_arch_context_init(struct ax_arch_context *ctx, void *stack_top, void (*entry)(void *), void *arg)
{
	struct switch_frame *frame = (struct switch_frame *)AX_ALIGN_DOWN((uintptr_t)stack_top, 16) - 1;

	*frame =
		(struct switch_frame){.x30 = (uint64_t)ax_arm_task_start, .x19 = (uint64_t)entry, .x20 = (uint64_t)arg};
	ctx->sp = (uintptr_t)frame;
}

static size_t dcache_line(void)
{
	return (size_t)4 << AX_FIELD_GET(AX_MRS(ctr_el0), 19, 16);
}

void ax_arch_clean_dcache(void *va, size_t size)
{
	size_t line = dcache_line();
	uintptr_t end = (uintptr_t)va + size;
	uintptr_t p = AX_ALIGN_DOWN((uintptr_t)va, line);

	/* Four at a time: guests' copies are megabytes. */
	for (; p + 4 * line <= end; p += 4 * line) {
		__asm__ volatile("dc civac, %0\n\tdc civac, %1\n\tdc civac, %2\n\tdc civac, %3"
				 :
				 : "r"(p), "r"(p + line), "r"(p + 2 * line), "r"(p + 3 * line)
				 : "memory");
	}
	for (; p < end; p += line) {
		__asm__ volatile("dc civac, %0" : : "r"(p) : "memory");
	}
	ax_dsb(sy);
}

void ax_arch_sync_icache(void *va, size_t size)
{
	ax_arch_clean_dcache(va, size);
	__asm__ volatile("ic ialluis" : : : "memory");
	ax_dsb(ish);
	ax_isb();
}

/* DC ZVA clears a whole block an instruction, unless DCZID_EL0 forbids it (D19.2.37). */
void ax_arch_zero_pages(void *va, size_t size)
{
	uint64_t dczid = AX_MRS(dczid_el0);
	char *p = va, *end = p + size;

	if (dczid & AX_BIT(4)) {
		for (uint64_t *w = va; (char *)w < end; w += 2) {
			w[0] = 0;
			w[1] = 0;
		}
		return;
	}
	/* A page is at least two blocks of the largest size there is. */
	for (size_t block = (size_t)4 << (dczid & 15); p < end; p += 2 * block) {
		__asm__ volatile("dc zva, %0\n\tdc zva, %1" : : "r"(p), "r"(p + block) : "memory");
	}
}
