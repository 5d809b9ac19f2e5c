/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs: memory map, start and stop by PSCI, power, barriers. */
#include "cpu.h"

#define PTE_BLOCK 0x1ull
#define PTE_AF (1ull << 10)
#define PTE_INNER_SHAREABLE (3ull << 8)
#define PTE_ATTR(n) ((uint64_t)(n) << 2)
#define PTE_NO_EXEC (3ull << 53)

#define DEVICE_MEMORY (PTE_BLOCK | PTE_AF | PTE_ATTR(0) | PTE_NO_EXEC)
#define NORMAL_MEMORY (PTE_BLOCK | PTE_AF | PTE_ATTR(1) | PTE_INNER_SHAREABLE)
#define UNCACHED_MEMORY (PTE_BLOCK | PTE_AF | PTE_ATTR(2) | PTE_INNER_SHAREABLE)

struct cpu guest_cpus[GUEST_MAX_CPUS];
extern char guest_stacks[GUEST_MAX_CPUS][CPU_STACK_SIZE];
extern uint64_t guest_page_table[512];
extern const char image_end[];

uint64_t guest_page_table[512] __attribute__((aligned(4096)));

static uint64_t first;

/* One level of 1 GiB blocks; the upper half shows the lower half's addresses again, see GUEST_ALIAS. */
void guest_mmu_build(void)
{
	for (uint64_t i = 0; i < 512; i++) {
		uint64_t addr = (i & 255) << 30;

		if (i == 0) {
			guest_page_table[i] = addr | DEVICE_MEMORY;
		} else {
			guest_page_table[i] = addr | (i == 1 ? NORMAL_MEMORY : UNCACHED_MEMORY);
		}
	}
}

unsigned guest_cpu_id(void)
{
	return this_cpu()->id;
}

uint64_t guest_image_end(void)
{
	return (uint64_t)image_end;
}

void guest_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}

uint64_t guest_first_ticks(void)
{
	return first;
}

void guest_start_primary(const void *fdt, uint64_t first_ticks)
{
	first = first_ticks;
	guest_main(fdt);
}

void guest_start_secondary(void)
{
	struct cpu *cpu = this_cpu();

	cpu->fn(cpu->arg);
	guest_irq_mask();
	__atomic_store_n(&cpu->busy, false, __ATOMIC_RELEASE);
	guest_hypercall(PSCI_CPU_OFF, 0, 0, 0);
	guest_panic("PSCI CPU_OFF came back", 0, 0, 0);
}

bool guest_cpu_start(unsigned id, void (*fn)(void *), void *arg)
{
	struct cpu *cpu = &guest_cpus[id];

	cpu->id = id;
	cpu->stack_top = (uint64_t)guest_stacks[id] + CPU_STACK_SIZE;
	cpu->try_sp = 0;
	cpu->fn = fn;
	cpu->arg = arg;
	cpu->busy = true;
	__asm__ volatile("dc cvac, %0\n\tdsb sy" ::"r"(cpu) : "memory");
	return (int64_t)guest_hypercall(PSCI_CPU_ON, id, (uint64_t)guest_secondary_entry, (uint64_t)cpu).r[0] ==
	       PSCI_OK;
}

bool guest_cpu_join(unsigned id)
{
	uint64_t end = guest_ticks() + guest_tick_hz();

	/* A firmware may report a CPU it was told to start as off for a while: that state alone says too little. */
	while (guest_cpus[id].busy || guest_hypercall(PSCI_AFFINITY_INFO, id, 0, 0).r[0] != PSCI_OFF) {
		if (guest_ticks() > end) {
			return false;
		}
		guest_relax();
	}
	return true;
}

void guest_poweroff(void)
{
	guest_hypercall(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;) {
		guest_wait();
	}
}

void guest_reboot(void)
{
	guest_hypercall(PSCI_SYSTEM_RESET, 0, 0, 0);
	guest_panic("PSCI SYSTEM_RESET came back", 0, 0, 0);
}

struct guest_call guest_hypercall(uint64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t x0 __asm__("x0") = nr;
	register uint64_t x1 __asm__("x1") = a;
	register uint64_t x2 __asm__("x2") = b;
	register uint64_t x3 __asm__("x3") = c;

	__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
	return (struct guest_call){{x0, x1, x2, x3}};
}

struct guest_call guest_smc(uint64_t nr, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t x0 __asm__("x0") = nr;
	register uint64_t x1 __asm__("x1") = a;
	register uint64_t x2 __asm__("x2") = b;
	register uint64_t x3 __asm__("x3") = c;

	__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)::"memory");
	return (struct guest_call){{x0, x1, x2, x3}};
}

void guest_sync_code(uint64_t addr, uint64_t size)
{
	for (uint64_t line = addr & ~15ull; line < addr + size; line += 16) {
		__asm__ volatile("dc cvau, %0" ::"r"(line) : "memory");
	}
	__asm__ volatile("dsb ish\n\tic ialluis\n\tdsb ish\n\tisb" ::: "memory");
}
