/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console multiplexer: many sources of text and one screen, one keyboard.
 *
 * Sources are the hypervisor's log, the shell and each VM's console. Each line on the screen is of one source and
 * starts with its prefix "[name] ". The focused source is shown character by character, so that its prompt appears at
 * once; the others line by line. When another line comes while the focused source has a partial line on the screen, the
 * partial line is ended, the other line printed, and the partial line shown again.
 *
 * What is kept of a line is its plain text: escape sequences reach the screen only from the focused source, a backspace
 * takes a character back and a carriage return starts the line again.
 *
 * Locks: one for each source, then the screen's; both are leaves, nothing is called under them but the port's write.
 * A VM that is not focused takes the shared lock once a line.
 */
#ifndef AX_VMM_CONSOLE_H
#define AX_VMM_CONSOLE_H

#include <ax/err.h>
#include <ax/port.h>

#define AX_CONSOLE_SOURCES 20u /* the log, the shell, and the VMs */
#define AX_CONSOLE_LINE 256u   /* kept of a line; a longer one of a source without focus is printed in pieces */
#define AX_CONSOLE_INPUT 256u  /* typed ahead, for each source */
#define AX_CONSOLE_NAME 32u

#define AX_CONSOLE_NONE AX_CONSOLE_SOURCES

/* The machine's own serial port. */
struct ax_console_port {
	/*
	 * Sends what it can now and returns how much that was; the rest is lost and counted. Under the screen's lock.
	 */
	size_t (*write)(void *ctx, const uint8_t *text, size_t size);
	/* There is work for ax_console_pump(). Any context. */
	void (*wake)(void *ctx);
	void *ctx;
};

struct ax_console_source_config {
	const char *name; /* outlives the source */
	bool prefixed;    /* lines start with "[name] " */
	bool log;         /* takes no focus */
	/* Takes typed text; returns how much. Called by ax_console_pump() without locks. NULL: input is dropped. */
	size_t (*input)(void *ctx, const uint8_t *text, size_t size);
	void *ctx;
};

/* Text without a line feed yet. */
struct ax_console_text {
	uint8_t text[AX_CONSOLE_LINE];
	uint16_t size;
	uint8_t escape; /* state inside an escape sequence */
	bool carriage;  /* a carriage return waits for what follows */
};

struct ax_console_source {
	struct ax_lock lock;
	struct ax_console_source_config config;
	struct ax_console_text line; /* while focused, changed under the screen's lock as well */
	/* Typed text that the source did not take yet. Only the pump's task touches it. */
	uint8_t input[AX_CONSOLE_INPUT];
	unsigned input_size;
	uint64_t lost_output, lost_input; /* bytes */
};

struct ax_console {
	struct ax_console_port port;
	uint8_t escape_key;
	struct ax_console_source source[AX_CONSOLE_SOURCES];
	_Atomic unsigned sources;
	_Atomic unsigned focus; /* changed under its new source's lock and the screen's */

	struct ax_lock screen;
	bool line_open; /* the focused source's partial line is on the screen */

	struct ax_lock keys_lock;
	uint8_t keys[AX_CONSOLE_INPUT]; /* from the port, not yet looked at */
	unsigned keys_head, keys_size;
	uint64_t lost_keys;
	bool escaped;  /* the escape key was the last one */
	unsigned home; /* the source of "Ctrl-] h" */
};

void ax_console_init(struct ax_console *c, const struct ax_console_port *port, uint8_t escape_key);

/*
 * Adds a source, for good: its index. The prefixed ones that take focus are "Ctrl-] 0", "Ctrl-] 1"... AX_ENOSPC. One
 * task.
 */
int ax_console_add(struct ax_console *c, const struct ax_console_source_config *config);
/* The source that "Ctrl-] h" leads to. */
void ax_console_set_home(struct ax_console *c, unsigned index);

/* Text of a source. Any context but an interrupt of a holder of its locks; ports mask interrupts under locks. */
void ax_console_write(struct ax_console *c, unsigned index, const uint8_t *text, size_t size);
/* The same and a line feed, as one: for a source that several CPUs write lines to. */
void ax_console_write_line(struct ax_console *c, unsigned index, const uint8_t *text, size_t size);
/* Lines of the console itself, without the last line feed. */
void ax_console_say(struct ax_console *c, const char *text);

/* Shows a source and sends it the keys. AX_ENOENT; AX_EINVAL: it takes no focus. Task context. */
int ax_console_focus(struct ax_console *c, unsigned index);

/* Keys from the serial port. Any context: stored, and the pump woken. */
void ax_console_keys(struct ax_console *c, const uint8_t *keys, size_t size);
/* A source may take input again. Any context. */
void ax_console_room(struct ax_console *c);
/* Acts on stored keys and hands typed text out. One task at a time. */
void ax_console_pump(struct ax_console *c);

/* "Ctrl-]" for 0x1d. */
void ax_console_key_name(uint8_t key, char out[8]);

#endif
