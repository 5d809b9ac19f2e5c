/* SPDX-License-Identifier: Apache-2.0 */
/* Formatting against the C library's, and the freestanding string functions under other names. */
#include <ax/base/lib.h>
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define memcpy own_memcpy
#define memmove own_memmove
#define memset own_memset
#define memcmp own_memcmp
#define memchr own_memchr
#include "../src/lib/memory.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr

#define SAME(...)                                                                                                      \
	do {                                                                                                           \
		char own[200], libc[200];                                                                              \
		int a = ax_snprintf(own, sizeof(own), __VA_ARGS__);                                                    \
		int b = snprintf(libc, sizeof(libc), __VA_ARGS__);                                                     \
		ck_assert_str_eq(own, libc);                                                                           \
		ck_assert_int_eq(a, b);                                                                                \
	} while (0)

START_TEST(numbers_are_formatted_as_by_the_c_library)
{
	SAME("%d %i %u", -5, 7, 9u);
	SAME("[%5d] [%-5d] [%05d] [%05d]", 42, 42, 42, -42);
	SAME("%x %X %#x %08x %02x", 0xbeefu, 0xbeefu, 0xbeefu, 0xbeefu, 7u);
	SAME("%ld %lld %lu %llu %lx %llx", LONG_MIN, LLONG_MIN, ULONG_MAX, ULLONG_MAX, 1ul, 2ull);
	SAME("%zu %zx", (size_t)12, (size_t)255);
	SAME("%d %d %u", INT_MIN, INT_MAX, UINT_MAX);
	SAME("%u %x", 0u, 0u);
	SAME("%*d|%-*d|", 6, 3, 6, 3);
}
END_TEST

START_TEST(text_is_padded_and_cut)
{
	SAME("%s|%8s|%-8s|%.2s|%.*s", "abc", "abc", "abc", "abc", 1, "abc");
	SAME("%c%3c%-3c|", 'a', 'b', 'c');
	SAME("100%%");
	SAME("%p", (void *)0x1234);
}
END_TEST

START_TEST(the_buffer_is_never_overrun_and_always_terminated)
{
	for (size_t size = 0; size <= 12; size++) {
		char buf[16];

		memset(buf, '#', sizeof(buf));
		ck_assert_int_eq(ax_snprintf(buf, size, "%s-%d", "hello", 1234), 10);
		if (size) {
			ck_assert_uint_eq(strlen(buf), size > 10 ? 10 : size - 1);
		}
		ck_assert_int_eq(buf[size], '#');
	}
}
END_TEST

START_TEST(a_null_string_and_a_lone_percent_do_no_harm)
{
	char buf[16];
	const char *volatile nothing = NULL;
	const char *volatile lone = "50%";

	ax_snprintf(buf, sizeof(buf), "%s", nothing);
	ck_assert_str_eq(buf, "(null)");
	ck_assert_int_eq(ax_snprintf(buf, sizeof(buf), lone, 0), 2);
}
END_TEST

START_TEST(moves_of_every_size_and_overlap_equal_the_c_librarys)
{
	for (size_t n = 0; n <= 200; n += n < 80 ? 1 : 17) {
		for (size_t from = 0; from < 24; from += 3) {
			for (size_t to = 0; to < 24; to += 5) {
				unsigned char a[256], b[256];

				for (size_t i = 0; i < sizeof(a); i++) {
					a[i] = b[i] = (unsigned char)(i * 7 + n);
				}
				ck_assert_ptr_eq(own_memmove(a + to, a + from, n), a + to);
				memmove(b + to, b + from, n);
				ck_assert_mem_eq(a, b, sizeof(a));
			}
		}
	}
}
END_TEST

START_TEST(copy_set_compare_and_search_equal_the_c_librarys)
{
	for (size_t n = 0; n <= 200; n++) {
		unsigned char a[216], b[216], src[216];

		for (size_t i = 0; i < sizeof(src); i++) {
			src[i] = (unsigned char)(i * 13);
		}
		memset(a, 1, sizeof(a));
		memset(b, 1, sizeof(b));
		own_memset(a + 3, 0xa5, n);
		memset(b + 3, 0xa5, n);
		ck_assert_mem_eq(a, b, sizeof(a));
		own_memcpy(a + 1, src + 2, n);
		ck_assert_mem_eq(a + 1, src + 2, n);
		ck_assert_int_eq(own_memcmp(a + 1, src + 2, n), 0);
		if (n) {
			a[n]++;
			ck_assert_int_eq(own_memcmp(a + 1, src + 2, n) > 0, memcmp(a + 1, src + 2, n) > 0);
		}
		ck_assert_ptr_eq(own_memchr(src, 26, n), memchr(src, 26, n));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base lib");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, numbers_are_formatted_as_by_the_c_library);
	tcase_add_test(t, text_is_padded_and_cut);
	tcase_add_test(t, the_buffer_is_never_overrun_and_always_terminated);
	tcase_add_test(t, a_null_string_and_a_lone_percent_do_no_harm);
	tcase_add_test(t, moves_of_every_size_and_overlap_equal_the_c_librarys);
	tcase_add_test(t, copy_set_compare_and_search_equal_the_c_librarys);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
