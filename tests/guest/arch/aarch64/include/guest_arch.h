/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The AArch64 machine of the tests: the layout of QEMU's virt board, which Axle's guests share, entered at EL1 by the
 * arm64 Linux boot protocol. GICv3, PSCI by HVC, the virtual timer.
 *
 * Addresses below 1 GiB are mapped as Device memory, never executable; the second GiB, where the RAM is, as Normal
 * memory; the rest up to 256 GiB as Normal non-cacheable, executable: what is absent there is for the hypervisor to
 * say.
 */
#ifndef GUEST_ARCH_H
#define GUEST_ARCH_H

#include <stdint.h>

#define GUEST_NATIVE_COMPATIBLE "linux,dummy-virt"

#define GUEST_GICD 0x08000000ul
#define GUEST_GICD_SIZE 0x10000ul
#define GUEST_GICR 0x080a0000ul
#define GUEST_GICR_STRIDE 0x20000ul
#define GUEST_UART 0x09000000ul
#define GUEST_UART_SIZE 0x1000ul

#define GUEST_IPIS 16u
#define GUEST_IRQ_IPI(n) (n)
#define GUEST_IRQ_TIMER 27u
#define GUEST_IRQ_UART 33u
#define GUEST_IRQ_SPARE 40u /* a shared interrupt no device drives */
#define GUEST_IRQ_LIMIT 256u

/* Nothing is there: between the devices, above the memory. */
#define GUEST_HOLE_LOW 0x0b000000ul
#define GUEST_HOLE_HIGH 0x1000000000ul
/* The same device addresses through Normal memory, where unaligned accesses reach the bus. */
#define GUEST_ALIAS(addr) ((addr) + 0x4000000000ul)
/* Only in VMs whose configuration has these regions of 2 MiB: read-only; not executable; execute and read. */
#define GUEST_READ_ONLY 0x60000000ul
#define GUEST_NO_EXEC 0x60200000ul
#define GUEST_READ_EXEC 0x60400000ul

/* A return instruction, to be placed where the tests jump. */
#define GUEST_INSN_RETURN 0xd65f03c0u
/* What the CPU fetches must see what was written there. */
void guest_sync_code(uint64_t addr, uint64_t size);

/* System registers by name, or by a macro that is one. */
#define GUEST_TEXT_(name) #name
#define GUEST_TEXT(name) GUEST_TEXT_(name)
#define guest_sysreg_read(name)                                                                                        \
	__extension__({                                                                                                \
		uint64_t value_;                                                                                       \
		__asm__ volatile("mrs %0, " GUEST_TEXT(name) : "=r"(value_)::"memory");                                \
		value_;                                                                                                \
	})
#define guest_sysreg_write(name, value)                                                                                \
	__asm__ volatile("msr " GUEST_TEXT(name) ", %0\n\tisb" ::"r"((uint64_t)(value)) : "memory")

#define GUEST_ICC_SGI0R S3_0_C12_C11_7
#define GUEST_ICC_SGI1R S3_0_C12_C11_5
#define GUEST_ICC_ASGI1R S3_0_C12_C11_6
#define GUEST_ICC_PMR S3_0_C4_C6_0

/* Interrupt-controller registers (Arm IHI 0069, 12.9 and 12.11) */
#define GUEST_GICD_CTLR (GUEST_GICD + 0x0)
#define GUEST_GICD_TYPER (GUEST_GICD + 0x4)
#define GUEST_GICD_IIDR (GUEST_GICD + 0x8)
#define GUEST_GICD_IGROUPR(n) (GUEST_GICD + 0x80 + 4 * (n))
#define GUEST_GICD_ISENABLER(n) (GUEST_GICD + 0x100 + 4 * (n))
#define GUEST_GICD_ICENABLER(n) (GUEST_GICD + 0x180 + 4 * (n))
#define GUEST_GICD_ISPENDR(n) (GUEST_GICD + 0x200 + 4 * (n))
#define GUEST_GICD_ICPENDR(n) (GUEST_GICD + 0x280 + 4 * (n))
#define GUEST_GICD_IPRIORITYR(irq) (GUEST_GICD + 0x400 + (irq))
#define GUEST_GICD_ICFGR(n) (GUEST_GICD + 0xc00 + 4 * (n))
#define GUEST_GICD_IROUTER(irq) (GUEST_GICD + 0x6000 + 8 * (irq))
#define GUEST_GICR_RD(cpu) (GUEST_GICR + GUEST_GICR_STRIDE * (cpu))
#define GUEST_GICR_SGI(cpu) (GUEST_GICR_RD(cpu) + 0x10000)

/* The distributor and CPU 0's redistributor as the runtime found them, all registers of a kind or-ed. */
struct guest_gic_reset {
	uint64_t control, enabled, pending, active, priority;
};
extern struct guest_gic_reset guest_gic_reset;

/* PSCI (Arm DEN 0022) and SMCCC (Arm DEN 0028) function ids */
#define PSCI_VERSION 0x84000000u
#define PSCI_CPU_SUSPEND32 0x84000001u
#define PSCI_CPU_SUSPEND 0xc4000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON32 0x84000003u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_AFFINITY_INFO32 0x84000004u
#define PSCI_AFFINITY_INFO 0xc4000004u
#define PSCI_MIGRATE_INFO_TYPE 0x84000006u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au
#define SMCCC_VERSION 0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u

enum {
	PSCI_OK = 0,
	PSCI_NOT_SUPPORTED = -1,
	PSCI_INVALID_PARAMETERS = -2,
	PSCI_DENIED = -3,
	PSCI_ALREADY_ON = -4,
	PSCI_INVALID_ADDRESS = -9
};
enum { PSCI_ON = 0, PSCI_OFF = 1, PSCI_ON_PENDING = 2 };

/* For hostile acts: a function nobody has, the bounds of the devices, registers to be swept with a step. */
#define GUEST_BAD_CALL 0x84001000u
#define GUEST_DEVICE_EDGES                                                                                             \
	GUEST_GICD, GUEST_GICD + GUEST_GICD_SIZE, GUEST_GICR, GUEST_GICR + 0x10000, GUEST_GICR + GUEST_GICR_STRIDE,    \
		GUEST_UART, GUEST_UART + GUEST_UART_SIZE
#define GUEST_DEVICE_ENDS                                                                                              \
	GUEST_GICD - 4, GUEST_GICD + GUEST_GICD_SIZE, GUEST_GICR - 4, GUEST_UART - 4, GUEST_UART + GUEST_UART_SIZE
#define GUEST_IRQCHIP_RANGES                                                                                           \
	{GUEST_GICD, 0x1000, 1}, {GUEST_GICD + 0x1000, 0x5000, 64}, {GUEST_GICD + 0x6000, 0x2000, 4},                  \
		{GUEST_GICD + 0x8000, 0x7fc0, 64}, {GUEST_GICD + 0xffc0, 64, 1}, {GUEST_GICR, 0x200, 1},               \
		{GUEST_GICR + 0x200, 0xfdc0, 64}, {GUEST_GICR + 0xffc0, 64, 1}, {GUEST_GICR + 0x10000, 0x1000, 1},     \
	{                                                                                                              \
		GUEST_GICR + 0x11000, 0xf000, 64                                                                       \
	}

/* The same call by SMC, which an emulator without firmware below refuses. */
struct guest_call guest_smc(uint64_t nr, uint64_t a, uint64_t b, uint64_t c);

#endif
