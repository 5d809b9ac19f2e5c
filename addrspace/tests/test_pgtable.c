/* SPDX-License-Identifier: Apache-2.0 */
/* The page-table engine over three formats: leaves, splits, merges, invalidation, failures. */
#include "pgtable_model.h"

#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>

#define RW (AX_PROT_READ | AX_PROT_WRITE)
#define PA(x) ax_hpa(MODEL_PA + (x))

static const struct ax_npt_format *(*const formats[])(void) = {ax_mock_format_stage2, ax_mock_format_sv39x4,
							       ax_mock_format_ept};
#define FORMATS ((int)AX_ARRAY_SIZE(formats))

static struct ax_pgtable pt;

static const struct ax_npt_format *start(int i)
{
	ck_assert_int_eq(ax_pgtable_init(&pt, formats[i](), 3, 0), AX_OK);
	return pt.format;
}

static void finish(void)
{
	ck_assert_ptr_null(pgtable_check(&pt));
	ax_pgtable_destroy(&pt);
	ax_mock_check_clean();
}

static struct ax_pgtable_leaf leaf_at(uint64_t addr)
{
	struct ax_pgtable_leaf leaf = {0};

	ck_assert_int_eq(ax_pgtable_walk(&pt, addr, &leaf), AX_OK);
	return leaf;
}

/* ---- choice of leaves ---- */

START_TEST(the_largest_leaf_that_fits_is_used)
{
	unsigned last = start(_i)->levels - 1u;

	ck_assert_int_eq(ax_pgtable_map(&pt, AX_GIB(1) - AX_MIB(2) - AX_KIB(8), PA(AX_GIB(1) - AX_MIB(2) - AX_KIB(8)),
					AX_GIB(1) + AX_MIB(2) + AX_KIB(12), RW),
			 AX_OK);
	ck_assert_uint_eq(pt.leaves[last], 3);
	ck_assert_uint_eq(pt.leaves[last - 1], 1);
	ck_assert_uint_eq(pt.leaves[last - 2], 1);
	ck_assert_uint_eq(leaf_at(AX_GIB(1)).size, AX_GIB(1));
	ck_assert_uint_eq(leaf_at(AX_GIB(2)).size, AX_PAGE_SIZE);
	ck_assert_uint_eq(leaf_at(AX_GIB(1) + 12345).pa.v, MODEL_PA + AX_GIB(1));
	finish();
}
END_TEST

START_TEST(a_target_that_is_not_aligned_takes_smaller_leaves)
{
	unsigned last = start(_i)->levels - 1u;

	ck_assert_int_eq(ax_pgtable_map(&pt, AX_GIB(1), PA(AX_MIB(2)), AX_GIB(1), RW), AX_OK);
	ck_assert_uint_eq(pt.leaves[last - 1], 512);
	ck_assert_int_eq(ax_pgtable_remap(&pt, AX_GIB(1), PA(AX_KIB(4)), AX_MIB(4), RW), AX_OK);
	ck_assert_uint_eq(pt.leaves[last - 1], 510);
	ck_assert_uint_eq(pt.leaves[last], 1024);
	finish();
}
END_TEST

START_TEST(no_leaf_stands_where_the_format_has_none)
{
	ck_assert_int_eq(ax_pgtable_init(&pt, ax_mock_format_ept(), 3, 0), AX_OK);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(AX_GIB(960)), AX_GIB(512), RW), AX_OK);
	ck_assert_uint_eq(pt.leaves[0], 0);
	ck_assert_uint_eq(pt.leaves[1], 512);
	finish();
}
END_TEST

START_TEST(a_split_block_merges_again_when_its_parts_agree)
{
	unsigned last = start(_i)->levels - 1u;

	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_GIB(1), RW), AX_OK);
	ck_assert_int_eq(ax_pgtable_protect(&pt, AX_MIB(6), AX_PAGE_SIZE, AX_PROT_READ), AX_OK);
	ck_assert_uint_eq(pt.leaves[last], 512);
	ck_assert_uint_eq(pt.leaves[last - 1], 511);
	ck_assert_uint_eq(pt.leaves[last - 2], 0);
	ck_assert_uint_eq(leaf_at(AX_MIB(6)).prot, AX_PROT_READ);
	ck_assert_uint_eq(leaf_at(AX_MIB(6) + AX_PAGE_SIZE).prot, RW);
	ck_assert_int_eq(ax_pgtable_protect(&pt, AX_MIB(6), AX_PAGE_SIZE, RW), AX_OK);
	ck_assert_uint_eq(pt.leaves[last - 2], 1);
	finish();
}
END_TEST

START_TEST(pages_mapped_one_by_one_become_a_block)
{
	unsigned last = start(_i)->levels - 1u;

	for (uint64_t a = AX_MIB(2); a < AX_MIB(4); a += AX_PAGE_SIZE) {
		ck_assert_int_eq(ax_pgtable_map(&pt, a, PA(a), AX_PAGE_SIZE, RW), AX_OK);
	}
	ck_assert_uint_eq(pt.leaves[last], 0);
	ck_assert_uint_eq(pt.leaves[last - 1], 1);
	finish();
}
END_TEST

START_TEST(pages_of_the_host_itself_are_not_merged_under_its_feet)
{
	ck_assert_int_eq(ax_pgtable_init(&pt, ax_mock_format_stage2(), 0, 0), AX_OK);
	for (uint64_t a = 0; a < AX_MIB(2); a += AX_PAGE_SIZE) {
		ck_assert_int_eq(ax_pgtable_map(&pt, a, PA(a), AX_PAGE_SIZE, RW), AX_OK);
	}
	ck_assert_uint_eq(pt.leaves[2], 512);
	ck_assert_int_eq(ax_pgtable_unmap(&pt, 0, AX_MIB(2)), AX_OK);
	ck_assert_uint_eq(pt.pages, 2);
	finish();
}
END_TEST

START_TEST(the_last_unmap_frees_every_table_but_the_root)
{
	size_t root = (size_t)1 << start(_i)->root_order;

	ck_assert_int_eq(ax_pgtable_map(&pt, AX_MIB(2), PA(0x1000), AX_MIB(4), RW), AX_OK);
	ck_assert_uint_gt(pt.pages, root);
	ck_assert_int_eq(ax_pgtable_unmap(&pt, AX_MIB(2), AX_MIB(3)), AX_OK);
	ck_assert_int_eq(ax_pgtable_unmap(&pt, 0, AX_GIB(16)), AX_OK);
	ck_assert_uint_eq(pt.pages, root);
	finish();
}
END_TEST

START_TEST(a_remap_to_the_same_target_changes_nothing)
{
	start(_i);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_MIB(2), RW), AX_OK);
	ck_assert_int_eq(ax_pgtable_remap(&pt, AX_KIB(8), PA(AX_KIB(8)), AX_KIB(8), RW), AX_OK);
	ck_assert_uint_eq(leaf_at(0).size, AX_MIB(2));
	finish();
}
END_TEST

/* ---- arguments ---- */

START_TEST(malformed_ranges_and_permissions_are_refused)
{
	uint64_t top = 1ull << ax_npt_bits(start(_i));
	struct ax_pgtable_leaf leaf;

	ck_assert_int_eq(ax_pgtable_map(&pt, 1, PA(0), AX_PAGE_SIZE, RW), AX_EINVAL);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(1), AX_PAGE_SIZE, RW), AX_EINVAL);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), 0, RW), AX_EINVAL);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), 100, RW), AX_EINVAL);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_PAGE_SIZE, 0), AX_EINVAL);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_PAGE_SIZE, AX_PROT_WRITE), AX_EINVAL);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_PAGE_SIZE, RW | 0x100), AX_EINVAL);
	ck_assert_int_eq(ax_pgtable_protect(&pt, 0, AX_PAGE_SIZE, RW | AX_PROT_DEVICE), AX_EINVAL);
	ck_assert_int_eq(ax_pgtable_map(&pt, top, PA(0), AX_PAGE_SIZE, RW), AX_ERANGE);
	ck_assert_int_eq(ax_pgtable_map(&pt, top - AX_PAGE_SIZE, PA(0), 2 * AX_PAGE_SIZE, RW), AX_ERANGE);
	ck_assert_int_eq(ax_pgtable_unmap(&pt, AX_PAGE_SIZE, ~0ull << AX_PAGE_SHIFT), AX_ERANGE);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, ax_hpa(~0ull << AX_PAGE_SHIFT), 2 * AX_PAGE_SIZE, RW), AX_ERANGE);
	ck_assert_int_eq(ax_pgtable_walk(&pt, top, &leaf), AX_ERANGE);
	ck_assert_int_eq(ax_pgtable_walk(&pt, ~0ull, &leaf), AX_ERANGE);
	ck_assert_int_eq(ax_pgtable_walk(&pt, top - 1, &leaf), AX_ENOENT);
	ck_assert_int_eq(ax_pgtable_map(&pt, top - AX_PAGE_SIZE, PA(0), AX_PAGE_SIZE, RW), AX_OK);
	ck_assert_int_eq(ax_pgtable_walk(&pt, top - 1, &leaf), AX_OK);
	finish();
}
END_TEST

START_TEST(a_page_mapped_twice_is_refused)
{
	start(_i);
	ck_assert_int_eq(ax_pgtable_map(&pt, AX_MIB(4), PA(0), AX_PAGE_SIZE, RW), AX_OK);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_GIB(1), RW), AX_EEXIST);
	ck_assert_int_eq(ax_pgtable_map(&pt, AX_MIB(4), PA(0), AX_PAGE_SIZE, RW), AX_EEXIST);
	finish();
}
END_TEST

START_TEST(a_quota_bounds_the_tables_and_leaves_the_old_state)
{
	struct ax_pgtable_leaf leaf;

	start(_i);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_GIB(1), RW), AX_OK);
	pt.quota = pt.pages + 1;
	ck_assert_int_eq(ax_pgtable_unmap(&pt, 0, AX_PAGE_SIZE), AX_ENOSPC);
	ck_assert_uint_eq(leaf_at(0).size, AX_GIB(1));
	pt.quota = pt.pages + 2;
	ck_assert_int_eq(ax_pgtable_unmap(&pt, 0, AX_PAGE_SIZE), AX_OK);
	ck_assert_int_eq(ax_pgtable_walk(&pt, 0, &leaf), AX_ENOENT);
	finish();
}
END_TEST

START_TEST(the_memory_type_survives_protect)
{
	start(_i);
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_MIB(2), RW | AX_PROT_DEVICE), AX_OK);
	ck_assert_int_eq(ax_pgtable_protect(&pt, 0, AX_GIB(1), AX_PROT_READ), AX_OK);
	ck_assert_uint_eq(leaf_at(0).prot, AX_PROT_READ | AX_PROT_DEVICE);
	finish();
}
END_TEST

/* ---- what CPUs see ---- */

START_TEST(no_cpu_reaches_a_page_after_unmap_or_remap)
{
	const struct ax_npt_format *f = start(_i);
	ax_hpa_t pa;

	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_MIB(4), RW), AX_OK);
	ck_assert(ax_mock_tlb_access(f, &pt.tag, AX_MIB(1), RW, &pa));
	ck_assert_int_eq(ax_pgtable_remap(&pt, AX_MIB(1), PA(AX_GIB(1)), AX_PAGE_SIZE, RW), AX_OK);
	ck_assert(ax_mock_tlb_access(f, &pt.tag, AX_MIB(1) + 5, RW, &pa));
	ck_assert_uint_eq(pa.v, MODEL_PA + AX_GIB(1) + 5);
	ck_assert_int_eq(ax_pgtable_protect(&pt, AX_MIB(1), AX_PAGE_SIZE, AX_PROT_READ), AX_OK);
	ck_assert(!ax_mock_tlb_access(f, &pt.tag, AX_MIB(1), AX_PROT_WRITE, &pa));
	ck_assert_int_eq(ax_pgtable_unmap(&pt, 0, AX_MIB(4)), AX_OK);
	ck_assert(!ax_mock_tlb_access(f, &pt.tag, AX_MIB(1), AX_PROT_READ, &pa));
	finish();
}
END_TEST

START_TEST(a_range_costs_one_invalidation_and_a_new_mapping_none)
{
	unsigned before;

	start(_i);
	before = ax_mock_invalidations();
	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(AX_KIB(4)), AX_MIB(2), RW), AX_OK);
	ck_assert_uint_eq(ax_mock_invalidations(), before);
	ck_assert_int_eq(ax_pgtable_remap(&pt, 0, PA(AX_KIB(8)), AX_MIB(2), RW), AX_OK);
	ck_assert_int_eq(ax_pgtable_protect(&pt, 0, AX_MIB(2), AX_PROT_READ), AX_OK);
	ck_assert_int_eq(ax_pgtable_unmap(&pt, 0, AX_MIB(2)), AX_OK);
	ck_assert_uint_eq(ax_mock_invalidations(), before + 3);
	finish();
}
END_TEST

START_TEST(a_sparse_range_with_many_tables_comes_down_clean)
{
	const struct ax_npt_format *f = start(_i);

	for (unsigned i = 0; i < 100; i++) {
		ck_assert_int_eq(ax_pgtable_map(&pt, AX_GIB(i) + AX_MIB(4), PA(0), AX_PAGE_SIZE, RW), AX_OK);
	}
	ax_mock_tlb_fill(f, &pt.tag, AX_GIB(50), AX_GIB(1));
	ck_assert_int_eq(ax_pgtable_unmap(&pt, AX_GIB(1), AX_GIB(98)), AX_OK);
	ck_assert_uint_eq(pt.leaves[f->levels - 1], 2);
	finish();
}
END_TEST

/* ---- the mock notices what the engine must not do ---- */

START_TEST(the_tlb_notices_a_missing_invalidate)
{
	const struct ax_npt_format *f = start(_i);
	uint64_t *root = ax_port_phys_to_virt(pt.tag.root);

	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), f->level[0].leaf ? AX_GIB(1) : AX_PAGE_SIZE, RW), AX_OK);
	ax_mock_tlb_fill(f, &pt.tag, 0, AX_PAGE_SIZE);
	ax_mock_tlb_check();
	ck_assert_uint_eq(ax_mock_tlb_violations(), 0);
	root[0] = 0;
	ax_mock_tlb_check();
	ck_assert_uint_eq(ax_mock_tlb_violations(), 1);
}
END_TEST

START_TEST(the_tlb_notices_a_live_block_changed_in_place)
{
	const struct ax_npt_format *f = start(0);
	uint64_t *root = ax_port_phys_to_virt(pt.tag.root);

	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_GIB(1), RW), AX_OK);
	ax_mock_tlb_fill(f, &pt.tag, 0, AX_PAGE_SIZE);
	root[0] = f->make_leaf(PA(AX_GIB(1)), 0, RW);
	f->publish();
	ck_assert_uint_eq(ax_mock_tlb_violations(), 1);
}
END_TEST

START_TEST(the_tlb_notices_a_table_freed_too_early)
{
	const struct ax_npt_format *f = start(_i);
	uint64_t *root = ax_port_phys_to_virt(pt.tag.root);

	ck_assert_int_eq(ax_pgtable_map(&pt, 0, PA(0), AX_PAGE_SIZE, RW), AX_OK);
	ax_mock_tlb_fill(f, &pt.tag, 0, AX_PAGE_SIZE);
	ax_port_page_free(ax_port_phys_to_virt(f->pte_pa(root[0], 0)), 0);
	ck_assert_uint_ge(ax_mock_tlb_violations(), 1);
}
END_TEST

int main(void)
{
	const TTest *const per_format[] = {
		the_largest_leaf_that_fits_is_used,
		a_target_that_is_not_aligned_takes_smaller_leaves,
		a_split_block_merges_again_when_its_parts_agree,
		pages_mapped_one_by_one_become_a_block,
		the_last_unmap_frees_every_table_but_the_root,
		a_remap_to_the_same_target_changes_nothing,
		malformed_ranges_and_permissions_are_refused,
		a_page_mapped_twice_is_refused,
		a_quota_bounds_the_tables_and_leaves_the_old_state,
		the_memory_type_survives_protect,
		no_cpu_reaches_a_page_after_unmap_or_remap,
		a_range_costs_one_invalidation_and_a_new_mapping_none,
		a_sparse_range_with_many_tables_comes_down_clean,
		the_tlb_notices_a_missing_invalidate,
		the_tlb_notices_a_table_freed_too_early,
	};
	Suite *suite = suite_create("pgtable");
	TCase *tc = tcase_create("pgtable");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, ax_mock_reset, NULL);
	tcase_set_timeout(tc, 60);
	for (size_t i = 0; i < AX_ARRAY_SIZE(per_format); i++) {
		tcase_add_loop_test(tc, per_format[i], 0, FORMATS);
	}
	tcase_add_test(tc, pages_of_the_host_itself_are_not_merged_under_its_feet);
	tcase_add_test(tc, no_leaf_stands_where_the_format_has_none);
	tcase_add_test(tc, the_tlb_notices_a_live_block_changed_in_place);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
