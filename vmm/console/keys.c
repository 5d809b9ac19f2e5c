/* SPDX-License-Identifier: Apache-2.0 */
/* The keyboard's side of the console: keys to the focused source, and what follows the escape key. */
#include <ax/vmm/console.h>

#include <string.h>

void ax_console_keys(struct ax_console *c, const uint8_t *keys, size_t size)
{
	unsigned long irq = ax_port_lock(&c->keys_lock);

	for (size_t i = 0; i < size; i++) {
		if (c->keys_size == sizeof(c->keys)) {
			c->lost_keys += size - i;
			break;
		}
		c->keys[(c->keys_head + c->keys_size) % sizeof(c->keys)] = keys[i];
		c->keys_size++;
	}
	ax_port_unlock(&c->keys_lock, irq);
	c->port.wake(c->port.ctx);
}

void ax_console_room(struct ax_console *c)
{
	c->port.wake(c->port.ctx);
}

static bool take_key(struct ax_console *c, uint8_t *key)
{
	unsigned long irq = ax_port_lock(&c->keys_lock);
	bool any = c->keys_size > 0;

	if (any) {
		*key = c->keys[c->keys_head];
		c->keys_head = (c->keys_head + 1) % sizeof(c->keys);
		c->keys_size--;
	}
	ax_port_unlock(&c->keys_lock, irq);
	return any;
}

/* What a source does not take now stays; a source without a reader takes nothing and drops it. */
static void deliver(struct ax_console_source *s)
{
	size_t taken = s->input_size;

	if (s->config.input) {
		taken = s->config.input(s->config.ctx, s->input, s->input_size);
	}
	taken = AX_MIN(taken, s->input_size);
	s->input_size -= (unsigned)taken;
	memmove(s->input, s->input + taken, s->input_size);
}

static void type(struct ax_console *c, uint8_t key)
{
	struct ax_console_source *s;

	if (c->focus >= c->sources) {
		return;
	}
	s = &c->source[c->focus];
	if (s->input_size == sizeof(s->input)) {
		deliver(s);
	}
	if (s->input_size == sizeof(s->input)) {
		s->lost_input++;
		return;
	}
	s->input[s->input_size++] = key;
}

static bool is_guest(const struct ax_console_source *s)
{
	return s->config.prefixed && !s->config.log;
}

static void next_console(struct ax_console *c)
{
	for (unsigned step = 1; step <= c->sources; step++) {
		unsigned index = ((c->focus < c->sources ? c->focus : 0) + step) % c->sources;

		if (!c->source[index].config.log) {
			ax_console_focus(c, index);
			return;
		}
	}
}

static void home_console(struct ax_console *c)
{
	ax_console_focus(c, c->home);
}

/* The guest with that number; a number without one changes nothing. */
static void numbered_console(struct ax_console *c, unsigned number)
{
	for (unsigned index = 0; index < c->sources; index++) {
		if (is_guest(&c->source[index]) && number-- == 0) {
			ax_console_focus(c, index);
			return;
		}
	}
	ax_console_say(c, "Axle console: no console has that number");
}

#define NUMBERED 10u

/* The help text grows in here: four lines, and one for each number. */
struct page {
	char text[NUMBERED * (AX_CONSOLE_NAME + 10) + 160];
	size_t used;
};

static void append(struct page *page, const char *text)
{
	size_t size = strnlen(text, sizeof(page->text) - 1 - page->used);

	memcpy(page->text + page->used, text, size);
	page->used += size;
	page->text[page->used] = '\0';
}

static void append_consoles(struct page *page, const struct ax_console *c)
{
	char number[] = "\n  0       ";

	for (unsigned index = 0; index < c->sources && number[3] <= '9'; index++) {
		if (is_guest(&c->source[index])) {
			append(page, number);
			append(page, c->source[index].config.name);
			number[3]++;
		}
	}
}

static void help(struct ax_console *c)
{
	struct page page = {.used = 0};
	char key[8];

	ax_console_key_name(c->escape_key, key);
	append(&page, "Axle console: after ");
	append(&page, key);
	append(&page, "\n  n       the next console\n  h       the prompt of the hypervisor");
	append_consoles(&page, c);
	append(&page, "\n  ");
	append(&page, key);
	append(&page, "  that key itself");
	ax_console_say(c, page.text);
}

static const struct {
	uint8_t key;
	void (*act)(struct ax_console *c);
} actions[] = {
	{'n', next_console},
	{'h', home_console},
	{'?', help},
};

static void after_escape(struct ax_console *c, uint8_t key)
{
	if (key == c->escape_key) {
		type(c, key);
		return;
	}
	if (key >= '0' && key <= '9') {
		numbered_console(c, key - '0');
		return;
	}
	for (unsigned i = 0; i < AX_ARRAY_SIZE(actions); i++) {
		if (actions[i].key == key) {
			actions[i].act(c);
			return;
		}
	}
	help(c);
}

void ax_console_pump(struct ax_console *c)
{
	uint8_t key;

	while (take_key(c, &key)) {
		if (c->escaped) {
			c->escaped = false;
			after_escape(c, key);
		} else if (key == c->escape_key) {
			c->escaped = true;
		} else {
			type(c, key);
		}
	}
	for (unsigned index = 0; index < c->sources; index++) {
		if (c->source[index].input_size) {
			deliver(&c->source[index]);
		}
	}
}
