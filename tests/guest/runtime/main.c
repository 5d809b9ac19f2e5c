/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the tests that the linker gathered and says how each ended. */
#include "runtime.h"

extern const struct guest_test __start_guest_tests[], __stop_guest_tests[];

static struct guest_machine machine;
static const char *running;
static volatile unsigned failures;
static const char *skipped;

void guest_fail(const char *file, int line, const char *what)
{
	if (__atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED) == 0) {
		guest_print("test %s: FAIL %s:%d %s\n", running, file, line, what);
	}
}

void guest_skip(const char *why)
{
	skipped = why;
}

bool guest_on_axle(void)
{
	return __builtin_strcmp(machine.compatible, GUEST_NATIVE_COMPATIBLE) != 0;
}

unsigned guest_cpu_count(void)
{
	return machine.cpus;
}

uint64_t guest_ram_base(void)
{
	return machine.ram_base;
}

uint64_t guest_ram_size(void)
{
	return machine.ram_size;
}

void guest_panic(const char *why, uint64_t pc, uint64_t addr, uint64_t code)
{
	guest_print("test %s: FAIL %s on cpu %u: pc 0x%lx address 0x%lx code 0x%lx\n", running ? running : "(start)",
		    why, guest_cpu_id(), pc, addr, code);
	guest_print("guest: stopped by a fault\n");
	guest_poweroff();
}

void guest_main(const void *fdt)
{
	unsigned passed = 0, failed = 0, skips = 0;

	if (!guest_fdt_read(fdt, &machine)) {
		guest_print("guest: no device tree\n");
		guest_poweroff();
	}
	guest_print("guest: start, %u cpus, %lu MiB at 0x%lx, %s\n", machine.cpus, machine.ram_size >> 20,
		    machine.ram_base, machine.compatible);
	guest_irq_init();
	for (const struct guest_test *test = __start_guest_tests; test < __stop_guest_tests; test++) {
		running = test->name;
		failures = 0;
		skipped = NULL;
		test->run();
		if (failures) {
			failed++;
		} else if (skipped) {
			skips++;
			guest_print("test %s: skip (%s)\n", test->name, skipped);
		} else {
			passed++;
			guest_print("test %s: ok\n", test->name);
		}
	}
	guest_print("guest: %u passed, %u failed, %u skipped\n", passed, failed, skips);
	guest_poweroff();
}
