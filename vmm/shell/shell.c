/* SPDX-License-Identifier: Apache-2.0 */
/* The prompt: keys into a line, the line into words, the words into a command. */
#include "commands.h"

#include <string.h>

#define PRINT_MAX 160u

#define CTRL_C 0x03u
#define BACKSPACE 0x08u
#define CTRL_U 0x15u
#define DEL 0x7fu

static void write_text(struct ax_shell *shell, const char *text, size_t size)
{
	ax_console_write(shell->console, shell->source, (const uint8_t *)text, size);
}

void ax_shell_print(struct ax_shell *shell, const char *fmt, ...)
{
	char text[PRINT_MAX];
	va_list args;

	va_start(args, fmt);
	shell->host->vformat(text, sizeof(text), fmt, args);
	va_end(args);
	write_text(shell, text, strnlen(text, sizeof(text)));
}

unsigned ax_shell_split(char *line, char *word[], unsigned max)
{
	unsigned count = 0;

	while (count < max) {
		while (*line == ' ' || *line == '\t') {
			line++;
		}
		if (*line == '\0') {
			break;
		}
		word[count++] = line;
		while (*line != '\0' && *line != ' ' && *line != '\t') {
			line++;
		}
		if (*line != '\0') {
			*line++ = '\0';
		}
	}
	return count;
}

/* How many words of the line are the command's name; 0 when it is another. */
static unsigned name_words(const struct ax_command *command, char *word[], unsigned count)
{
	unsigned length = command->word[1] ? 2 : 1;

	for (unsigned i = 0; i < length; i++) {
		if (i >= count || strcmp(command->word[i], word[i]) != 0) {
			return 0;
		}
	}
	return length;
}

int ax_shell_execute(struct ax_shell *shell, char *line)
{
	char *word[AX_SHELL_WORDS];
	unsigned count = ax_shell_split(line, word, AX_SHELL_WORDS);

	if (count == 0) {
		return AX_OK;
	}
	for (unsigned i = 0; i < ax_command_count; i++) {
		const struct ax_command *command = &ax_commands[i];
		unsigned length = name_words(command, word, count);

		if (length == 0) {
			continue;
		}
		if (count - length != command->arity) {
			ax_shell_print(shell, "usage: %s%s%s%s%s\n", command->word[0], length > 1 ? " " : "",
				       length > 1 ? command->word[1] : "", command->arity ? " " : "", command->args);
			return AX_EINVAL;
		}
		return command->run(shell, word + length);
	}
	ax_shell_print(shell, "\"%.40s%s%.40s\" is no command; \"help\" lists them\n", word[0], count > 1 ? " " : "",
		       count > 1 ? word[1] : "");
	return AX_ENOENT;
}

/* ---- the line editor ---- */

static void prompt(struct ax_shell *shell)
{
	write_text(shell, AX_SHELL_PROMPT, sizeof(AX_SHELL_PROMPT) - 1);
}

static void enter(struct ax_shell *shell)
{
	write_text(shell, "\n", 1);
	shell->line[shell->size] = '\0';
	shell->size = 0;
	ax_shell_execute(shell, shell->line);
	prompt(shell);
}

static void erase(struct ax_shell *shell)
{
	if (shell->size > 0) {
		shell->size--;
		write_text(shell, "\b \b", 3);
	}
}

static void erase_line(struct ax_shell *shell)
{
	while (shell->size > 0) {
		erase(shell);
	}
}

static void abandon(struct ax_shell *shell)
{
	shell->size = 0;
	write_text(shell, "^C\n", 3);
	prompt(shell);
}

/* Keys that edit. Enter is CR, LF, or both as one. */
static const struct {
	uint8_t key;
	void (*act)(struct ax_shell *shell);
} editing[] = {
	{'\r', enter}, {'\n', enter}, {BACKSPACE, erase}, {DEL, erase}, {CTRL_U, erase_line}, {CTRL_C, abandon},
};

static void insert(struct ax_shell *shell, uint8_t key)
{
	char c = (char)key;

	if (key >= ' ' && key < DEL && shell->size < AX_SHELL_LINE - 1) {
		shell->line[shell->size++] = c;
		write_text(shell, &c, 1);
	}
}

static void press(struct ax_shell *shell, uint8_t key)
{
	bool second_half = key == '\n' && shell->carriage;

	shell->carriage = key == '\r';
	if (second_half) {
		return;
	}
	for (unsigned i = 0; i < AX_ARRAY_SIZE(editing); i++) {
		if (editing[i].key == key) {
			editing[i].act(shell);
			return;
		}
	}
	insert(shell, key);
}

static bool take_key(struct ax_shell *shell, uint8_t *key)
{
	unsigned long irq = ax_port_lock(&shell->lock);
	bool any = shell->keys_size > 0;

	if (any) {
		*key = shell->keys[0];
		shell->keys_size--;
		memmove(shell->keys, shell->keys + 1, shell->keys_size);
	}
	ax_port_unlock(&shell->lock, irq);
	return any;
}

void ax_shell_run(struct ax_shell *shell)
{
	uint8_t key;

	while (take_key(shell, &key)) {
		press(shell, key);
	}
	ax_console_room(shell->console);
}

static size_t take_input(void *ctx, const uint8_t *text, size_t size)
{
	struct ax_shell *shell = ctx;
	unsigned long irq = ax_port_lock(&shell->lock);
	size_t taken = AX_MIN(size, sizeof(shell->keys) - shell->keys_size);

	memcpy(shell->keys + shell->keys_size, text, taken);
	shell->keys_size += (unsigned)taken;
	ax_port_unlock(&shell->lock, irq);
	shell->host->wake();
	return taken;
}

int ax_shell_init(struct ax_shell *shell, struct ax_console *console, struct ax_life *life,
		  const struct ax_shell_host *host)
{
	const struct ax_console_source_config source = {.name = "prompt", .input = take_input, .ctx = shell};
	int index = ax_console_add(console, &source);

	if (index < 0) {
		return index;
	}
	*shell = (struct ax_shell){.host = host, .console = console, .life = life, .source = (unsigned)index};
	ax_console_set_home(console, shell->source);
	prompt(shell);
	return AX_OK;
}
