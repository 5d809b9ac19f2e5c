/* SPDX-License-Identifier: Apache-2.0 */
/* The PL011's registers and receive FIFO, without locks, lines and sinks: those are pl011.c's. */
#ifndef AX_PL011_STATE_H
#define AX_PL011_STATE_H

#include <ax/types.h>

/* Registers by word (Arm DDI 0183, 3.2). */
enum pl011_word {
	PL011_DR = 0x00 / 4,
	PL011_RSR = 0x04 / 4, /* write: ECR */
	PL011_FR = 0x18 / 4,
	PL011_ILPR = 0x20 / 4,
	PL011_IBRD = 0x24 / 4,
	PL011_FBRD = 0x28 / 4,
	PL011_LCR_H = 0x2c / 4,
	PL011_CR = 0x30 / 4,
	PL011_IFLS = 0x34 / 4,
	PL011_IMSC = 0x38 / 4,
	PL011_RIS = 0x3c / 4,
	PL011_MIS = 0x40 / 4,
	PL011_ICR = 0x44 / 4,
	PL011_DMACR = 0x48 / 4,
	PL011_REGS
};

#define PL011_CR_LBE AX_BIT(7)
#define PL011_CR_RXE AX_BIT(9)

#define PL011_INT_TX AX_BIT(5)

#define PL011_FIFO_SIZE 32u

/* Fixed layout, because it is also the saved form. */
struct pl011_state {
	uint32_t reg[PL011_REGS];       /* the stored ones; DR, FR, MIS are computed */
	uint16_t fifo[PL011_FIFO_SIZE]; /* as DR reads: error bits and character */
	uint32_t head, count;
	uint32_t overrun; /* the next character received carries DR.OE */
};

void pl011_state_reset(struct pl011_state *s);
/* Whether a guest could have brought the model into this state: for what comes from outside. */
bool pl011_state_possible(const struct pl011_state *s);

/* word is any; unknown registers read as zero and ignore writes. FR and writes of DR are the caller's. */
uint32_t pl011_reg_read(struct pl011_state *s, uint64_t word);
void pl011_reg_write(struct pl011_state *s, uint64_t word, uint32_t value);
uint32_t pl011_flags(const struct pl011_state *s); /* FR */

/* A character arrives; without room it is lost and an overrun. */
void pl011_receive(struct pl011_state *s, uint8_t character);
bool pl011_has_room(const struct pl011_state *s);

#endif
