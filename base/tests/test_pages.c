/* SPDX-License-Identifier: Apache-2.0 */
/* The page allocator and the object pools over the mock's memory. Each test runs in its own process, so as at boot. */
#include "shim.h"

#include <ax/base/mm.h>
#include <ax/mock.h>
#include <ax/port.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BASE AX_MOCK_MEMORY_HPA
#define BOOKS (AX_MOCK_MEMORY_HPA + AX_GIB(3))

/* One bank of which all is free. */
static void bank(uint64_t start, uint64_t size)
{
	struct ax_range r = {start, size};

	shim_reset();
	ck_assert_int_eq(ax_pages_add_bank(r, ax_mock_phys_to_virt(ax_hpa(BOOKS))), AX_OK);
	ax_pages_add(r);
}

START_TEST(all_pages_of_a_bank_can_be_had_once_and_given_back)
{
	static ax_hpa_t page[1024];
	unsigned n = 0;

	bank(BASE + 3 * AX_PAGE_SIZE, 1000 * AX_PAGE_SIZE);
	ck_assert_uint_eq(ax_pages_stats().free, 1000);
	for (ax_hpa_t pa = ax_pages_alloc(0); pa.v != ~0ull; pa = ax_pages_alloc(0)) {
		ck_assert_uint_ge(pa.v, BASE + 3 * AX_PAGE_SIZE);
		ck_assert_uint_lt(pa.v, BASE + 1003 * AX_PAGE_SIZE);
		page[n++] = pa;
	}
	ck_assert_uint_eq(n, 1000);
	ck_assert_uint_eq(ax_pages_stats().free, 0);
	for (unsigned i = 0; i < n; i++) {
		ax_pages_free(page[(i * 7) % n], 0);
	}
	ck_assert_uint_eq(ax_pages_stats().free, 1000);
}
END_TEST

START_TEST(blocks_are_aligned_and_joined_again)
{
	ax_hpa_t small, large;

	bank(BASE, AX_MIB(8));
	small = ax_pages_alloc(0);
	large = ax_pages_alloc(10);
	ck_assert(AX_IS_ALIGNED(large.v, AX_MIB(4)));
	ck_assert_uint_eq(ax_pages_alloc(10).v, ~0ull);
	ax_pages_free(small, 0);
	ax_pages_free(large, 10);
	ck_assert_uint_eq(ax_pages_alloc(11).v, BASE);
}
END_TEST

START_TEST(a_whole_gigabyte_is_one_block)
{
	bank(BASE, AX_GIB(1));
	ck_assert_uint_eq(ax_pages_alloc(AX_PAGE_ORDERS - 1).v, BASE);
	ck_assert_uint_eq(ax_pages_alloc(0).v, ~0ull);
	ck_assert_uint_eq(ax_pages_alloc(AX_PAGE_ORDERS).v, ~0ull);
}
END_TEST

/* No two blocks overlap, whatever the order of calls; and all comes back. */
START_TEST(random_calls_agree_with_a_map_of_pages)
{
	enum { PAGES = 4096, LIVE = 256 };
	static bool owned[PAGES];
	static struct {
		ax_hpa_t pa;
		unsigned order;
	} live[LIVE];
	unsigned n = 0;
	uint32_t seed = 1;

	bank(BASE, PAGES * AX_PAGE_SIZE);
	for (unsigned step = 0; step < 20000; step++) {
		seed = seed * 1664525u + 1013904223u;
		if (n < LIVE && (seed >> 16) % 2) {
			unsigned order = (seed >> 20) % 6;
			ax_hpa_t pa = ax_pages_alloc(order);

			for (uint64_t i = 0; pa.v != ~0ull && i < 1ull << order; i++) {
				uint64_t page = (pa.v - BASE) / AX_PAGE_SIZE + i;

				ck_assert(page < PAGES && !owned[page]);
				owned[page] = true;
			}
			if (pa.v != ~0ull) {
				live[n].pa = pa;
				live[n++].order = order;
			}
		} else if (n) {
			unsigned at = (seed >> 8) % n;

			for (uint64_t i = 0; i < 1ull << live[at].order; i++) {
				owned[(live[at].pa.v - BASE) / AX_PAGE_SIZE + i] = false;
			}
			ax_pages_free(live[at].pa, live[at].order);
			live[at] = live[--n];
		}
	}
	while (n) {
		n--;
		ax_pages_free(live[n].pa, live[n].order);
	}
	ck_assert_uint_eq(ax_pages_stats().free, PAGES);
	ck_assert_uint_eq(ax_pages_alloc(12).v, BASE);
}
END_TEST

static void free_page(void *pa)
{
	ax_pages_free(*(ax_hpa_t *)pa, 0);
}

START_TEST(a_page_freed_twice_is_noticed)
{
	ax_hpa_t pa;

	bank(BASE, AX_MIB(1));
	pa = ax_pages_alloc(0);
	ax_pages_free(pa, 0);
	ck_assert(ax_mock_panics(free_page, &pa));
}
END_TEST

START_TEST(banks_that_share_a_gigabyte_stay_apart)
{
	struct ax_range low = {BASE, AX_MIB(4)}, high = {BASE + AX_MIB(64), AX_MIB(4)};

	shim_reset();
	ck_assert_int_eq(ax_pages_add_bank(low, ax_mock_phys_to_virt(ax_hpa(BOOKS))), AX_OK);
	ax_pages_add(low);
	ck_assert_int_eq(ax_pages_add_bank(high, ax_mock_phys_to_virt(ax_hpa(BOOKS + AX_MIB(1)))), AX_OK);
	ax_pages_add(high);
	for (unsigned i = 0; i < 2048; i++) {
		ax_hpa_t pa = ax_pages_alloc(0);

		ck_assert(pa.v - low.start < low.size || pa.v - high.start < high.size);
	}
	ck_assert_uint_eq(ax_pages_alloc(0).v, ~0ull);
}
END_TEST

START_TEST(objects_are_zero_aligned_and_apart)
{
	static const unsigned char zero[8192];
	static unsigned char *obj[200];

	bank(BASE, AX_MIB(4));
	for (size_t size = 1; size <= 6000; size = size * 3 / 2 + 1) {
		for (unsigned i = 0; i < 200; i++) {
			obj[i] = ax_port_alloc(size);
			ck_assert_ptr_nonnull(obj[i]);
			ck_assert_uint_eq((uintptr_t)obj[i] % 16, 0);
			ck_assert_mem_eq(obj[i], zero, size);
			memset(obj[i], (int)(i + 1), size);
		}
		for (unsigned i = 0; i < 200; i++) {
			ck_assert_int_eq(obj[i][0], (unsigned char)(i + 1));
			ck_assert_int_eq(obj[i][size - 1], (unsigned char)(i + 1));
			ax_port_free(obj[i], size);
		}
		ck_assert_uint_eq(ax_pages_stats().free, AX_MIB(4) / AX_PAGE_SIZE);
	}
}
END_TEST

START_TEST(objects_run_out_without_harm)
{
	void *first, *last;

	bank(BASE, 2 * AX_PAGE_SIZE);
	first = ax_port_alloc(1000);
	while ((last = ax_port_alloc(1000))) {
	}
	ck_assert_ptr_null(ax_port_alloc(20000));
	ax_port_free(first, 1000);
	ck_assert_ptr_eq(ax_port_alloc(1000), first);
	ax_port_free(NULL, 1000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base pages");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, all_pages_of_a_bank_can_be_had_once_and_given_back);
	tcase_add_test(t, blocks_are_aligned_and_joined_again);
	tcase_add_test(t, a_whole_gigabyte_is_one_block);
	tcase_add_test(t, random_calls_agree_with_a_map_of_pages);
	tcase_add_test(t, a_page_freed_twice_is_noticed);
	tcase_add_test(t, banks_that_share_a_gigabyte_stay_apart);
	tcase_add_test(t, objects_are_zero_aligned_and_apart);
	tcase_add_test(t, objects_run_out_without_harm);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
