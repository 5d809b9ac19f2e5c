/* SPDX-License-Identifier: Apache-2.0 */
/* The mock CPU: interrupt flag, per-CPU pointer, context switch, power, and how a test survives a panic. */
#include "machine.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

static struct {
	void *percpu;
	bool irq_off;
	struct ax_npt_tag tables;
	void (*on_idle)(void);
	jmp_buf *rescue;
	char text[512];
} machine;

void ax_mock_arch_reset(void)
{
	machine.percpu = NULL;
	machine.irq_off = false;
	machine.tables = (struct ax_npt_tag){0};
	machine.on_idle = NULL;
	ax_mock_memory_reset();
	ax_mock_clock_reset();
	ax_mock_tlb_reset();
}

/* ---- panic ---- */

void ax_mock_vpanic(const char *fmt, va_list args)
{
	vsnprintf(machine.text, sizeof(machine.text), fmt, args);
	if (machine.rescue) {
		longjmp(*machine.rescue, 1);
	}
	fprintf(stderr, "panic: %s\n", machine.text);
	abort();
}

void ax_mock_panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	ax_mock_vpanic(fmt, args);
}

bool ax_mock_panics(void (*fn)(void *), void *arg)
{
	jmp_buf here;
	jmp_buf *outer = machine.rescue;
	volatile bool irq_off = machine.irq_off;
	volatile bool panicked = true;

	machine.text[0] = '\0';
	machine.rescue = &here;
	if (setjmp(here) == 0) {
		fn(arg);
		panicked = false;
	}
	machine.rescue = outer;
	machine.irq_off = irq_off;
	return panicked;
}

const char *ax_mock_panic_text(void)
{
	return machine.text;
}

/* ---- this CPU ---- */

void *ax_arch_percpu(void)
{
	return machine.percpu;
}

void ax_arch_set_percpu(void *p)
{
	machine.percpu = p;
}

unsigned long ax_arch_irq_save(void)
{
	unsigned long state = machine.irq_off;

	machine.irq_off = true;
	return state;
}

void ax_arch_irq_restore(unsigned long state)
{
	machine.irq_off = state != 0;
	if (!machine.irq_off) {
		ax_mock_clock_catch_up();
	}
}

bool ax_arch_irq_enabled(void)
{
	return !machine.irq_off;
}

void ax_arch_irq_enable(void)
{
	ax_arch_irq_restore(0);
}

void ax_arch_relax(void)
{
}

void ax_mock_on_idle(void (*fn)(void))
{
	machine.on_idle = fn;
}

/* ---- contexts: a ucontext_t on the stack of whom it suspends ---- */

static void context_start(unsigned entry_lo, unsigned entry_hi, unsigned arg_lo, unsigned arg_hi)
{
	uintptr_t entry = (uintptr_t)entry_hi << 32 | entry_lo;
	uintptr_t arg = (uintptr_t)arg_hi << 32 | arg_lo;

	((void (*)(void *))entry)((void *)arg);
	ax_mock_panic("a task's entry returned to nowhere");
}

void ax_arch_context_init(struct ax_arch_context *ctx, void *stack_top, void (*entry)(void *), void *arg)
{
	const size_t claim = 4096; /* only the end of the range counts: makecontext() puts the stack pointer there */
	ucontext_t *uc = (void *)AX_ALIGN_DOWN((uintptr_t)stack_top - sizeof(*uc), 64);

	if (getcontext(uc) != 0) {
		ax_mock_panic("getcontext failed");
	}
	uc->uc_stack.ss_sp = (char *)uc - claim;
	uc->uc_stack.ss_size = claim;
	uc->uc_link = NULL;
	makecontext(uc, (void (*)(void))context_start, 4, (unsigned)(uintptr_t)entry,
		    (unsigned)((uintptr_t)entry >> 32), (unsigned)(uintptr_t)arg, (unsigned)((uintptr_t)arg >> 32));
	ctx->sp = (uintptr_t)uc;
}

void ax_arch_context_switch(struct ax_arch_context *from, const struct ax_arch_context *to)
{
	ucontext_t here;

	if (!machine.irq_off) {
		ax_mock_panic("context switch with interrupts on");
	}
	from->sp = (uintptr_t)&here;
	swapcontext(&here, (const ucontext_t *)to->sp);
}

/* ---- tables, power ---- */

void ax_arch_host_tables(const struct ax_npt_tag *tag)
{
	machine.tables = *tag;
}

struct ax_npt_tag ax_mock_host_tables(void)
{
	return machine.tables;
}

int ax_arch_cpu_start(uint64_t hw_id, void *stack_top, void *arg)
{
	(void)hw_id;
	(void)stack_top;
	(void)arg;
	return AX_ENOSYS;
}

uint64_t ax_arch_cpu_hw_id(void)
{
	return 0;
}

void ax_arch_power_off(void)
{
	ax_mock_panic("power off");
}

void ax_arch_reboot(void)
{
	ax_mock_panic("reboot");
}

void ax_arch_halt(void)
{
	ax_mock_panic("halt");
}

void ax_arch_sync_icache(void *va, size_t size)
{
	(void)va;
	(void)size;
}

void ax_arch_clean_dcache(void *va, size_t size)
{
	(void)va;
	(void)size;
}

void ax_arch_zero_pages(void *va, size_t size)
{
	memset(va, 0, size);
}

void ax_arch_idle(void)
{
	if (!ax_mock_clock_skip()) {
		if (!machine.on_idle) {
			ax_mock_panic("idle with nothing to wait for");
		}
		machine.on_idle();
	}
}
