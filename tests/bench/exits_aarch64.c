/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one exit costs on AArch64. Each loop is the operation and exactly ten instructions around it, so that figures
 * compare with those of other hypervisors measured the same way.
 */
#include "bench.h"

#define TEN "nop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tnop\n\tsubs %0, %0, #1\n\tb.ne 1b"
/* Runs `operation` count times, on %1 and %2, with x0 to x3 free for it. */
#define LOOP(count, operation, a, b)                                                                                   \
	do {                                                                                                           \
		uint64_t n_ = (count);                                                                                 \
		__asm__ volatile("1:\t" operation "\n\t" TEN                                                           \
				 : "+&r"(n_)                                                                           \
				 : "r"((uint64_t)(a)), "r"((uint64_t)(b))                                              \
				 : "x0", "x1", "x2", "x3", "cc", "memory");                                            \
	} while (0)

static void nothing(uint64_t count)
{
	LOOP(count, "", 0, 0);
}

static void hvc(uint64_t count)
{
	LOOP(count, "mov x0, %1\n\thvc #0", PSCI_VERSION, 0);
}

static void mmio(uint64_t count)
{
	LOOP(count, "ldr w0, [%1]", GUEST_GICD_IIDR, 0);
}

static void mmio_write(uint64_t count)
{
	LOOP(count, "str %w2, [%1]", GUEST_GICD_ICENABLER(2), 1);
}

static void uart_read(uint64_t count)
{
	LOOP(count, "ldr w0, [%1]", GUEST_UART + 0x18, 0);
}

static void uart_write(uint64_t count)
{
	LOOP(count, "str %w2, [%1]", GUEST_UART, '.');
}

GUEST_TEST(exits)
{
	bench_loop("loop", nothing, 1000);
	bench_loop("exit.hvc", hvc, 1000);
	bench_loop("exit.mmio", mmio, 1000);
	bench_loop("exit.mmio_write", mmio_write, 1000);
	bench_loop("exit.uart_read", uart_read, 1000);
	bench_loop("exit.uart_write", uart_write, 32);
}
