/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL011 registers (Arm DDI 0183, 3.3) as a table of masks and reset values, hooks for the few with behaviour, and the
 * FIFO.
 */
#include "pl011_state.h"

#include <string.h>

#define DR_OE AX_BIT(11)

#define RSR_OE AX_BIT(3)

#define FR_CTS AX_BIT(0)
#define FR_DSR AX_BIT(1)
#define FR_DCD AX_BIT(2)
#define FR_RXFE AX_BIT(4)
#define FR_RXFF AX_BIT(6)
#define FR_TXFE AX_BIT(7)
#define FR_RI AX_BIT(8)

#define LCR_H_FEN AX_BIT(4)

#define CR_DTR AX_BIT(10)
#define CR_RTS AX_BIT(11)
#define CR_OUT1 AX_BIT(12)
#define CR_OUT2 AX_BIT(13)

#define INT_RX AX_BIT(4)
#define INT_RT AX_BIT(6)
#define INT_OE AX_BIT(10)
#define INT_ALL AX_MASK(10, 0)

static void raise_irq(struct pl011_state *s, uint64_t bits)
{
	s->reg[PL011_RIS] |= (uint32_t)bits;
}

static void clear_irq(struct pl011_state *s, uint64_t bits)
{
	s->reg[PL011_RIS] &= (uint32_t)~bits;
}

/* ---- receive FIFO ---- */

static uint32_t depth(const struct pl011_state *s)
{
	return s->reg[PL011_LCR_H] & LCR_H_FEN ? PL011_FIFO_SIZE : 1;
}

/* Characters that raise the receive interrupt: IFLS.RXIFLSEL in eighths of the FIFO. */
static uint32_t trigger(const struct pl011_state *s)
{
	static const uint8_t level[8] = {4, 8, 16, 24, 28, 28, 28, 28};

	return s->reg[PL011_LCR_H] & LCR_H_FEN ? level[AX_FIELD_GET(s->reg[PL011_IFLS], 5, 3)] : 1;
}

bool pl011_has_room(const struct pl011_state *s)
{
	return s->count < depth(s);
}

static void fifo_flush(struct pl011_state *s)
{
	s->head = 0;
	s->count = 0;
	clear_irq(s, INT_RX | INT_RT);
}

void pl011_receive(struct pl011_state *s, uint8_t character)
{
	if (!pl011_has_room(s)) {
		s->overrun = 1;
		s->reg[PL011_RSR] |= RSR_OE;
		raise_irq(s, INT_OE);
		return;
	}
	s->fifo[(s->head + s->count) % PL011_FIFO_SIZE] = (uint16_t)(character | (s->overrun ? DR_OE : 0));
	s->overrun = 0;
	s->count++;
	raise_irq(s, INT_RT);
	if (s->count >= trigger(s)) {
		raise_irq(s, INT_RX);
	}
}

/* DR: the character, and what went wrong with it. */
static uint32_t fifo_pop(struct pl011_state *s)
{
	uint32_t entry;

	if (s->count == 0) {
		return 0;
	}
	entry = s->fifo[s->head];
	s->head = (s->head + 1) % PL011_FIFO_SIZE;
	s->count--;
	if (s->count < trigger(s)) {
		clear_irq(s, INT_RX);
	}
	if (s->count == 0) {
		clear_irq(s, INT_RT);
	}
	return entry;
}

/* ---- registers ---- */

static uint32_t modem_flags(const struct pl011_state *s)
{
	uint32_t cr = s->reg[PL011_CR], flags = 0;

	if (!(cr & PL011_CR_LBE)) {
		return FR_CTS | FR_DSR | FR_DCD;
	}
	flags |= cr & CR_RTS ? FR_CTS : 0;
	flags |= cr & CR_DTR ? FR_DSR : 0;
	flags |= cr & CR_OUT1 ? FR_DCD : 0;
	flags |= cr & CR_OUT2 ? FR_RI : 0;
	return flags;
}

uint32_t pl011_flags(const struct pl011_state *s)
{
	uint32_t flags = modem_flags(s) | FR_TXFE;

	flags |= s->count == 0 ? FR_RXFE : 0;
	flags |= pl011_has_room(s) ? 0 : FR_RXFF;
	return flags;
}

static uint32_t read_mis(struct pl011_state *s)
{
	return s->reg[PL011_RIS] & s->reg[PL011_IMSC];
}

/* ECR: any value clears the errors. */
static void write_ecr(struct pl011_state *s, uint32_t value)
{
	(void)value;
	s->reg[PL011_RSR] = 0;
}

/* Turning the FIFO on or off empties it. */
static void write_lcr_h(struct pl011_state *s, uint32_t value)
{
	if ((s->reg[PL011_LCR_H] ^ value) & LCR_H_FEN) {
		fifo_flush(s);
	}
	s->reg[PL011_LCR_H] = value;
}

static void write_ifls(struct pl011_state *s, uint32_t value)
{
	s->reg[PL011_IFLS] = value;
	clear_irq(s, INT_RX);
	if (s->count >= trigger(s)) {
		raise_irq(s, INT_RX);
	}
}

static void write_icr(struct pl011_state *s, uint32_t value)
{
	clear_irq(s, value);
}

struct pl011_reg {
	uint32_t writable, stored, reset;
	uint32_t (*read)(struct pl011_state *s);              /* NULL: the stored value */
	void (*write)(struct pl011_state *s, uint32_t value); /* writable bits only; NULL: stored */
};

static const struct pl011_reg regs[PL011_REGS] = {
	[PL011_DR] = {0, 0, 0, fifo_pop, NULL},
	[PL011_RSR] = {0xff, RSR_OE, 0, NULL, write_ecr},
	[PL011_ILPR] = {0xff, 0xff, 0, NULL, NULL},
	[PL011_IBRD] = {0xffff, 0xffff, 0, NULL, NULL},
	[PL011_FBRD] = {0x3f, 0x3f, 0, NULL, NULL},
	[PL011_LCR_H] = {0xff, 0xff, 0, NULL, write_lcr_h},
	[PL011_CR] = {0xff87, 0xff87, 0x0300, NULL, NULL},
	[PL011_IFLS] = {0x3f, 0x3f, 0x12, NULL, write_ifls},
	[PL011_IMSC] = {INT_ALL, INT_ALL, 0, NULL, NULL},
	[PL011_RIS] = {0, INT_ALL, 0, NULL, NULL},
	[PL011_MIS] = {0, 0, 0, read_mis, NULL},
	[PL011_ICR] = {INT_ALL, 0, 0, NULL, write_icr},
	[PL011_DMACR] = {0x7, 0x7, 0, NULL, NULL},
};

/* UARTPeriphID0-3: part 0x011, designer Arm, revision r1p5; UARTPCellID0-3. */
#define ID_FIRST (0xfe0u / 4)
static const uint8_t ids[] = {0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

uint32_t pl011_reg_read(struct pl011_state *s, uint64_t word)
{
	if (word < PL011_REGS) {
		return regs[word].read ? regs[word].read(s) : s->reg[word];
	}
	return word - ID_FIRST < AX_ARRAY_SIZE(ids) ? ids[word - ID_FIRST] : 0;
}

void pl011_reg_write(struct pl011_state *s, uint64_t word, uint32_t value)
{
	const struct pl011_reg *reg;

	if (word >= PL011_REGS || !regs[word].writable) {
		return;
	}
	reg = &regs[word];
	if (reg->write) {
		reg->write(s, value & reg->writable);
	} else {
		s->reg[word] = value & reg->writable;
	}
}

/* ---- the whole ---- */

void pl011_state_reset(struct pl011_state *s)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < PL011_REGS; i++) {
		s->reg[i] = regs[i].reset;
	}
}

bool pl011_state_possible(const struct pl011_state *s)
{
	for (unsigned i = 0; i < PL011_REGS; i++) {
		if (s->reg[i] & ~regs[i].stored) {
			return false;
		}
	}
	return s->head < PL011_FIFO_SIZE && s->count <= depth(s) && s->overrun <= 1;
}
