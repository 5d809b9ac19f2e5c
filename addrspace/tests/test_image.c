/* SPDX-License-Identifier: Apache-2.0 */
/* Images laid over RAM: shared, copied on write, restored. */
#include "aspace_guest.h"

#include <string.h>

#define IMAGE_ORDER 11u
#define IMAGE_SIZE (AX_PAGE_SIZE << IMAGE_ORDER) /* 8 MiB */
#define RAM_SIZE AX_MIB(16)

static char *image;

static uint64_t image_word(uint64_t offset)
{
	return 0x1111000000000000ull + offset;
}

/* Each page of the image begins with a word of its own. */
static void make_image(void)
{
	image = ax_port_page_alloc(IMAGE_ORDER);
	for (uint64_t a = 0; a < IMAGE_SIZE; a += AX_PAGE_SIZE) {
		*(uint64_t *)(void *)(image + a) = image_word(a);
	}
}

static void start(void)
{
	make_image();
	guest_create(ax_mock_format_stage2());
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE), RAM_SIZE, AX_PROT_RWX), AX_OK);
}

static int lay(uint64_t offset, uint64_t size)
{
	return ax_aspace_add_image(as, ax_gpa(RAM_BASE + offset), ax_port_virt_to_phys(image), size);
}

static void finish(void)
{
	guest_finish();
	for (uint64_t a = 0; a < IMAGE_SIZE; a += AX_PAGE_SIZE) {
		ck_assert_uint_eq(*(uint64_t *)(void *)(image + a), image_word(a));
	}
	ax_port_page_free(image, IMAGE_ORDER);
	ax_mock_check_clean();
}

START_TEST(an_image_is_shown_and_the_ram_behind_it_goes_back)
{
	size_t pages;
	uint64_t word;

	start();
	pages = ax_mock_live_pages();
	ck_assert_int_eq(lay(AX_MIB(4), AX_MIB(6)), AX_OK);
	ck_assert_uint_le(ax_mock_live_pages(), pages - AX_MIB(6) / AX_PAGE_SIZE + 2);
	ck_assert_int_eq(guest_read(RAM_BASE + AX_MIB(5), &word), AX_OK);
	ck_assert_uint_eq(word, image_word(AX_MIB(1)));
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(4)), image_word(0));
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(10)), 0);
	ck_assert_uint_eq(stats().image_bytes, AX_MIB(6));
	ck_assert_uint_eq(stats().ram_bytes, RAM_SIZE - AX_MIB(6));
	finish();
}
END_TEST

START_TEST(the_first_write_copies_two_mebibytes_and_not_the_image)
{
	uint64_t word;

	start();
	ck_assert_int_eq(lay(0, AX_MIB(6)), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2) + AX_KIB(4), SECRET), AX_OK);
	ck_assert_uint_eq(stats().image_bytes, AX_MIB(4));
	ck_assert_int_eq(guest_read(RAM_BASE + AX_MIB(2) + AX_KIB(8), &word), AX_OK);
	ck_assert_uint_eq(word, image_word(AX_MIB(2) + AX_KIB(8)));
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2) + AX_KIB(4)), SECRET);
	ck_assert_uint_eq(*(uint64_t *)(void *)(image + AX_MIB(2) + AX_KIB(4)), image_word(AX_MIB(2) + AX_KIB(4)));
	finish();
}
END_TEST

START_TEST(at_the_ends_of_a_window_single_pages_are_copied)
{
	start();
	ck_assert_int_eq(lay(AX_KIB(8), AX_MIB(3)), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_KIB(12), SECRET), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_KIB(20), SECRET), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2) + AX_KIB(4), SECRET), AX_OK);
	ck_assert_uint_eq(stats().image_bytes, AX_MIB(3) - 3 * AX_PAGE_SIZE);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_KIB(16)), image_word(AX_KIB(8)));
	finish();
}
END_TEST

START_TEST(without_a_large_block_single_pages_are_copied)
{
	start();
	ck_assert_int_eq(lay(0, AX_MIB(4)), AX_OK);
	ax_mock_page_limit(3, 0);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_KIB(40), SECRET), AX_OK);
	ck_assert_uint_eq(stats().image_bytes, AX_MIB(4) - AX_PAGE_SIZE);
	ax_mock_page_limit(18, 0);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_KIB(44), SECRET), AX_OK);
	ck_assert_uint_eq(stats().image_bytes, AX_MIB(4) - 2 * AX_PAGE_SIZE);
	finish();
}
END_TEST

START_TEST(devices_and_loaders_write_copies_too)
{
	static char text[AX_KIB(200)];

	memset(text, 'a', sizeof(text));
	start();
	ck_assert_int_eq(lay(0, AX_MIB(6)), AX_OK);
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(RAM_BASE + AX_MIB(2) - AX_KIB(100)), text, sizeof(text)), AX_OK);
	ck_assert_int_eq(ax_aspace_load(as, ax_gpa(RAM_BASE + AX_MIB(6) - 4), text, 8), AX_OK);
	ck_assert_uint_eq(stats().image_bytes, 0);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2)), 0x6161616161616161ull);
	finish();
}
END_TEST

START_TEST(the_partial_last_page_is_a_copy)
{
	start();
	ck_assert_int_eq(lay(0, AX_MIB(2) + 8), AX_OK);
	ck_assert_uint_eq(stats().image_bytes, AX_MIB(2));
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2)), image_word(AX_MIB(2)));
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2) + 8), 0);
	ck_assert_int_eq(lay(AX_MIB(8), 8), AX_OK);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(8)), image_word(0));
	finish();
}
END_TEST

START_TEST(scrub_brings_the_image_back_whole)
{
	start();
	ck_assert_int_eq(lay(AX_KIB(4), AX_MIB(5) + 16), AX_OK);
	for (uint64_t a = 0; a < RAM_SIZE; a += AX_PAGE_SIZE) {
		ck_assert_int_eq(guest_write(RAM_BASE + a, SECRET), AX_OK);
	}
	ck_assert_uint_eq(stats().image_bytes, 0);
	ck_assert_uint_eq(stats().ram_bytes, RAM_SIZE);
	ck_assert_int_eq(ax_aspace_scrub(as), AX_OK);
	for (uint64_t a = 0; a < RAM_SIZE; a += AX_PAGE_SIZE) {
		bool in_image = a >= AX_KIB(4) && a < AX_KIB(4) + AX_MIB(5) + 16;

		ck_assert_uint_eq(host_word(RAM_BASE + a), in_image ? image_word(a - AX_KIB(4)) : 0);
	}
	ck_assert_uint_eq(stats().image_bytes, AX_MIB(5));
	finish();
}
END_TEST

START_TEST(an_image_laid_again_after_a_write_shows_itself_again)
{
	start();
	ck_assert_int_eq(lay(0, AX_MIB(4) + 16), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE, SECRET), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(4), SECRET), AX_OK);
	ck_assert_int_eq(lay(0, AX_MIB(4) + 16), AX_OK);
	ck_assert_uint_eq(host_word(RAM_BASE), image_word(0));
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(4)), image_word(AX_MIB(4)));
	finish();
}
END_TEST

START_TEST(an_image_needs_ram_of_its_own)
{
	start();
	ck_assert_int_eq(lay(AX_MIB(4), AX_MIB(4)), AX_OK);
	ck_assert_int_eq(lay(AX_MIB(2), AX_MIB(4)), AX_EEXIST);
	ck_assert_int_eq(lay(RAM_SIZE - AX_MIB(2), AX_MIB(4)), AX_EFAULT);
	ck_assert_int_eq(lay(RAM_SIZE, AX_MIB(4)), AX_EFAULT);
	ck_assert_int_eq(lay(4, AX_MIB(1)), AX_EINVAL);
	ck_assert_int_eq(lay(0, 0), AX_EINVAL);
	ck_assert_int_eq(lay(0, ~0ull), AX_EINVAL);
	ck_assert_int_eq(ax_aspace_add_image(as, ax_gpa(RAM_BASE), ax_hpa(AX_MOCK_MEMORY_HPA + 8), AX_MIB(1)),
			 AX_EINVAL);
	ck_assert_int_eq(lay(0, AX_MIB(2)), AX_OK);
	finish();
}
END_TEST

START_TEST(two_guests_share_one_image)
{
	struct ax_aspace *first;
	uint64_t word;

	start();
	ck_assert_int_eq(lay(0, IMAGE_SIZE), AX_OK);
	first = as;
	ck_assert_int_eq(ax_aspace_create(ax_mock_format_stage2(), 2, 0, &as), AX_OK);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE), RAM_SIZE, AX_PROT_RWX), AX_OK);
	ck_assert_int_eq(lay(0, IMAGE_SIZE), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE, SECRET), AX_OK);
	ck_assert_int_eq(ax_aspace_read(first, ax_gpa(RAM_BASE), &word, 8), AX_OK);
	ck_assert_uint_eq(word, image_word(0));
	ax_aspace_destroy(first);
	finish();
}
END_TEST

START_TEST(a_window_can_be_cut_through_copied_and_shared_parts)
{
	uint64_t word;

	start();
	ck_assert_int_eq(lay(0, IMAGE_SIZE), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2), SECRET), AX_OK);
	ax_mock_page_limit(0, 0);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(4), SECRET), AX_OK);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(4) + AX_KIB(8), SECRET), AX_OK);
	ck_assert_int_eq(ax_aspace_remove(as, ax_gpa(RAM_BASE + AX_MIB(3)), AX_MIB(1) + AX_KIB(4)), AX_OK);
	ck_assert_int_eq(guest_read(RAM_BASE + AX_MIB(4), &word), AX_ENOENT);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2)), SECRET);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(3) - AX_KIB(4)), image_word(AX_MIB(3) - AX_KIB(4)));
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(4) + AX_KIB(8)), SECRET);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(6)), image_word(AX_MIB(6)));
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(6), SECRET), AX_OK);
	ck_assert_uint_eq(stats().ram_bytes, RAM_SIZE - IMAGE_SIZE + AX_MIB(1) + 2 * AX_PAGE_SIZE);
	ck_assert_uint_eq(stats().image_bytes, AX_MIB(6) - 3 * AX_PAGE_SIZE);
	ck_assert_int_eq(ax_aspace_scrub(as), AX_OK);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2)), image_word(AX_MIB(2)));
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(6)), image_word(AX_MIB(6)));
	finish();
}
END_TEST

START_TEST(a_failed_copy_leaves_the_image_in_place_and_can_be_tried_again)
{
	uint64_t word;

	start();
	ck_assert_int_eq(lay(AX_KIB(4), AX_MIB(6)), AX_OK);
	ax_mock_fail_alloc(1, true);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2), SECRET), AX_ENOMEM);
	ck_assert_int_eq(ax_aspace_write(as, ax_gpa(RAM_BASE + AX_MIB(2)), &word, 8), AX_ENOMEM);
	ck_assert_int_eq(guest_read(RAM_BASE + AX_MIB(2), &word), AX_OK);
	ck_assert_uint_eq(word, image_word(AX_MIB(2) - AX_KIB(4)));
	ax_mock_fail_alloc(0, false);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2), SECRET), AX_OK);
	finish();
}
END_TEST

/* What another vCPU or the life-cycle task does while a copy is being made. */
static void write_the_same_page(void)
{
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2), 7), AX_OK);
}

static void remove_the_page(void)
{
	ck_assert_int_eq(ax_aspace_remove(as, ax_gpa(RAM_BASE + AX_MIB(2)), AX_MIB(2)), AX_OK);
}

static void replace_the_image(void)
{
	ck_assert_int_eq(ax_aspace_remove(as, ax_gpa(RAM_BASE), RAM_SIZE), AX_OK);
	ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE), RAM_SIZE, AX_PROT_RWX), AX_OK);
	ck_assert_int_eq(ax_aspace_add_image(as, ax_gpa(RAM_BASE), ax_port_virt_to_phys(image + AX_MIB(4)), AX_MIB(4)),
			 AX_OK);
}

START_TEST(a_copy_that_was_overtaken_is_thrown_away)
{
	start();
	ck_assert_int_eq(lay(0, IMAGE_SIZE), AX_OK);
	ax_mock_on_page_alloc(write_the_same_page);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2) + 8, 8), AX_OK);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2)), 7);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2) + 8), 8);
	ck_assert_uint_eq(stats().image_bytes, IMAGE_SIZE - AX_MIB(2));
	finish();
}
END_TEST

START_TEST(a_page_removed_while_it_is_copied_stays_removed)
{
	start();
	ck_assert_int_eq(lay(0, IMAGE_SIZE), AX_OK);
	ax_mock_on_page_alloc(remove_the_page);
	ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(2), SECRET), AX_ENOENT);
	finish();
}
END_TEST

START_TEST(an_image_replaced_while_it_is_copied_is_not_mixed_with_the_old_one)
{
	start();
	ck_assert_int_eq(lay(0, IMAGE_SIZE), AX_OK);
	ax_mock_on_page_alloc(replace_the_image);
	ck_assert_int_eq(guest_write(RAM_BASE + 8, SECRET), AX_OK);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_KIB(4)), image_word(AX_MIB(4) + AX_KIB(4)));
	finish();
}
END_TEST

START_TEST(a_later_image_covers_the_tail_of_an_earlier_one)
{
	start();
	ck_assert_int_eq(lay(AX_MIB(2), 100), AX_OK);
	ck_assert_int_eq(ax_aspace_add_image(as, ax_gpa(RAM_BASE), ax_port_virt_to_phys(image), AX_MIB(4)), AX_OK);
	ck_assert_int_eq(ax_aspace_scrub(as), AX_OK);
	ck_assert_uint_eq(host_word(RAM_BASE + AX_MIB(2)), image_word(AX_MIB(2)));
	finish();
}
END_TEST

static int lay_unaligned(void)
{
	return lay(AX_KIB(12), AX_MIB(5) + 100);
}

static int cut_hole(void)
{
	return ax_aspace_remove(as, ax_gpa(RAM_BASE + AX_MIB(2) + AX_KIB(16)), AX_KIB(8));
}

static int scrub(void)
{
	return ax_aspace_scrub(as);
}

START_TEST(every_step_survives_a_failure_of_each_allocation)
{
	int (*const steps[])(void) = {lay_unaligned, cut_hole, scrub};

	start();
	for (size_t i = 0; i < AX_ARRAY_SIZE(steps); i++) {
		int err = AX_ENOMEM;

		for (unsigned n = 1; err; n++) {
			struct ax_aspace_stats before = stats(), after;

			ax_mock_fail_alloc(n, true);
			err = steps[i]();
			after = stats();
			if (err && steps[i] != scrub) {
				ck_assert_int_eq(err, AX_ENOMEM);
				ck_assert_uint_eq(before.ram_bytes, after.ram_bytes);
				ck_assert_uint_eq(before.image_bytes, after.image_bytes);
			}
		}
		ax_mock_fail_alloc(0, false);
		ck_assert_int_eq(guest_write(RAM_BASE + AX_KIB(16), SECRET), AX_OK);
		ck_assert_int_eq(guest_write(RAM_BASE + AX_MIB(3), SECRET), AX_OK);
	}
	finish();
}
END_TEST

START_TEST(a_thousand_images_leave_nothing_behind)
{
	make_image();
	for (unsigned i = 0; i < 1000; i++) {
		guest_create(i % 2 ? ax_mock_format_ept() : ax_mock_format_stage2());
		ck_assert_int_eq(ax_aspace_add_ram(as, ax_gpa(RAM_BASE), AX_MIB(4), AX_PROT_RWX), AX_OK);
		ck_assert_int_eq(lay(AX_KIB(4), AX_MIB(2)), AX_OK);
		ck_assert_int_eq(guest_write(RAM_BASE + AX_KIB(8), SECRET), AX_OK);
		guest_finish();
	}
	ax_port_page_free(image, IMAGE_ORDER);
	ax_mock_check_clean();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		an_image_is_shown_and_the_ram_behind_it_goes_back,
		the_first_write_copies_two_mebibytes_and_not_the_image,
		at_the_ends_of_a_window_single_pages_are_copied,
		without_a_large_block_single_pages_are_copied,
		devices_and_loaders_write_copies_too,
		the_partial_last_page_is_a_copy,
		scrub_brings_the_image_back_whole,
		an_image_laid_again_after_a_write_shows_itself_again,
		an_image_needs_ram_of_its_own,
		two_guests_share_one_image,
		a_window_can_be_cut_through_copied_and_shared_parts,
		a_failed_copy_leaves_the_image_in_place_and_can_be_tried_again,
		a_copy_that_was_overtaken_is_thrown_away,
		a_page_removed_while_it_is_copied_stays_removed,
		an_image_replaced_while_it_is_copied_is_not_mixed_with_the_old_one,
		a_later_image_covers_the_tail_of_an_earlier_one,
		every_step_survives_a_failure_of_each_allocation,
		a_thousand_images_leave_nothing_behind,
	};

	return run_suite("image", tests, AX_ARRAY_SIZE(tests));
}
