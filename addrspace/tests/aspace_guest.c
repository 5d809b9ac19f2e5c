/* SPDX-License-Identifier: Apache-2.0 */
/* The guest of the address-space tests. */
#include "aspace_guest.h"

struct ax_aspace *as;
static const struct ax_npt_format *fmt;
static unsigned secrets;

static void search(void *va, unsigned order)
{
	const uint64_t *word = va;

	for (uint64_t page = 0; page < 1ull << order; page++) {
		secrets += word[page * (AX_PAGE_SIZE / 8)] == SECRET;
	}
}

void guest_setup(void)
{
	ax_mock_reset();
	ax_mock_on_page_free(search);
	secrets = 0;
}

void guest_create(const struct ax_npt_format *format)
{
	fmt = format;
	ck_assert_int_eq(ax_aspace_create(format, 1, 0, &as), AX_OK);
}

void guest_finish(void)
{
	ax_mock_tlb_check();
	ck_assert_str_eq(ax_mock_tlb_violation(), "");
	ax_aspace_destroy(as);
	ck_assert_uint_eq(secrets, 0);
}

static int reach(uint64_t gpa, uint32_t access, uint64_t **word)
{
	for (unsigned tries = 0; tries < 3; tries++) {
		ax_hpa_t pa;
		int err;

		if (ax_mock_tlb_access(fmt, ax_aspace_tag(as), gpa, access, &pa)) {
			*word = ax_mock_phys_to_virt(pa);
			return AX_OK;
		}
		err = ax_aspace_fault(as, ax_gpa(gpa), access);
		if (err) {
			return err;
		}
	}
	ck_abort_msg("the guest faults for ever at 0x%llx", (unsigned long long)gpa);
	return AX_EFAULT;
}

int guest_write(uint64_t gpa, uint64_t value)
{
	uint64_t *word;
	int err = reach(gpa, AX_PROT_WRITE, &word);

	if (!err) {
		*word = value;
	}
	return err;
}

int guest_read(uint64_t gpa, uint64_t *value)
{
	uint64_t *word;
	int err = reach(gpa, AX_PROT_READ, &word);

	if (!err) {
		*value = *word;
	}
	return err;
}

uint64_t host_word(uint64_t gpa)
{
	uint64_t value = 0;

	ck_assert_int_eq(ax_aspace_read(as, ax_gpa(gpa), &value, sizeof(value)), AX_OK);
	return value;
}

struct ax_aspace_stats stats(void)
{
	struct ax_aspace_stats s;

	ax_aspace_stats(as, &s);
	return s;
}

int run_suite(const char *name, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, guest_setup, NULL);
	tcase_set_timeout(tc, 60);
	for (size_t i = 0; i < count; i++) {
		tcase_add_test(tc, tests[i]);
	}
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
