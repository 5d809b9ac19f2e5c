/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output of three sources and keys in any order: bytes in pairs, which source (or the keyboard) and what. No line on
 * the screen may hold another source's prefix, except what a guest wrote itself: brackets are left out of the input.
 */
#include <ax/mock.h>
#include <ax/vmm/console.h>

#include <string.h>

static bool line_start;

static size_t screen_write(void *ctx, const uint8_t *text, size_t size)
{
	(void)ctx;
	for (size_t i = 0; i < size; i++) {
		AX_ASSERT(text[i] != '[' || line_start);
		line_start = text[i] == '\n' || text[i] == '\r';
	}
	return size;
}

static void wake(void *ctx)
{
	(void)ctx;
}

static size_t input(void *ctx, const uint8_t *text, size_t size)
{
	(void)ctx;
	return size > 3 ? text[0] % 4 : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ax_console_port port = {.write = screen_write, .wake = wake};
	static const struct ax_console_source_config source[] = {
		{.name = "log", .prefixed = true, .log = true},
		{.name = "a", .prefixed = true, .input = input},
		{.name = "b", .prefixed = true, .input = input},
	};
	static struct ax_console console;

	ax_mock_reset();
	line_start = true;
	ax_console_init(&console, &port, 0x1d);
	for (unsigned i = 0; i < AX_ARRAY_SIZE(source); i++) {
		ax_console_add(&console, &source[i]);
	}
	for (size_t i = 0; i + 1 < size; i += 2) {
		if (data[i] % 4 == 3) {
			ax_console_keys(&console, &data[i + 1], 1);
			ax_console_pump(&console);
		} else if (data[i + 1] != '[') {
			ax_console_write(&console, data[i] % 4, &data[i + 1], 1);
		}
	}
	AX_ASSERT(ax_mock_locks_held() == 0);
	return 0;
}
