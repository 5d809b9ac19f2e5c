/* SPDX-License-Identifier: Apache-2.0 */
/* Regions with permissions: what the configuration forbids faults, the rest works, and the guest goes on. */
#include <guest.h>

#define REGION_SIZE 0x200000ul

GUEST_TEST(memory_without_write_permission_reads_but_does_not_change)
{
	static const uint64_t offsets[] = {0, 0x1000, REGION_SIZE - 8};

	for (unsigned i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		uint64_t before = 1, after = 2;

		EXPECT(guest_try_read(GUEST_READ_ONLY + offsets[i], 8, &before) == GUEST_FAULT_NONE);
		EXPECT(guest_try_write(GUEST_READ_ONLY + offsets[i], 8, ~0ull) == GUEST_FAULT_WRITE);
		EXPECT(guest_try_read(GUEST_READ_ONLY + offsets[i], 8, &after) == GUEST_FAULT_NONE);
		EXPECT(before == after);
	}
}

GUEST_TEST(memory_without_execute_permission_holds_data_only)
{
	*(volatile uint32_t *)GUEST_NO_EXEC = GUEST_INSN_RETURN;
	guest_sync_code(GUEST_NO_EXEC, 4);
	EXPECT(*(volatile uint32_t *)GUEST_NO_EXEC == GUEST_INSN_RETURN);
	EXPECT(guest_try_fetch(GUEST_NO_EXEC) == GUEST_FAULT_FETCH);
}

GUEST_TEST(memory_to_be_read_and_executed_cannot_be_written)
{
	EXPECT(guest_try_read(GUEST_READ_EXEC, 4, NULL) == GUEST_FAULT_NONE);
	EXPECT(guest_try_write(GUEST_READ_EXEC, 4, GUEST_INSN_RETURN) == GUEST_FAULT_WRITE);
	/* It holds zeroes, which are no instruction: the fetch succeeds, the instruction faults. */
	EXPECT(guest_try_fetch(GUEST_READ_EXEC) == GUEST_FAULT_UNDEF);
}

GUEST_TEST(ordinary_memory_can_be_executed)
{
	uint64_t code = (guest_image_end() + 0xfffff) & ~0xffffful;

	*(volatile uint32_t *)code = GUEST_INSN_RETURN;
	guest_sync_code(code, 4);
	EXPECT(guest_try_fetch(code) == GUEST_FAULT_NONE);
}

GUEST_TEST(a_region_ends_where_it_ends)
{
	EXPECT(guest_try_read(GUEST_READ_ONLY - 8, 8, NULL) == GUEST_FAULT_READ);
	EXPECT(guest_try_read(GUEST_READ_EXEC + REGION_SIZE - 8, 8, NULL) == GUEST_FAULT_NONE);
	EXPECT(guest_try_read(GUEST_READ_EXEC + REGION_SIZE, 8, NULL) == GUEST_FAULT_READ);
}

GUEST_TEST(an_access_across_the_end_of_memory_faults)
{
	EXPECT(guest_try_read(GUEST_READ_EXEC + REGION_SIZE - 4, 8, NULL) == GUEST_FAULT_READ);
}
