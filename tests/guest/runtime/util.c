/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers of the tests that need nothing of the architecture. */
#include "runtime.h"

struct access {
	uint64_t addr, value;
	unsigned width;
};

uint64_t guest_us_to_ticks(uint64_t us)
{
	return us * guest_tick_hz() / 1000000u;
}

bool guest_await(const volatile unsigned *counter, unsigned value, uint64_t us)
{
	uint64_t end = guest_ticks() + guest_us_to_ticks(us);

	guest_irq_unmask();
	while (*counter < value && guest_ticks() < end) {
		guest_relax();
	}
	guest_irq_mask();
	return *counter >= value;
}

static void do_read(void *arg)
{
	struct access *access = arg;

	access->value = guest_mmio_read(access->addr, access->width);
}

static void do_write(void *arg)
{
	const struct access *access = arg;

	guest_mmio_write(access->addr, access->width, access->value);
}

static void do_fetch(void *arg)
{
	const struct access *access = arg;

	((void (*)(void))access->addr)();
}

enum guest_fault_kind guest_try_read(uint64_t addr, unsigned width, uint64_t *value)
{
	struct access access = {.addr = addr, .width = width};
	struct guest_fault fault;

	guest_try(do_read, &access, &fault);
	if (value) {
		*value = access.value;
	}
	return fault.kind;
}

enum guest_fault_kind guest_try_write(uint64_t addr, unsigned width, uint64_t value)
{
	struct access access = {.addr = addr, .value = value, .width = width};
	struct guest_fault fault;

	guest_try(do_write, &access, &fault);
	return fault.kind;
}

enum guest_fault_kind guest_try_fetch(uint64_t addr)
{
	struct access access = {.addr = addr};
	struct guest_fault fault;

	guest_try(do_fetch, &access, &fault);
	return fault.kind;
}
