/* SPDX-License-Identifier: Apache-2.0 */
/* A fake serial port that remembers all it was sent. */
#ifndef AX_VMM_TEST_SCREEN_H
#define AX_VMM_TEST_SCREEN_H

#include <ax/vmm/console.h>

struct screen {
	char text[1 << 18];
	size_t size, room; /* room: how much it takes yet */
	unsigned wakes;
};
extern struct screen screen;
extern const struct ax_console_port screen_port;

void screen_reset(void);
/* What is on the screen since the last reset. */
const char *screen_text(void);

#endif
