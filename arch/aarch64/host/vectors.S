/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The EL2 vector table (Arm ARM D1.4.1): exceptions of the host itself, and of the guest (exit.S).
 * Host interrupts save what C clobbers plus ELR/SPSR, since the handler may switch tasks.
 */
#include "boot.h"

	.macro	vector target
	.balign	0x80
	b	\target
	.endm

/* Guest exits: make room for C with x0, x1 on the host stack, and note which vector it was. */
	.macro	exit_vector kind
	.balign	0x80
	stp	x0, x1, [sp, #-16]!
	mov	x1, #\kind
	b	ax_arm_guest_exit
	.endm

	.section .text.vectors, "ax"
	.balign	0x800
	.global	ax_arm_vectors
ax_arm_vectors:
	vector	host_fatal		/* EL2t: never used */
	vector	host_fatal
	vector	host_fatal
	vector	host_fatal
	vector	host_fatal		/* EL2h: synchronous */
	vector	host_irq
	vector	host_fatal		/* FIQ: not enabled */
	vector	host_fatal		/* SError */
	exit_vector 0			/* guest, AArch64: synchronous, IRQ, FIQ, SError */
	exit_vector 1
	exit_vector 1
	exit_vector 3
	exit_vector 0			/* guest, AArch32 EL0 */
	exit_vector 1
	exit_vector 1
	exit_vector 3

host_irq:
	sub	sp, sp, #192
	stp	x0, x1, [sp, #0]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x29, [sp, #144]
	mrs	x0, elr_el2
	mrs	x1, spsr_el2
	stp	x30, x0, [sp, #160]
	str	x1, [sp, #176]
	bl	ax_irq_dispatch
	ldp	x30, x0, [sp, #160]
	ldr	x1, [sp, #176]
	msr	elr_el2, x0
	msr	spsr_el2, x1
	ldp	x18, x29, [sp, #144]
	ldp	x16, x17, [sp, #128]
	ldp	x14, x15, [sp, #112]
	ldp	x12, x13, [sp, #96]
	ldp	x10, x11, [sp, #80]
	ldp	x8, x9, [sp, #64]
	ldp	x6, x7, [sp, #48]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp, #0]
	add	sp, sp, #192
	eret

/*
 * The host broke an invariant of its own. The stack may be the reason, so registers go to a stack of their own; the first CPU
 * gets it, others wait for ever. Guest thread registers are free for scratch: no guest runs again.
 */
host_fatal:
	msr	tpidr_el0, x0
	msr	tpidr_el1, x1
	msr	tpidrro_el0, x2
	adrp	x0, fatal_taken
	add	x0, x0, :lo12:fatal_taken
1:	ldaxr	w1, [x0]
	cbnz	w1, 3f
	mov	w1, #1
	stlxr	w2, w1, [x0]
	cbnz	w2, 1b
	mrs	x2, tpidrro_el0
	mov	x1, sp
	adrp	x0, fatal_stack_top
	add	x0, x0, :lo12:fatal_stack_top
	mov	sp, x0
	sub	sp, sp, #288			/* struct ax_arm_fatal_frame */
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	stp	x30, x1, [sp, #240]
	mrs	x2, tpidr_el0
	mrs	x3, tpidr_el1
	stp	x2, x3, [sp, #0]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [sp, #256]
	mrs	x2, esr_el2
	mrs	x3, far_el2
	stp	x2, x3, [sp, #272]
	mov	x0, sp
	b	ax_arm_fatal
3:	wfe
	b	3b

	.section .data.fatal, "aw"
	.balign	4
fatal_taken:
	.word	0

	.section .stack, "aw", %nobits
	.balign	16
	.skip	FATAL_STACK_SIZE
fatal_stack_top:
