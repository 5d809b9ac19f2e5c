/* SPDX-License-Identifier: Apache-2.0 */
/* What start.S, vectors.S and the C files of this folder share. TPIDR_EL1 points to the CPU's struct cpu. */
#ifndef GUEST_CPU_H
#define GUEST_CPU_H

#define CPU_TRY_SP 0
#define CPU_STACK_TOP 8
#define CPU_STACK_SIZE 8192
#define FRAME_SIZE 272

#ifndef __ASSEMBLER__
#include "../../runtime/runtime.h"

struct cpu {
	uint64_t try_sp; /* stack of guest_try while it is under way, else 0 */
	uint64_t stack_top;
	unsigned id;
	volatile bool busy; /* from guest_cpu_start() until fn has returned */
	void (*fn)(void *);
	void *arg;
	struct guest_fault fault;
};

/* Registers of what an exception interrupted. */
struct frame {
	uint64_t x[31];
	uint64_t elr, spsr;
	uint64_t pad;
};

_Static_assert(offsetof(struct cpu, try_sp) == CPU_TRY_SP && offsetof(struct cpu, stack_top) == CPU_STACK_TOP,
	       "assembly");
_Static_assert(sizeof(struct frame) == FRAME_SIZE, "vectors.S");

extern struct cpu guest_cpus[GUEST_MAX_CPUS];

static inline struct cpu *this_cpu(void)
{
	return (struct cpu *)guest_sysreg_read(tpidr_el1);
}

void guest_start_primary(const void *fdt, uint64_t first_ticks) __attribute__((noreturn));
void guest_start_secondary(void) __attribute__((noreturn));
void guest_secondary_entry(void);
void guest_exception(struct frame *frame, unsigned kind);
void guest_irq_dispatch(void);
void guest_mmu_build(void);
extern const char guest_try_faulted[];
uint64_t guest_try_call(void (*fn)(void *), void *arg, uint64_t *sp_slot);
#endif

#endif
