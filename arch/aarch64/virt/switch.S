/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world switch: general registers, PC and PSTATE. Everything else changes on load and put or on first use.
 */
#include "vcpu_state.h"

	.section .text.switch, "ax"

/* unsigned ax_arm_enter(struct ax_arch_vcpu *vcpu): interrupts masked; returns enum guest_trap after the next exit. */
	.global	ax_arm_enter
ax_arm_enter:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x0, [sp, #96]
	ldp	x1, x2, [x0, #GUEST_PC]
	msr	elr_el2, x1
	msr	spsr_el2, x2
	ldp	x2, x3, [x0, #GUEST_X + 16]
	ldp	x4, x5, [x0, #GUEST_X + 32]
	ldp	x6, x7, [x0, #GUEST_X + 48]
	ldp	x8, x9, [x0, #GUEST_X + 64]
	ldp	x10, x11, [x0, #GUEST_X + 80]
	ldp	x12, x13, [x0, #GUEST_X + 96]
	ldp	x14, x15, [x0, #GUEST_X + 112]
	ldp	x16, x17, [x0, #GUEST_X + 128]
	ldp	x18, x19, [x0, #GUEST_X + 144]
	ldp	x20, x21, [x0, #GUEST_X + 160]
	ldp	x22, x23, [x0, #GUEST_X + 176]
	ldp	x24, x25, [x0, #GUEST_X + 192]
	ldp	x26, x27, [x0, #GUEST_X + 208]
	ldp	x28, x29, [x0, #GUEST_X + 224]
	ldr	x30, [x0, #GUEST_X + 240]
	ldp	x0, x1, [x0, #GUEST_X]
	eret
	dsb	nsh				/* no speculation past ERET */
	isb

/* From the vectors: guest x0, x1 on the host stack, x1 = kind. The stack below them is ax_arm_enter's frame. */
	.global	ax_arm_guest_exit
ax_arm_guest_exit:
	ldr	x0, [sp, #16 + 96]
	stp	x2, x3, [x0, #GUEST_X + 16]
	stp	x4, x5, [x0, #GUEST_X + 32]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0, #GUEST_X]
	stp	x6, x7, [x0, #GUEST_X + 48]
	stp	x8, x9, [x0, #GUEST_X + 64]
	stp	x10, x11, [x0, #GUEST_X + 80]
	stp	x12, x13, [x0, #GUEST_X + 96]
	stp	x14, x15, [x0, #GUEST_X + 112]
	stp	x16, x17, [x0, #GUEST_X + 128]
	stp	x18, x19, [x0, #GUEST_X + 144]
	stp	x20, x21, [x0, #GUEST_X + 160]
	stp	x22, x23, [x0, #GUEST_X + 176]
	stp	x24, x25, [x0, #GUEST_X + 192]
	stp	x26, x27, [x0, #GUEST_X + 208]
	stp	x28, x29, [x0, #GUEST_X + 224]
	str	x30, [x0, #GUEST_X + 240]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [x0, #GUEST_PC]
	mov	x0, x1
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret
