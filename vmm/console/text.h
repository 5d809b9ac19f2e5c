/* SPDX-License-Identifier: Apache-2.0 */
/* The plain text of a line that is not finished. */
#ifndef AX_VMM_CONSOLE_TEXT_H
#define AX_VMM_CONSOLE_TEXT_H

#include <ax/vmm/console.h>

/* What a character did to the line. */
enum ax_text_event {
	AX_TEXT_KEPT,    /* nothing for anyone else to do */
	AX_TEXT_END,     /* a line feed: the line is complete; the caller prints and clears it */
	AX_TEXT_RESTART, /* a carriage return took effect: the text of before is gone, the character is kept */
};

enum ax_text_event ax_text_put(struct ax_console_text *t, uint8_t c);
bool ax_text_full(const struct ax_console_text *t);
/* Forgets the older half, for a line that is on the screen already. */
void ax_text_shift(struct ax_console_text *t);
void ax_text_clear(struct ax_console_text *t);

#endif
