/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses to addresses where nothing is: each is a fault in the guest, who then goes on. */
#include <guest.h>

static const uint64_t holes[] = {GUEST_HOLE_LOW, GUEST_HOLE_LOW + 0xff8, GUEST_HOLE_HIGH, GUEST_HOLE_HIGH + 0x12345678};
static const unsigned widths[] = {1, 2, 4, 8};

#define FOR_EACH(item, array)                                                                                          \
	for (__typeof__(&array[0]) item = array; item < array + sizeof(array) / sizeof(array[0]); item++)

struct access {
	uint64_t addr;
};

static void read_at(void *arg)
{
	const struct access *access = arg;

	(void)guest_mmio_read(access->addr, 4);
}

GUEST_TEST(an_unmapped_read_faults_and_the_guest_goes_on)
{
	FOR_EACH (hole, holes) {
		FOR_EACH (width, widths) {
			EXPECT(guest_try_read(*hole, *width, NULL) == GUEST_FAULT_READ);
		}
	}
}

GUEST_TEST(an_unmapped_write_faults_and_the_guest_goes_on)
{
	FOR_EACH (hole, holes) {
		FOR_EACH (width, widths) {
			EXPECT(guest_try_write(*hole, *width, 0x5a) == GUEST_FAULT_WRITE);
		}
	}
}

GUEST_TEST(an_unmapped_fetch_faults_and_the_guest_goes_on)
{
	EXPECT(guest_try_fetch(GUEST_HOLE_HIGH) == GUEST_FAULT_FETCH);
	EXPECT(guest_try_fetch(GUEST_HOLE_HIGH + 0x1000) == GUEST_FAULT_FETCH);
}

GUEST_TEST(a_fetch_from_a_device_faults)
{
	if (!guest_on_axle()) {
		guest_skip("the emulator runs what a device's registers hold");
		return;
	}
	EXPECT(guest_try_fetch(GUEST_ALIAS(GUEST_UART)) == GUEST_FAULT_FETCH);
	EXPECT(guest_try_fetch(GUEST_ALIAS(GUEST_HOLE_LOW)) == GUEST_FAULT_FETCH);
}

GUEST_TEST(a_fault_names_the_address_that_was_touched)
{
	struct access access = {GUEST_HOLE_HIGH + 0x4567c};
	struct guest_fault fault;

	guest_try(read_at, &access, &fault);
	EXPECT(fault.kind == GUEST_FAULT_READ);
	EXPECT(fault.addr == GUEST_HOLE_HIGH + 0x4567c);
}

GUEST_TEST(a_thousand_faults_are_as_harmless_as_one)
{
	unsigned faults = 0;

	for (unsigned i = 0; i < 1000; i++) {
		faults += guest_try_read(GUEST_HOLE_HIGH + 8 * i, 8, NULL) == GUEST_FAULT_READ;
	}
	EXPECT(faults == 1000);
}

GUEST_TEST(the_first_address_past_the_memory_is_no_memory)
{
	uint64_t end = guest_ram_base() + guest_ram_size();

	EXPECT(guest_try_read(end - 8, 8, NULL) == GUEST_FAULT_NONE);
	EXPECT(guest_try_read(end, 8, NULL) == GUEST_FAULT_READ);
	EXPECT(guest_try_write(end, 1, 0) == GUEST_FAULT_WRITE);
}
