/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entry of CPU 0 by the arm64 Linux boot protocol (Linux, Documentation/arm64/booting), of the others by PSCI CPU_ON. The
 * image is position-independent: it relocates itself to where it was loaded.
 */
#include "cpu.h"

#define SCTLR_ON 0x30d0198d	/* M, C, SA, SA0, I and the RES1 bits; alignment faults off */
#define MAIR 0x44ff00		/* 0: Device-nGnRnE, 1: Normal write-back, 2: Normal non-cacheable */
#define TCR 0x00803519		/* T0SZ 25 (39 bits), 4K, inner shareable, write-back; no TTBR1 */

	.section .head, "ax"
	.global _start
_start:
	b	primary
	.long	0
	.quad	0			/* text_offset */
	.quad	image_end - _start
	.quad	0xa			/* little-endian, 4K pages, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

primary:
	mrs	x20, cntpct_el0
	mov	x19, x0
	msr	daifset, #0xf
	/* R_AARCH64_RELATIVE only: {offset, info, addend} */
	adrp	x0, rela_start
	add	x0, x0, :lo12:rela_start
	adrp	x1, rela_end
	add	x1, x1, :lo12:rela_end
	adrp	x2, _start
	add	x2, x2, :lo12:_start
1:	cmp	x0, x1
	b.hs	2f
	ldp	x3, x4, [x0], #16
	ldr	x5, [x0], #8
	add	x5, x5, x2
	str	x5, [x2, x3]
	b	1b
2:	adrp	x0, bss_start
	add	x0, x0, :lo12:bss_start
	adrp	x1, bss_end
	add	x1, x1, :lo12:bss_end
3:	cmp	x0, x1
	b.hs	4f
	str	xzr, [x0], #8
	b	3b
4:	adrp	x0, guest_cpus
	add	x0, x0, :lo12:guest_cpus
	msr	tpidr_el1, x0
	adrp	x1, guest_stacks + CPU_STACK_SIZE
	add	x1, x1, :lo12:guest_stacks + CPU_STACK_SIZE
	str	x1, [x0, #CPU_STACK_TOP]
	mov	sp, x1
	bl	guest_mmu_build
	bl	mmu_on
	mov	x0, x19
	mov	x1, x20
	bl	guest_start_primary

/* x0: this CPU's struct cpu */
	.global guest_secondary_entry
guest_secondary_entry:
	msr	daifset, #0xf
	msr	tpidr_el1, x0
	bl	mmu_on
	mrs	x0, tpidr_el1
	ldr	x1, [x0, #CPU_STACK_TOP]
	mov	sp, x1
	bl	guest_start_secondary

mmu_on:
	adrp	x0, guest_vectors
	add	x0, x0, :lo12:guest_vectors
	msr	vbar_el1, x0
	ldr	x0, =MAIR
	msr	mair_el1, x0
	ldr	x0, =TCR
	mrs	x1, id_aa64mmfr0_el1
	and	x1, x1, #0xf		/* physical address size */
	cmp	x1, #5
	mov	x2, #5
	csel	x1, x1, x2, lo
	bfi	x0, x1, #32, #3
	msr	tcr_el1, x0
	adrp	x0, guest_page_table
	add	x0, x0, :lo12:guest_page_table
	msr	ttbr0_el1, x0
	mov	x0, #(3 << 20)		/* FP and SIMD usable */
	msr	cpacr_el1, x0
	dsb	ish
	tlbi	vmalle1
	dsb	ish
	isb
	ldr	x0, =SCTLR_ON
	msr	sctlr_el1, x0
	isb
	ret

	.bss
	.balign	16
	.global	guest_stacks
guest_stacks:
	.space	8 * CPU_STACK_SIZE
