/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces: regions, checked access, removal, scrub, failures. */
#include "aspace_guest.h"

#include <string.h>

static void with_ram(uint64_t size)
{
	guest_create(ax_mock_format_stage2());
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE), size, RWX), AX_OK);
}

/* ---- regions ---- */

START_TEST(ram_comes_in_the_largest_blocks_the_host_has)
{
	guest_create(ax_mock_format_stage2());
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(AX_GIB(2)), AX_GIB(1) + AX_MIB(6) + AX_KIB(8), RW), AX_OK);
	ck_assert_uint_eq(stats().leaves[0], 1);
	ck_assert_uint_eq(stats().leaves[1], 3);
	ck_assert_uint_eq(stats().leaves[2], 2);
	ck_assert_uint_eq(stats().ram_bytes, AX_GIB(1) + AX_MIB(6) + AX_KIB(8));
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

START_TEST(a_host_with_single_pages_only_still_serves)
{
	guest_create(ax_mock_format_stage2());
	ax_mock_page_limit(0, 0);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE), AX_MIB(2), RWX), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(1), SECRET), AX_OK);
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

START_TEST(overlapping_regions_are_refused_and_neighbours_are_not)
{
	with_ram(AX_MIB(2));
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE + AX_MIB(2) - AX_PAGE_SIZE), AX_MIB(2), RW), AX_EEXIST);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE - AX_PAGE_SIZE), AX_MIB(8), RW), AX_EEXIST);
	ck_assert_int_eq(ax_aspace_add_device(as, ax_gpa(RAM_BASE), ax_hpa(0x9000000), AX_PAGE_SIZE, RW), AX_EEXIST);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE + AX_MIB(2)), AX_PAGE_SIZE, RW), AX_OK);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE - AX_PAGE_SIZE), AX_PAGE_SIZE, RW), AX_OK);
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

START_TEST(malformed_regions_are_refused)
{
	const uint64_t top = AX_BIT(40);

	guest_create(ax_mock_format_stage2());
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(1), AX_PAGE_SIZE, RW), AX_EINVAL);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(0), 0, RW), AX_EINVAL);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(0), 5, RW), AX_EINVAL);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(0), AX_PAGE_SIZE, AX_PROT_WRITE), AX_EINVAL);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(top), AX_PAGE_SIZE, RW), AX_ERANGE);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(top - AX_PAGE_SIZE), 2 * AX_PAGE_SIZE, RW), AX_ERANGE);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(AX_PAGE_SIZE), ~0ull << AX_PAGE_SHIFT, RW), AX_ERANGE);
	ck_assert_int_eq(ax_aspace_add_device(as, ax_gpa(0), ax_hpa(3), AX_PAGE_SIZE, RW), AX_EINVAL);
	ck_assert_int_eq(ax_aspace_remove(as, ax_gpa(0), ~0ull << AX_PAGE_SHIFT), AX_ERANGE);
	ck_assert_uint_eq(stats().ram_bytes, 0);
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

/* ---- access ---- */

START_TEST(a_copy_that_leaves_memory_by_one_byte_moves_nothing)
{
	char in[16], out[16];

	memset(in, 'x', sizeof(in));
	with_ram(AX_MIB(2));
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(RAM_BASE + AX_MIB(2) - 16), in, 16), AX_OK);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(RAM_BASE + AX_MIB(2) - 16), out, 16), AX_OK);
	ck_assert_mem_eq(in, out, 16);
	memset(in, 'y', sizeof(in));
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(RAM_BASE + AX_MIB(2) - 15), in, 16), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(RAM_BASE - 1), in, 2), AX_EFAULT);
	memset(out, 'z', sizeof(out));
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(RAM_BASE + AX_MIB(2) - 15), out, 16), AX_EFAULT);
	ck_assert_int_eq(out[0], 'z');
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(RAM_BASE + AX_MIB(2) - 16), out, 16), AX_OK);
	ck_assert_int_eq(out[15], 'x');
	guest_finish();
}
END_TEST

START_TEST(a_copy_crosses_regions_that_touch)
{
	static char in[300000], out[300000];

	for (size_t i = 0; i < sizeof(in); i++) {
		in[i] = (char)(i * 7);
	}
	with_ram(AX_MIB(2));
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE + AX_MIB(2)), AX_MIB(1), RW), AX_OK);
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(RAM_BASE + AX_MIB(2) - 150001), in, sizeof(in)), AX_OK);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(RAM_BASE + AX_MIB(2) - 150001), out, sizeof(out)), AX_OK);
	ck_assert_mem_eq(in, out, sizeof(in));
	guest_finish();
}
END_TEST

START_TEST(addresses_that_wrap_or_lie_beyond_the_format_are_faults)
{
	char buf[32];

	guest_create(ax_mock_format_stage2());
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(AX_BIT(40) - AX_MIB(2)), AX_MIB(2), RW), AX_OK);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(0), AX_MIB(2), RW), AX_OK);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(AX_BIT(40) - 32), buf, 32), AX_OK);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(AX_BIT(40) - 31), buf, 32), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(~0ull - 7), buf, 32), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(~0ull), buf, 1), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(8), buf, ~(size_t)0), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(~0ull), buf, 0), AX_OK);
	ck_assert_int_eq(ax_aspace_fault(as, ax_gpa(~0ull), AX_PROT_READ), AX_ENOENT);
	guest_finish();
}
END_TEST

START_TEST(permissions_bind_the_guest_and_devices_but_not_a_loader)
{
	uint64_t word = 5;

	guest_create(ax_mock_format_stage2());
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE), AX_MIB(2), AX_PROT_READ | AX_PROT_EXEC), AX_OK);
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(RAM_BASE), &word, 8), AX_EFAULT);
	ck_assert_int_eq(guest_write(RAM_BASE, 6), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_load(as, ax_gpa(RAM_BASE), &word, 8), AX_OK);
	ck_assert_int_eq(guest_read(RAM_BASE, &word), AX_OK);
	ck_assert_uint_eq(word, 5);
	guest_finish();
}
END_TEST

START_TEST(the_host_never_touches_a_device)
{
	uint64_t word = 0;
	ax_hpa_t pa;

	guest_create(ax_mock_format_stage2());
	ck_assert_int_eq(
		ax_aspace_add_device(as, ax_gpa(0x9000000), ax_hpa(0x3f000000), AX_PAGE_SIZE, RW | AX_PROT_DEVICE),
		AX_OK);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(0x9000000), &word, 4), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(0x9000000), &word, 4), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_load(as, ax_gpa(0x9000000), &word, 4), AX_EFAULT);
	ck_assert(ax_mock_tlb_access(ax_mock_format_stage2(), ax_aspace_tag(as), 0x9000010, RW, &pa));
	ck_assert_uint_eq(pa.v, 0x3f000010);
	ck_assert_int_eq(ax_aspace_fault(as, ax_gpa(0x9000000), AX_PROT_EXEC), AX_EFAULT);
	ck_assert_int_eq(ax_aspace_fault(as, ax_gpa(0x9001000), AX_PROT_READ), AX_ENOENT);
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

START_TEST(a_fault_that_passed_is_run_again)
{
	with_ram(AX_MIB(2));
	ck_assert_int_eq(ax_aspace_fault(as, ax_gpa(RAM_BASE + 100), AX_PROT_WRITE), AX_OK);
	guest_finish();
}
END_TEST

/* ---- removal, scrub ---- */

START_TEST(a_hole_can_be_cut_into_ram_and_filled_again)
{
	const uint64_t hole = RAM_BASE + AX_MIB(2) + AX_KIB(12);
	uint64_t word;

	with_ram(AX_MIB(8));
	for (uint64_t a = 0; a < AX_MIB(8); a += AX_PAGE_SIZE) {
		ck_assert_int_eq(guest_write(RAM_BASE + a, SECRET), AX_OK);
	}
	ck_assert_int_eq(ax_aspace_remove(as, ax_gpa(hole), AX_KIB(8)), AX_OK);
	ck_assert_int_eq(guest_read(hole, &word), AX_ENOENT);
	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(hole + AX_KIB(4)), &word, 8), AX_EFAULT);
	ck_assert_uint_eq(host_word(hole - AX_PAGE_SIZE), SECRET);
	ck_assert_uint_eq(host_word(hole + AX_KIB(8)), SECRET);
	ck_assert_uint_eq(stats().ram_bytes, AX_MIB(8) - AX_KIB(8));
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(hole), AX_KIB(8), RWX), AX_OK);
	ck_assert_uint_eq(host_word(hole), 0);
	ck_assert_int_eq(guest_read(hole, &word), AX_OK);
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

START_TEST(removal_takes_several_regions_and_the_gaps_between)
{
	guest_create(ax_mock_format_sv39x4());
	for (unsigned i = 0; i < 20; i++) {
		ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(AX_MIB(4 * i)), AX_MIB(2) + AX_PAGE_SIZE, RW), AX_OK);
	}
	ck_assert_int_eq(ax_aspace_remove(as, ax_gpa(AX_MIB(1)), AX_MIB(76)), AX_OK);
	ck_assert_uint_eq(stats().ram_bytes, AX_MIB(2) + AX_PAGE_SIZE);
	ck_assert_int_eq(ax_aspace_remove(as, ax_gpa(0), AX_GIB(1)), AX_OK);
	ck_assert_uint_eq(stats().ram_bytes, 0);
	ck_assert_int_eq(ax_aspace_remove(as, ax_gpa(0), AX_GIB(1)), AX_OK);
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

START_TEST(scrub_leaves_no_byte_and_keeps_the_memory)
{
	with_ram(AX_MIB(8));
	for (uint64_t a = 0; a < AX_MIB(8); a += AX_PAGE_SIZE) {
		ck_assert_int_eq(guest_write(RAM_BASE + a, SECRET), AX_OK);
	}
	ck_assert_int_eq(ax_aspace_scrub(as), AX_OK);
	for (uint64_t a = 0; a < AX_MIB(8); a += AX_PAGE_SIZE) {
		ck_assert_uint_eq(host_word(RAM_BASE + a), 0);
	}
	ck_assert_uint_eq(stats().ram_bytes, AX_MIB(8));
	guest_finish();
}
END_TEST

START_TEST(memory_of_a_dead_guest_is_cleared_before_it_is_given_back)
{
	with_ram(AX_MIB(4) + AX_KIB(12));
	for (uint64_t a = 0; a < AX_MIB(4) + AX_KIB(12); a += AX_PAGE_SIZE) {
		ck_assert_int_eq(guest_write(RAM_BASE + a, SECRET), AX_OK);
	}
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

/* ---- failures ---- */

START_TEST(a_failed_allocation_undoes_the_whole_step)
{
	with_ram(AX_MIB(2));
	for (unsigned n = 1;; n++) {
		size_t pages = ax_mock_live_pages();
		int err;

		ax_mock_fail_alloc(n, true);
		err = ax_aspace_add_ram(as, ax_gpa(RAM_BASE + AX_MIB(2)), AX_MIB(3) + AX_KIB(20), RW);
		if (err == AX_OK) {
			break;
		}
		ck_assert_int_eq(err, AX_ENOMEM);
		ck_assert_uint_eq(ax_mock_live_pages(), pages);
		ck_assert_uint_eq(stats().ram_bytes, AX_MIB(2));
	}
	for (unsigned n = 1;; n++) {
		int err;

		ax_mock_fail_alloc(n, true);
		err = ax_aspace_remove(as, ax_gpa(RAM_BASE + AX_KIB(4)), AX_MIB(3));
		if (err == AX_OK) {
			break;
		}
		ck_assert_int_eq(err, AX_ENOMEM);
		ck_assert_uint_eq(stats().ram_bytes, AX_MIB(5) + AX_KIB(20));
		ck_assert_uint_eq(host_word(RAM_BASE + AX_KIB(4)), 0);
	}
	ax_mock_fail_alloc(0, false);
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

/*
 * Two regions of four pages whose memory is one block of eight, as luck may have it; the second fails at allocation n.
 */
static bool contiguous_neighbour_fails_at(unsigned n)
{
	const uint64_t half = 4 * AX_PAGE_SIZE;
	char *block;
	int err;

	guest_create(ax_mock_format_tiny(true));
	block = ax_port_page_alloc(3);
	ax_port_page_split(block, 3);
	ax_mock_page_limit(2, 0);
	ax_port_page_free(block, 2);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(0), half, RW), AX_OK);
	ax_port_page_free(block + half, 2);
	ax_mock_fail_alloc(n, true);
	err = ax_aspace_add_ram(as, ax_gpa(half), AX_KIB(64), RW);
	ck_assert(err == AX_OK || err == AX_ENOMEM);
	if (err) {
		ck_assert_int_eq(ax_aspace_fault(as, ax_gpa(half), AX_PROT_READ), AX_ENOENT);
		ck_assert_uint_eq(stats().leaves[2], 4);
	}
	ax_mock_fail_alloc(0, false);
	ax_mock_page_limit(18, 0);
	guest_finish();
	ax_mock_check_clean();
	return err != AX_OK;
}

START_TEST(undoing_ram_beside_contiguous_ram_needs_no_memory)
{
	for (unsigned n = 1; contiguous_neighbour_fails_at(n); n++) {
		guest_setup();
	}
}
END_TEST

START_TEST(a_table_quota_refuses_ram_whole)
{
	ck_assert_int_eq(ax_aspace_create(ax_mock_format_stage2(), 1, 3, &as), AX_OK);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(0), AX_MIB(2) + AX_KIB(4), RW), AX_ENOSPC);
	ck_assert_uint_eq(stats().ram_bytes, 0);
	ck_assert_uint_eq(stats().leaves[1], 0);
	guest_finish();
	ax_mock_check_clean();
}
END_TEST

START_TEST(a_thousand_lives_leave_nothing_behind)
{
	for (unsigned i = 0; i < 1000; i++) {
		with_ram(AX_MIB(2) + AX_KIB(8));
		ck_assert_int_eq(ax_aspace_add_device(as, ax_gpa(0x9000000), ax_hpa(0x9000000), AX_PAGE_SIZE, RW),
				 AX_OK);
		ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2), SECRET), AX_OK);
		guest_finish();
		ax_mock_check_clean();
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		ram_comes_in_the_largest_blocks_the_host_has,
		a_host_with_single_pages_only_still_serves,
		overlapping_regions_are_refused_and_neighbours_are_not,
		malformed_regions_are_refused,
		a_copy_that_leaves_memory_by_one_byte_moves_nothing,
		a_copy_crosses_regions_that_touch,
		addresses_that_wrap_or_lie_beyond_the_format_are_faults,
		permissions_bind_the_guest_and_devices_but_not_a_loader,
		the_host_never_touches_a_device,
		a_fault_that_passed_is_run_again,
		a_hole_can_be_cut_into_ram_and_filled_again,
		removal_takes_several_regions_and_the_gaps_between,
		scrub_leaves_no_byte_and_keeps_the_memory,
		memory_of_a_dead_guest_is_cleared_before_it_is_given_back,
		a_failed_allocation_undoes_the_whole_step,
		undoing_ram_beside_contiguous_ram_needs_no_memory,
		a_table_quota_refuses_ram_whole,
		a_thousand_lives_leave_nothing_behind,
	};

	return run_suite("aspace", tests, AX_ARRAY_SIZE(tests));
}
