/* SPDX-License-Identifier: Apache-2.0 */
/* FP and SIMD registers (Arm ARM B1.2.1): the only code of the hypervisor that touches them. */
#include "vcpu_state.h"

	.arch	armv8-a+simd
	.section .text.fpsimd, "ax"

	.macro	each op
	\op	q0, q1, [x0, #FP_V + 0]
	\op	q2, q3, [x0, #FP_V + 32]
	\op	q4, q5, [x0, #FP_V + 64]
	\op	q6, q7, [x0, #FP_V + 96]
	\op	q8, q9, [x0, #FP_V + 128]
	\op	q10, q11, [x0, #FP_V + 160]
	\op	q12, q13, [x0, #FP_V + 192]
	\op	q14, q15, [x0, #FP_V + 224]
	\op	q16, q17, [x0, #FP_V + 256]
	\op	q18, q19, [x0, #FP_V + 288]
	\op	q20, q21, [x0, #FP_V + 320]
	\op	q22, q23, [x0, #FP_V + 352]
	\op	q24, q25, [x0, #FP_V + 384]
	\op	q26, q27, [x0, #FP_V + 416]
	\op	q28, q29, [x0, #FP_V + 448]
	\op	q30, q31, [x0, #FP_V + 480]
	.endm

	.global	ax_arm_fp_save
ax_arm_fp_save:
	each	stp
	mrs	x1, fpsr
	mrs	x2, fpcr
	add	x0, x0, #FP_FPSR
	stp	x1, x2, [x0]
	ret

	.global	ax_arm_fp_restore
ax_arm_fp_restore:
	each	ldp
	add	x0, x0, #FP_FPSR
	ldp	x1, x2, [x0]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
