/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Characters into the plain text of a line. Escape sequences are those of ECMA-48: ESC, ESC [ ... final, ESC ] ... BEL.
 */
#include "text.h"

#include <string.h>

enum escape_state { PLAIN, AFTER_ESC, IN_CSI, IN_STRING };

#define BEL 0x07u
#define BACKSPACE 0x08u
#define ESC 0x1bu
#define DEL 0x7fu

/* The state after a character inside a sequence. A line feed never gets here: it ends whatever was open. */
static uint8_t escape_next(uint8_t state, uint8_t c)
{
	switch (state) {
	case AFTER_ESC:
		if (c == '[') {
			return IN_CSI;
		}
		return c == ']' ? IN_STRING : PLAIN;
	case IN_CSI:
		return c >= 0x40 && c <= 0x7e ? PLAIN : IN_CSI;
	default:
		return c == BEL || c == '\\' ? PLAIN : IN_STRING;
	}
}

static void keep(struct ax_console_text *t, uint8_t c)
{
	if (t->escape != PLAIN) {
		t->escape = escape_next(t->escape, c);
	} else if (c == ESC) {
		t->escape = AFTER_ESC;
	} else if (c == BACKSPACE) {
		t->size = t->size ? (uint16_t)(t->size - 1) : 0;
	} else if ((c >= ' ' || c == '\t') && c != DEL && t->size < sizeof(t->text)) {
		t->text[t->size++] = c;
	}
}

enum ax_text_event ax_text_put(struct ax_console_text *t, uint8_t c)
{
	bool restart = false;

	if (c == '\n') {
		t->carriage = false;
		t->escape = PLAIN;
		return AX_TEXT_END;
	}
	if (c == '\r') {
		t->carriage = true;
		return AX_TEXT_KEPT;
	}
	if (t->carriage) {
		t->carriage = false;
		restart = t->size > 0;
		t->size = 0;
	}
	keep(t, c);
	return restart ? AX_TEXT_RESTART : AX_TEXT_KEPT;
}

bool ax_text_full(const struct ax_console_text *t)
{
	return t->size == sizeof(t->text);
}

void ax_text_shift(struct ax_console_text *t)
{
	uint16_t drop = t->size / 2;

	t->size = (uint16_t)(t->size - drop);
	memmove(t->text, t->text + drop, t->size);
}

void ax_text_clear(struct ax_console_text *t)
{
	t->size = 0;
}
