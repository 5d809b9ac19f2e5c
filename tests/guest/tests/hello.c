/* SPDX-License-Identifier: Apache-2.0 */
/* The first sign of life: the machine starts, has the memory it was promised, and ends. */
#include <guest.h>

GUEST_TEST(a_guest_starts_in_its_memory)
{
	uint64_t here = guest_image_end();

	EXPECT(here > guest_ram_base() && here - guest_ram_base() < guest_ram_size());
	EXPECT(guest_cpu_id() == 0);
}

GUEST_TEST(the_clock_runs)
{
	uint64_t start = guest_ticks();

	EXPECT(guest_tick_hz() >= 1000000);
	while (guest_ticks() == start) {
		guest_relax();
	}
	EXPECT(guest_ticks() > start);
}

GUEST_TEST(all_memory_can_be_read_and_written)
{
	uint64_t end = guest_ram_base() + guest_ram_size();

	for (uint64_t addr = (guest_image_end() + 0x3fffff) & ~0x1fffffull; addr < end; addr += 0x200000) {
		*(volatile uint64_t *)addr = addr;
	}
	for (uint64_t addr = (guest_image_end() + 0x3fffff) & ~0x1fffffull; addr < end; addr += 0x200000) {
		EXPECT(*(volatile uint64_t *)addr == addr);
	}
	/* The tree may lie on a 2 MiB boundary; nobody reads it any more. */
}
