/* SPDX-License-Identifier: Apache-2.0 */
/* Random operations on page tables against an array of pages, with and without allocation failures. */
#include "pgtable_model.h"

#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>

#define RW (AX_PROT_READ | AX_PROT_WRITE)

static const struct ax_npt_format *(*const formats[])(void) = {ax_mock_format_stage2, ax_mock_format_sv39x4,
							       ax_mock_format_ept};
#define FORMATS ((int)AX_ARRAY_SIZE(formats))

static struct model model;
static uint64_t seed;

static unsigned rnd(unsigned bound)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % bound;
}

static struct model_step random_step(void)
{
	static const unsigned sizes[] = {1, 1, 1, 2, 7, 8, 16, 64, 256, 512, 512, 513, 700, 1024};
	static const uint32_t prots[] = {AX_PROT_READ, RW, RW, AX_PROT_RWX, RW | AX_PROT_DEVICE};
	struct model_step s = {.op = (enum model_op)rnd(MODEL_OPS), .delta = rnd(6), .prot = prots[rnd(5)]};

	s.count = sizes[rnd(AX_ARRAY_SIZE(sizes))];
	s.count = AX_MIN(s.count, model.units);
	s.first = rnd(model.units - s.count + 1);
	if (rnd(2)) {
		s.first &= model.units > 512 ? ~511u : ~7u;
	}
	return s;
}

static void random_run(const struct ax_npt_format *f, uint64_t base, uint64_t unit, unsigned units, unsigned steps)
{
	model_init(&model, f, base, unit, units);
	for (unsigned i = 0; i < steps; i++) {
		struct model_step s = random_step();
		int result;
		const char *problem = model_do(&model, &s, &result);

		ck_assert_msg(!problem, "step %u: op %d first %u count %u delta %u prot %x: %s", i, s.op, s.first,
			      s.count, s.delta, s.prot, problem);
	}
	model_destroy(&model);
	ax_mock_check_clean();
}

START_TEST(random_operations_agree_with_an_array_of_pages)
{
	seed = 1;
	random_run(formats[_i](), AX_GIB(1) - AX_MIB(2), AX_PAGE_SIZE, MODEL_MAX_UNITS, 150);
}
END_TEST

START_TEST(random_operations_on_large_blocks_agree_with_the_model)
{
	seed = 2;
	random_run(formats[_i](), AX_GIB(4), AX_MIB(2), MODEL_MAX_UNITS, 200);
}
END_TEST

START_TEST(random_operations_through_all_of_a_tiny_format_agree_with_the_model)
{
	seed = 4;
	random_run(ax_mock_format_tiny(_i), 0, AX_PAGE_SIZE, 512, 3000);
}
END_TEST

START_TEST(a_failed_allocation_leaves_the_old_state_wherever_it_strikes)
{
	seed = 3;
	model_init(&model, formats[_i](), AX_GIB(1) - AX_MIB(2), AX_PAGE_SIZE, MODEL_MAX_UNITS);
	for (unsigned i = 0; i < 60; i++) {
		struct model_step s = random_step();
		int result = AX_ENOMEM;

		for (unsigned n = 1; result == AX_ENOMEM; n++) {
			const char *problem;

			ax_mock_fail_alloc(n, false);
			problem = model_do(&model, &s, &result);
			ck_assert_msg(!problem, "step %u, allocation %u: %s", i, n, problem);
		}
		ax_mock_fail_alloc(0, false);
	}
	model_destroy(&model);
	ax_mock_check_clean();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pgtable_random");
	TCase *tc = tcase_create("pgtable_random");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, ax_mock_reset, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, random_operations_agree_with_an_array_of_pages, 0, FORMATS);
	tcase_add_loop_test(tc, random_operations_on_large_blocks_agree_with_the_model, 0, FORMATS);
	tcase_add_loop_test(tc, random_operations_through_all_of_a_tiny_format_agree_with_the_model, 0, 2);
	tcase_add_loop_test(tc, a_failed_allocation_leaves_the_old_state_wherever_it_strikes, 0, FORMATS);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
