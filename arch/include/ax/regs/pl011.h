/* SPDX-License-Identifier: Apache-2.0 */
/* PL011 registers (Arm DDI 0183, 3.3), for the host's driver and the guest's model. */
#ifndef AX_REGS_PL011_H
#define AX_REGS_PL011_H

#include <ax/types.h>

#define AX_PL011_DR 0x00u
#define AX_PL011_FR 0x18u
#define AX_PL011_LCR_H 0x2cu
#define AX_PL011_CR 0x30u
#define AX_PL011_IMSC 0x38u

#define AX_PL011_FR_RXFE AX_BIT(4)
#define AX_PL011_FR_TXFF AX_BIT(5)
#define AX_PL011_LCR_H_FEN AX_BIT(4)
#define AX_PL011_LCR_H_WLEN_8 AX_FIELD(3, 6, 5)
#define AX_PL011_CR_UARTEN AX_BIT(0)
#define AX_PL011_CR_TXE AX_BIT(8)
#define AX_PL011_CR_RXE AX_BIT(9)
/* Interrupt bits of IMSC, RIS, MIS, ICR. */
#define AX_PL011_INT_RX AX_BIT(4)
#define AX_PL011_INT_RT AX_BIT(6)

#endif
