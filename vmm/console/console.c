/* SPDX-License-Identifier: Apache-2.0 */
/* The screen's side of the console: text of many sources into lines of one. */
#include "text.h"

#include <string.h>

/* Gathers what one call sends, so that the port is called with runs of text. Lives under the screen's lock. */
struct out {
	struct ax_console *c;
	uint64_t lost;
	unsigned used;
	uint8_t text[128];
};

static void flush(struct out *o)
{
	size_t sent = 0;

	if (o->used) {
		sent = o->c->port.write(o->c->port.ctx, o->text, o->used);
	}
	o->lost += o->used - sent;
	o->used = 0;
}

static void put(struct out *o, const void *text, size_t size)
{
	const uint8_t *bytes = text;

	for (size_t i = 0; i < size; i++) {
		if (o->used == sizeof(o->text)) {
			flush(o);
		}
		o->text[o->used++] = bytes[i];
	}
}

static void put_string(struct out *o, const char *text)
{
	put(o, text, strlen(text));
}

static void put_prefix(struct out *o, const struct ax_console_source *s)
{
	if (s->config.prefixed) {
		put_string(o, "[");
		put_string(o, s->config.name);
		put_string(o, "] ");
	}
}

/* A source's line as far as it has come. */
static void put_partial(struct out *o, const struct ax_console_source *s)
{
	put_prefix(o, s);
	put(o, s->line.text, s->line.size);
}

/* Makes room for a line of another source, and shows again what had to give way. */
static void interrupt_line(struct out *o)
{
	if (o->c->line_open) {
		put_string(o, "\r\n");
	}
}

static void resume_line(struct out *o)
{
	if (o->c->line_open) {
		put_partial(o, &o->c->source[o->c->focus]);
	}
}

static void put_line(struct out *o, const struct ax_console_source *s)
{
	interrupt_line(o);
	put_partial(o, s);
	put_string(o, "\r\n");
	resume_line(o);
}

/* The focused source: each character goes to the screen as it is. */
static void write_shown(struct out *o, struct ax_console_source *s, uint8_t c)
{
	enum ax_text_event event = ax_text_put(&s->line, c);

	if (c == '\r') {
		return;
	}
	if (event == AX_TEXT_RESTART) {
		put_string(o, "\r");
	}
	if (event == AX_TEXT_RESTART || !o->c->line_open) {
		put_prefix(o, s);
		o->c->line_open = true;
	}
	if (event == AX_TEXT_END) {
		put_string(o, "\r\n");
		o->c->line_open = false;
		ax_text_clear(&s->line);
		return;
	}
	put(o, &c, 1);
	if (ax_text_full(&s->line)) {
		ax_text_shift(&s->line);
	}
}

/* True when the source lost the focus since the caller looked; nothing was written then. */
static bool write_focused(struct ax_console *c, struct ax_console_source *s, const uint8_t *text, size_t size)
{
	struct out o = {.c = c};
	unsigned long irq = ax_port_lock(&c->screen);
	bool lost_focus = c->focus != (unsigned)(s - c->source);

	for (size_t i = 0; i < size && !lost_focus; i++) {
		write_shown(&o, s, text[i]);
	}
	flush(&o);
	ax_port_unlock(&c->screen, irq);
	s->lost_output += o.lost;
	return lost_focus;
}

static void print_line(struct ax_console *c, struct ax_console_source *s)
{
	struct out o = {.c = c};
	unsigned long irq = ax_port_lock(&c->screen);

	put_line(&o, s);
	flush(&o);
	ax_port_unlock(&c->screen, irq);
	s->lost_output += o.lost;
	ax_text_clear(&s->line);
}

/* Any other source: nothing is seen, and no shared lock taken, before a line is complete. */
static void write_hidden(struct ax_console *c, struct ax_console_source *s, const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (ax_text_full(&s->line) && text[i] >= ' ') {
			print_line(c, s);
		}
		if (ax_text_put(&s->line, text[i]) == AX_TEXT_END) {
			print_line(c, s);
		}
	}
}

/* Under the source's lock. Focus cannot come to the source meanwhile; it may go. */
static void write_locked(struct ax_console *c, struct ax_console_source *s, const uint8_t *text, size_t size)
{
	if (c->focus != (unsigned)(s - c->source) || write_focused(c, s, text, size)) {
		write_hidden(c, s, text, size);
	}
}

void ax_console_write(struct ax_console *c, unsigned index, const uint8_t *text, size_t size)
{
	struct ax_console_source *s;
	unsigned long irq;

	if (index >= c->sources) {
		return;
	}
	s = &c->source[index];
	irq = ax_port_lock(&s->lock);
	write_locked(c, s, text, size);
	ax_port_unlock(&s->lock, irq);
}

void ax_console_write_line(struct ax_console *c, unsigned index, const uint8_t *text, size_t size)
{
	static const uint8_t newline = '\n';
	struct ax_console_source *s;
	unsigned long irq;

	if (index >= c->sources) {
		return;
	}
	s = &c->source[index];
	irq = ax_port_lock(&s->lock);
	write_locked(c, s, text, size);
	write_locked(c, s, &newline, 1);
	ax_port_unlock(&s->lock, irq);
}

void ax_console_say(struct ax_console *c, const char *text)
{
	struct out o = {.c = c};
	unsigned long irq = ax_port_lock(&c->screen);

	interrupt_line(&o);
	for (; *text; text++) {
		if (*text == '\n') {
			put_string(&o, "\r");
		}
		put(&o, text, 1);
	}
	put_string(&o, "\r\n");
	resume_line(&o);
	flush(&o);
	ax_port_unlock(&c->screen, irq);
}

int ax_console_focus(struct ax_console *c, unsigned index)
{
	struct out o = {.c = c};
	struct ax_console_source *s;
	unsigned long source_irq, screen_irq;
	char key[8];

	if (index >= c->sources) {
		return AX_ENOENT;
	}
	s = &c->source[index];
	if (s->config.log) {
		return AX_EINVAL;
	}
	ax_console_key_name(c->escape_key, key);
	source_irq = ax_port_lock(&s->lock);
	screen_irq = ax_port_lock(&c->screen);
	interrupt_line(&o);
	c->focus = index;
	put_string(&o, "Axle console: ");
	put_string(&o, key);
	put_string(&o, " then ? for help (");
	put_string(&o, s->config.name);
	put_string(&o, ")\r\n");
	c->line_open = s->line.size > 0;
	resume_line(&o);
	flush(&o);
	ax_port_unlock(&c->screen, screen_irq);
	s->lost_output += o.lost;
	ax_port_unlock(&s->lock, source_irq);
	return AX_OK;
}

void ax_console_init(struct ax_console *c, const struct ax_console_port *port, uint8_t escape_key)
{
	memset(c, 0, sizeof(*c));
	c->port = *port;
	c->escape_key = escape_key;
	c->focus = AX_CONSOLE_NONE;
	c->home = AX_CONSOLE_NONE;
}

int ax_console_add(struct ax_console *c, const struct ax_console_source_config *config)
{
	unsigned index = c->sources;

	if (index == AX_CONSOLE_SOURCES) {
		return AX_ENOSPC;
	}
	c->source[index].config = *config;
	c->sources = index + 1;
	return (int)index;
}

void ax_console_set_home(struct ax_console *c, unsigned index)
{
	c->home = index;
}

void ax_console_key_name(uint8_t key, char out[8])
{
	memcpy(out, "Ctrl-", 5);
	out[5] = (char)(key ^ 0x40u);
	out[6] = '\0';
}
