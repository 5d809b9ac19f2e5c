/* SPDX-License-Identifier: Apache-2.0 */
/* Contract: what base/ needs of the CPU it runs on. Everything here is per-CPU and never blocks. */
#ifndef AX_ARCH_HOST_H
#define AX_ARCH_HOST_H

#include <ax/arch/layout.h> /* per arch: AX_DIRECT_MAP_BASE, AX_IMAGE_VA, AX_VMAP_BASE, AX_VMAP_SIZE */
#include <ax/arch/npt.h>
#include <ax/types.h>

/* ---- start ---- */

/*
 * What the boot code hands to ax_base_start() (base/), on the boot CPU, MMU on with temporary tables: `window` is the
 * physical range that they map (direct map, writable); everything else becomes reachable with the final tables.
 */
struct ax_boot_info {
	ax_hpa_t dtb;        /* flattened device tree */
	ax_hpa_t image;      /* where AX_IMAGE_VA lies */
	uint64_t image_size; /* to the end of .bss, page multiple */
	ax_hpa_t window;
	uint64_t window_size;
};

/* ---- this CPU ---- */

/* The per-CPU data pointer (TPIDR_EL2, tp, GS base). Set once at CPU start. */
void *ax_arch_percpu(void);
void ax_arch_set_percpu(void *p);

/* Masks interrupts; returns the state for ax_arch_irq_restore(). */
unsigned long ax_arch_irq_save(void);
void ax_arch_irq_restore(unsigned long state);
bool ax_arch_irq_enabled(void);
void ax_arch_irq_enable(void);

/* A hint inside every spin loop (YIELD, PAUSE). */
void ax_arch_relax(void);
/* Sleeps until an interrupt is pending; returns with it still pending when interrupts are masked. */
void ax_arch_idle(void);

/* ---- tasks ---- */

/* Callee-saved state of a task that is not running; first member must be the stack pointer. */
struct ax_arch_context {
	uintptr_t sp;
};

/*
 * Lays out a new context: when switched to, calls entry(arg) with interrupts masked on the stack that ends at
 * stack_top.
 */
void ax_arch_context_init(struct ax_arch_context *ctx, void *stack_top, void (*entry)(void *), void *arg);
/* Saves the caller into *from and continues *to. Interrupts masked. */
void ax_arch_context_switch(struct ax_arch_context *from, const struct ax_arch_context *to);

/* ---- time ---- */

uint64_t ax_arch_ticks(void); /* monotonic, equal on all CPUs */
uint64_t ax_arch_tick_hz(void);
/* One-shot host timer interrupt of this CPU at an absolute tick; ~0: off. */
void ax_arch_timer_set(uint64_t deadline);
/* The interrupt number of that timer at the host's interrupt controller. */
unsigned ax_arch_timer_hwirq(void);

/* ---- the host's own page tables ---- */

const struct ax_npt_format *ax_arch_host_format(void);
/* Installs the final tables on this CPU. */
void ax_arch_host_tables(const struct ax_npt_tag *tag);

/* ---- power ---- */

/*
 * Starts the CPU the hardware calls hw_id (PSCI CPU_ON, SBI HSM, INIT-SIPI-SIPI): it enables the final tables, takes
 * stack_top as its stack and calls ax_base_start_secondary(arg). AX_EINVAL, AX_EIO and the like: it did not start.
 */
int ax_arch_cpu_start(uint64_t hw_id, void *stack_top, void *arg);
uint64_t ax_arch_cpu_hw_id(void);
AX_NORETURN void ax_arch_power_off(void);
AX_NORETURN void ax_arch_reboot(void);
/* Stops this CPU for good (panic). */
AX_NORETURN void ax_arch_halt(void);
/*
 * Makes instructions just written at [va, va+size) visible to instruction fetch, and data to devices and caches-off
 * readers.
 */
void ax_arch_sync_icache(void *va, size_t size);
void ax_arch_clean_dcache(void *va, size_t size);
/* Fastest way to clear whole pages of normal memory. */
void ax_arch_zero_pages(void *va, size_t size);

#endif
