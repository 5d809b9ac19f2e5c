/* SPDX-License-Identifier: Apache-2.0 */
/* The fake serial port. */
#include "screen.h"

#include <string.h>

struct screen screen;

static size_t screen_write(void *ctx, const uint8_t *text, size_t size)
{
	size_t taken = AX_MIN(AX_MIN(size, screen.room), sizeof(screen.text) - 1 - screen.size);

	(void)ctx;
	memcpy(screen.text + screen.size, text, taken);
	screen.size += taken;
	screen.room -= taken;
	return taken;
}

static void screen_wake(void *ctx)
{
	(void)ctx;
	screen.wakes++;
}

const struct ax_console_port screen_port = {.write = screen_write, .wake = screen_wake};

void screen_reset(void)
{
	screen.size = 0;
	screen.room = sizeof(screen.text);
	screen.wakes = 0;
}

const char *screen_text(void)
{
	screen.text[screen.size] = '\0';
	return screen.text;
}
