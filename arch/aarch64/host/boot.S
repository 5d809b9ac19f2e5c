/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First instructions: from the boot loader (arm64 Image protocol: EL2, MMU off, x0 = device tree) or from firmware for
 * the other CPUs, to C at AX_IMAGE_VA with the MMU on.
 *
 * The temporary tables map the image at its link address and, one to one, the gigabyte the image lies in. They are written
 * with caches off and stay for the CPUs that start later; each CPU leaves them for the final ones at once.
 */
#include "boot.h"

	.section .head, "ax"
	.global _start
_start:
	b	boot_primary			/* Image header: code0, code1 */
	.long	0
	.quad	0				/* text_offset: anywhere */
	.quad	__image_size
	.quad	0xa				/* little endian, 4K pages, any 2 MiB boundary */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.section .text.boot, "ax"

/* Out of EL2 there is nothing a hypervisor can do: sleep, so that a debugger shows where. */
boot_not_el2:
	wfi
	b	boot_not_el2

boot_primary:
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.ne	boot_not_el2
	mov	x20, x0				/* device tree */
	adrp	x21, _start			/* where we really are */

	adrp	x0, boot_tables
	mov	x1, x0
	add	x2, x0, #BOOT_TABLES_SIZE
1:	dc	ivac, x1			/* stale lines must not hide what is written with caches off */
	stp	xzr, xzr, [x1], #16
	stp	xzr, xzr, [x1], #16
	stp	xzr, xzr, [x1], #16
	stp	xzr, xzr, [x1], #16
	cmp	x1, x2
	b.lo	1b

	/* boot_tables: L0, L1 of the one-to-one map, L1 and L2 of the image. */
	add	x1, x0, #0x1000
	orr	x2, x1, #PTE_TABLE
	lsr	x3, x21, #39
	str	x2, [x0, x3, lsl #3]
	lsr	x3, x21, #30
	lsl	x4, x3, #30
	mov	x5, #PTE_BLOCK_RWX
	orr	x4, x4, x5
	and	x3, x3, #0x1ff
	str	x4, [x1, x3, lsl #3]

	add	x1, x0, #0x2000
	orr	x2, x1, #PTE_TABLE
	str	x2, [x0, #(256 * 8)]		/* AX_IMAGE_VA >> 39 */
	add	x2, x0, #0x3000
	orr	x3, x2, #PTE_TABLE
	str	x3, [x1]
	orr	x4, x21, x5
	ldr	x6, =__image_size
	add	x6, x21, x6
2:	str	x4, [x2], #8
	add	x4, x4, #0x200000
	cmp	x4, x6
	b.lo	2b

	bl	mmu_on
	ldr	x1, =boot_at_link_address
	br	x1

boot_at_link_address:
	ldr	x0, =__bss_start
	ldr	x1, =__bss_end
3:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	3b
	ldr	x0, =boot_stack_top
	mov	sp, x0
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x20
	mov	x1, x21
	b	ax_arm_boot

/* Firmware entry of the other CPUs: x0 = physical address of struct ax_arm_cpu_start. */
	.global ax_arm_secondary
ax_arm_secondary:
	mov	x20, x0
	adrp	x0, boot_tables
	bl	mmu_on
	ldr	x1, =1f
	br	x1
1:	ldp	x1, x0, [x20]			/* stack, argument */
	ldr	x2, [x20, #16]			/* final tables: the stack is in no others */
	msr	ttbr0_el2, x2
	isb
	tlbi	alle2
	dsb	nsh
	isb
	mov	sp, x1
	mov	x29, xzr
	mov	x30, xzr
	b	ax_arm_boot_secondary

/* In: x0 = root table. Clobbers x1-x3. Puts EL2 into the state host code runs in. */
mmu_on:
	ldr	x1, =HCR_BOOT
	msr	hcr_el2, x1
	ldr	x1, =MAIR_BOOT
	msr	mair_el2, x1
	ldr	x1, =TCR_BOOT
	mrs	x2, id_aa64mmfr0_el1
	ubfx	x2, x2, #0, #3			/* PARange, at most 48 bits */
	mov	x3, #5
	cmp	x2, x3
	csel	x2, x2, x3, lo
	bfi	x1, x2, #16, #3
	msr	tcr_el2, x1
	msr	ttbr0_el2, x0
	tlbi	alle2
	dsb	nsh
	ic	iallu
	dsb	nsh
	isb
	ldr	x1, =SCTLR_BOOT
	msr	sctlr_el2, x1
	isb
	ret

	.section .boot.tables, "aw", %nobits
	.balign 4096
boot_tables:
	.skip	BOOT_TABLES_SIZE

	.section .stack, "aw", %nobits
	.balign 4096
	.global __boot_stack_guard
__boot_stack_guard:				/* unmapped by the final tables */
	.skip	4096
	.skip	BOOT_STACK_SIZE
	.global boot_stack_top
boot_stack_top:
