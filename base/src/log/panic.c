/* SPDX-License-Identifier: Apache-2.0 */
/* Panic: message, registers, call chain; then nothing runs any more. */
#include <ax/arch/host.h>
#include <ax/base/console.h>
#include <ax/base/lib.h>
#include <ax/base/panic.h>
#include <ax/base/smp.h>

#include <stdatomic.h>

#define MAX_FRAMES 24u

static atomic_flag panicked = ATOMIC_FLAG_INIT;

/* True for one caller; a panic inside a panic, or on a second CPU, ends quietly. */
static void enter(void)
{
	ax_arch_irq_save();
	if (atomic_flag_test_and_set(&panicked)) {
		ax_arch_halt();
	}
	ax_log_set_sink(NULL);
	if (ax_arch_percpu()) {
		ax_smp_stop_others();
	}
}

static void AX_PRINTF(1, 2) say(const char *fmt, ...)
{
	char line[256];
	va_list args;
	int n;

	va_start(args, fmt);
	n = ax_vsnprintf(line, sizeof(line) - 2, fmt, args);
	va_end(args);
	n = AX_MIN(n, (int)sizeof(line) - 3);
	line[n++] = '\r';
	line[n++] = '\n';
	ax_console_put((const uint8_t *)line, (size_t)n);
}

#ifdef AX_FEATURE_BACKTRACE
/* AAPCS64 6.4.6, and the same on other architectures with frame pointers: {caller's frame, return address}. */
static void backtrace(uintptr_t frame)
{
	const uintptr_t *f = (const uintptr_t *)frame;

	for (unsigned i = 0; i < MAX_FRAMES; i++) {
		bool on_stack = frame >= AX_IMAGE_VA && frame < AX_VMAP_BASE + AX_VMAP_SIZE;

		if (!on_stack || !AX_IS_ALIGNED(frame, sizeof(*f)) || !f[1]) {
			break;
		}
		say("  called from %#llx", (unsigned long long)f[1]);
		if (f[0] <= frame) {
			break; /* stacks grow down: callers lie higher */
		}
		frame = f[0];
		f = (const uintptr_t *)frame;
	}
}
#else
static void backtrace(uintptr_t frame)
{
	(void)frame;
}
#endif

void ax_port_panic(const char *fmt, ...)
{
	char line[200];
	va_list args;

	enter();
	va_start(args, fmt);
	ax_vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	say("\r\naxle: panic: %s", line);
	backtrace((uintptr_t)__builtin_frame_address(0));
	ax_arch_halt();
}

void ax_panic_fault(const char *what, const struct ax_panic_reg *reg, unsigned count, uintptr_t frame)
{
	enter();
	say("\r\naxle: panic: %s", what);
	for (unsigned i = 0; i < count; i += 3) {
		char line[120];
		int n = 0;

		for (unsigned j = i; j < AX_MIN(i + 3, count); j++) {
			n += ax_snprintf(line + n, sizeof(line) - (size_t)n, "  %-5s %016llx", reg[j].name,
					 (unsigned long long)reg[j].value);
		}
		say("%s", line);
	}
	backtrace(frame);
	ax_arch_halt();
}
