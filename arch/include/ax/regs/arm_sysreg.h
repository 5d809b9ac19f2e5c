/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Number of an AArch64 system register as exits and the sysreg bus carry it: the MSR/MRS encoding
 * (Arm ARM DDI 0487, C5.1.3), packed as the instruction holds it.
 */
#ifndef AX_REGS_ARM_SYSREG_H
#define AX_REGS_ARM_SYSREG_H

#define AX_ARM_SYSREG(op0, op1, crn, crm, op2)                                                                         \
	(((uint32_t)(op0) << 14) | ((uint32_t)(op1) << 11) | ((uint32_t)(crn) << 7) | ((uint32_t)(crm) << 3) | (op2))

#define AX_ARM_ICC_SGI1R_EL1 AX_ARM_SYSREG(3, 0, 12, 11, 5)
#define AX_ARM_ICC_ASGI1R_EL1 AX_ARM_SYSREG(3, 0, 12, 11, 6)
#define AX_ARM_ICC_SGI0R_EL1 AX_ARM_SYSREG(3, 0, 12, 11, 7)

#endif
