/* SPDX-License-Identifier: Apache-2.0 */
/* Device accesses, the PL011 console (Arm DDI 0183) and the FP/SIMD registers. */
#include "cpu.h"

#define UART_DR (GUEST_UART + 0x00)
#define UART_FR (GUEST_UART + 0x18)
#define UART_IMSC (GUEST_UART + 0x38)
#define UART_ICR (GUEST_UART + 0x44)
#define INT_TX 0x20u
#define FR_RX_EMPTY 0x10u
#define FR_TX_FULL 0x20u

uint64_t guest_mmio_read(uint64_t addr, unsigned width)
{
	uint64_t value = 0;

	switch (width) {
	case 1:
		__asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(addr) : "memory");
		break;
	case 2:
		__asm__ volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(addr) : "memory");
		break;
	case 4:
		__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(addr) : "memory");
		break;
	default:
		__asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(addr) : "memory");
		break;
	}
	return value;
}

void guest_mmio_write(uint64_t addr, unsigned width, uint64_t value)
{
	switch (width) {
	case 1:
		__asm__ volatile("strb %w0, [%1]" ::"r"(value), "r"(addr) : "memory");
		break;
	case 2:
		__asm__ volatile("strh %w0, [%1]" ::"r"(value), "r"(addr) : "memory");
		break;
	case 4:
		__asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(addr) : "memory");
		break;
	default:
		__asm__ volatile("str %0, [%1]" ::"r"(value), "r"(addr) : "memory");
		break;
	}
}

void guest_putc(char c)
{
	while (guest_mmio_read(UART_FR, 4) & FR_TX_FULL) {
		guest_relax();
	}
	guest_mmio_write(UART_DR, 4, (uint8_t)c);
}

int guest_getc(void)
{
	if (guest_mmio_read(UART_FR, 4) & FR_RX_EMPTY) {
		return -1;
	}
	return (int)(guest_mmio_read(UART_DR, 4) & 0xff);
}

void guest_uart_tx_interrupt(bool on)
{
	guest_mmio_write(UART_IMSC, 4, on ? INT_TX : 0);
	if (!on) {
		guest_mmio_write(UART_ICR, 4, INT_TX);
	}
}

#define FP ".arch_extension fp\n\t.arch_extension simd\n\t"

static uint64_t pattern(uint64_t seed, unsigned i)
{
	return (seed + i) * 0x9e3779b97f4a7c15ull;
}

/* The 32 vector registers from or to memory of 512 bytes. */
static void fp_load(const uint64_t *from)
{
	__asm__ volatile(FP "ld1 {v0.2d-v3.2d}, [%0], #64\n\tld1 {v4.2d-v7.2d}, [%0], #64\n\t"
			    "ld1 {v8.2d-v11.2d}, [%0], #64\n\tld1 {v12.2d-v15.2d}, [%0], #64\n\t"
			    "ld1 {v16.2d-v19.2d}, [%0], #64\n\tld1 {v20.2d-v23.2d}, [%0], #64\n\t"
			    "ld1 {v24.2d-v27.2d}, [%0], #64\n\tld1 {v28.2d-v31.2d}, [%0], #64"
			 : "+r"(from)::"memory");
}

static void fp_store(uint64_t *to)
{
	__asm__ volatile(FP "st1 {v0.2d-v3.2d}, [%0], #64\n\tst1 {v4.2d-v7.2d}, [%0], #64\n\t"
			    "st1 {v8.2d-v11.2d}, [%0], #64\n\tst1 {v12.2d-v15.2d}, [%0], #64\n\t"
			    "st1 {v16.2d-v19.2d}, [%0], #64\n\tst1 {v20.2d-v23.2d}, [%0], #64\n\t"
			    "st1 {v24.2d-v27.2d}, [%0], #64\n\tst1 {v28.2d-v31.2d}, [%0], #64"
			 : "+r"(to)::"memory");
}

/* Rounding mode and flush-to-zero in FPCR, the cumulative flags in FPSR. */
static uint64_t fpcr_pattern(uint64_t seed)
{
	return (seed & 7) << 22;
}

static uint64_t fpsr_pattern(uint64_t seed)
{
	return seed >> 3 & 0x1f;
}

void guest_fp_fill(uint64_t seed)
{
	uint64_t v[64];

	for (unsigned i = 0; i < 64; i++) {
		v[i] = pattern(seed, i);
	}
	fp_load(v);
	guest_sysreg_write(fpcr, fpcr_pattern(seed));
	guest_sysreg_write(fpsr, fpsr_pattern(seed));
}

bool guest_fp_check(uint64_t seed)
{
	uint64_t v[64];

	fp_store(v);
	for (unsigned i = 0; i < 64; i++) {
		if (v[i] != pattern(seed, i)) {
			return false;
		}
	}
	return guest_sysreg_read(fpcr) == fpcr_pattern(seed) && guest_sysreg_read(fpsr) == fpsr_pattern(seed);
}

bool guest_fp_is_zero(void)
{
	uint64_t v[64], any = 0;

	fp_store(v);
	for (unsigned i = 0; i < 64; i++) {
		any |= v[i];
	}
	return !any;
}
