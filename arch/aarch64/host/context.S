/* SPDX-License-Identifier: Apache-2.0 */
/* Task switch: callee-saved registers on the old stack (AAPCS64 6.1.1), then the new stack. */
	.section .text.context, "ax"

/* void ax_arch_context_switch(struct ax_arch_context *from, const struct ax_arch_context *to) */
	.global	ax_arch_context_switch
ax_arch_context_switch:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mov	x9, sp
	str	x9, [x0]
	ldr	x9, [x1]
	mov	sp, x9
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret

/* A new task begins here: x19 = entry, x20 = argument (ax_arch_context_init). */
	.global	ax_arm_task_start
ax_arm_task_start:
	mov	x0, x20
	mov	x30, xzr
	br	x19
