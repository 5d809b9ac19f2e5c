/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel headers, and the images' way into a VM's memory. */
#include <ax/mock.h>
#include <ax/vmm/fdt.h>
#include <ax/vmm/image.h>

#include <string.h>

#include "fakes.h"
#include "suites.h"

#define KERNEL_ORDER 9u  /* 2 MiB */
#define INITRD_ORDER 10u /* 4 MiB */

static struct ax_vm_config config;
static struct ax_vm vm;
static uint8_t *kernel, *initrd;

static void put64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* An arm64 Image of 3 pages that needs 5. */
static void make_image(uint8_t *file)
{
	memset(file, 0, 3 * AX_PAGE_SIZE);
	put64(file + 16, 5 * AX_PAGE_SIZE);
	put64(file + 24, 0xa);
	memcpy(file + 56, "ARM\x64", 4);
}

static void set_up(void)
{
	ax_mock_reset();
	fakes_reset();
	kernel = ax_port_page_alloc(KERNEL_ORDER);
	initrd = ax_port_page_alloc(INITRD_ORDER);
	make_image(kernel);
	config = (struct ax_vm_config){
		.name = "vm",
		.vcpus = 1,
		.ram_count = 1,
		.ram = {{ax_gpa(FAKE_MEMORY_BASE), FAKE_MEMORY_SIZE, AX_PROT_RWX}},
		.kernel = {ax_port_virt_to_phys(kernel), 3 * AX_PAGE_SIZE},
		.initrd = {ax_port_virt_to_phys(initrd), 5000},
		.kernel_gpa = ax_gpa(FAKE_MEMORY_BASE),
		.entry = ax_gpa(FAKE_MEMORY_BASE),
		.initrd_gpa = ax_gpa(FAKE_MEMORY_BASE + AX_MIB(4)),
		.dtb_gpa = ax_gpa(FAKE_MEMORY_BASE + AX_MIB(8)),
		.cmdline = "quiet",
		.device_count = 1,
		.device = {{.name = "irqchip",
			    .model = "vgicv3",
			    .range_count = 2,
			    .range = {{0, 0x8000000, 0x10000}, {0, 0x80a0000, 0x20000}}}},
	};
	vm = (struct ax_vm){.config = &config};
}

static void tear_down(void)
{
	ax_port_page_free(kernel, KERNEL_ORDER);
	ax_port_page_free(initrd, INITRD_ORDER);
	ax_mock_check_clean();
}

START_TEST(an_arm64_image_says_how_much_memory_it_needs)
{
	struct ax_image_info info;
	const char *problem = NULL;

	ck_assert_int_eq(ax_image_probe(kernel, 3 * AX_PAGE_SIZE, &info, &problem), AX_OK);
	ck_assert_str_eq(info.format, "arm64 Image");
	ck_assert_uint_eq(info.memory_size, 5 * AX_PAGE_SIZE);
	ck_assert_uint_eq(info.text_offset, 0);
	ck_assert(info.placed);
}
END_TEST

START_TEST(an_image_of_before_3_17_has_the_old_offset)
{
	struct ax_image_info info;
	const char *problem = NULL;

	put64(kernel + 16, 0);
	ck_assert_int_eq(ax_image_probe(kernel, 3 * AX_PAGE_SIZE, &info, &problem), AX_OK);
	ck_assert_uint_eq(info.memory_size, 3 * AX_PAGE_SIZE);
	ck_assert_uint_eq(info.text_offset, 0x80000);
}
END_TEST

START_TEST(anything_else_is_a_flat_binary)
{
	struct ax_image_info info;
	const char *problem = NULL;

	ck_assert_int_eq(ax_image_probe("x", 1, &info, &problem), AX_OK);
	ck_assert_str_eq(info.format, "flat binary");
	ck_assert(!info.placed);
}
END_TEST

static const struct {
	const char *start;
	size_t size;
	const char *word;
} foreign[] = {
	{"\x1f\x8b\x08", 3, "gunzip"},
	{"\xfd"
	 "7zXZ",
	 5, "unxz"},
	{"\x28\xb5\x2f\xfd", 4, "unzstd"},
	{"\x04\x22\x4d\x18", 4, "unlz4"},
	{"BZh9", 4, "bunzip2"},
	{"\x7f"
	 "ELF",
	 4, "objcopy"},
	{"MZ\0\0zimg", 8, "plain Image"},
	{"", 0, "empty"},
};

START_TEST(compressed_and_object_files_are_refused_with_advice)
{
	struct ax_image_info info;
	const char *problem = "";

	ck_assert_int_eq(ax_image_probe(foreign[_i].start, foreign[_i].size, &info, &problem), AX_EFORMAT);
	ck_assert_ptr_nonnull(strstr(problem, foreign[_i].word));
}
END_TEST

static const struct {
	unsigned at;
	uint64_t value;
	const char *word;
} contradictions[] = {
	{16, AX_GIB(4) + 1, "4 GiB"}, {16, ~0ull, "4 GiB"},  {8, AX_MIB(17), "text offset"},
	{8, 0x123, "text offset"},    {24, 1, "big-endian"},
};

START_TEST(a_header_that_contradicts_itself_is_refused)
{
	struct ax_image_info info;
	const char *problem = "";

	put64(kernel + contradictions[_i].at, contradictions[_i].value);
	ck_assert_int_eq(ax_image_probe(kernel, 3 * AX_PAGE_SIZE, &info, &problem), AX_EFORMAT);
	ck_assert_ptr_nonnull(strstr(problem, contradictions[_i].word));
}
END_TEST

static void enlarge_images(void)
{
	config.kernel.size = AX_MIB(2);
	put64(kernel + 16, AX_MIB(2));
	config.initrd.size = AX_MIB(2) + 5000;
}

START_TEST(aligned_images_are_shared_in_two_mebibytes_and_the_rest_is_copied)
{
	enlarge_images();
	ck_assert_int_eq(ax_image_load(&vm), AX_OK);
	ck_assert_uint_eq(fakes.images, 2);
	ck_assert_uint_eq(fakes.image_bytes, AX_MIB(4));
	ck_assert_uint_eq(fakes.loads, 2); /* the initrd's end, the tree */
	ck_assert_uint_eq(fakes.load_gpa.v, config.dtb_gpa.v);
	ck_assert_mem_eq(fakes.loaded, "\xd0\x0d\xfe\xed", 4);
}
END_TEST

START_TEST(small_images_are_copied)
{
	ck_assert_int_eq(ax_image_load(&vm), AX_OK);
	ck_assert_uint_eq(fakes.images, 0);
	ck_assert_uint_eq(fakes.loads, 3);
}
END_TEST

START_TEST(an_unaligned_initrd_is_copied)
{
	enlarge_images();
	config.initrd.hpa.v += AX_PAGE_SIZE;
	ck_assert_int_eq(ax_image_load(&vm), AX_OK);
	ck_assert_uint_eq(fakes.images, 1);
	ck_assert_uint_eq(fakes.loads, 2);
}
END_TEST

START_TEST(a_kernel_off_its_boundary_is_refused)
{
	config.kernel_gpa.v += AX_PAGE_SIZE;
	ck_assert_int_eq(ax_image_load(&vm), AX_ERANGE);
	ck_assert_uint_eq(ax_mock_log_count("vm vm: kernel-gpa 0x40001000: this arm64 Image"), 1);
}
END_TEST

START_TEST(bss_counts_for_memory_and_for_overlap)
{
	put64(kernel + 16, FAKE_MEMORY_SIZE + 1);
	ck_assert_int_eq(ax_image_load(&vm), AX_ERANGE);
	put64(kernel + 16, AX_MIB(5));
	ck_assert_int_eq(ax_image_load(&vm), AX_EEXIST);
	ck_assert_uint_eq(ax_mock_log_count("the initrd at 0x40400000 lies in the kernel, which ends at 0x40500000"),
			  1);
	ck_assert_uint_eq(fakes.images + fakes.loads, 0);
}
END_TEST

START_TEST(a_failed_placement_is_the_load_error)
{
	enlarge_images();
	fakes.image_err = AX_ENOMEM;
	ck_assert_int_eq(ax_image_load(&vm), AX_ENOMEM);
	fakes.image_err = AX_OK;
	ax_mock_fail_alloc(1, false);
	ck_assert_int_eq(ax_image_load(&vm), AX_ENOMEM);
	ax_mock_fail_alloc(0, false);
}
END_TEST

Suite *image_suite(void)
{
	Suite *s = suite_create("image");
	TCase *t = tcase_create("image");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_arm64_image_says_how_much_memory_it_needs);
	tcase_add_test(t, an_image_of_before_3_17_has_the_old_offset);
	tcase_add_test(t, anything_else_is_a_flat_binary);
	tcase_add_loop_test(t, compressed_and_object_files_are_refused_with_advice, 0, (int)AX_ARRAY_SIZE(foreign));
	tcase_add_loop_test(t, a_header_that_contradicts_itself_is_refused, 0, (int)AX_ARRAY_SIZE(contradictions));
	tcase_add_test(t, aligned_images_are_shared_in_two_mebibytes_and_the_rest_is_copied);
	tcase_add_test(t, small_images_are_copied);
	tcase_add_test(t, an_unaligned_initrd_is_copied);
	tcase_add_test(t, a_kernel_off_its_boundary_is_refused);
	tcase_add_test(t, bss_counts_for_memory_and_for_overlap);
	tcase_add_test(t, a_failed_placement_is_the_load_error);
	suite_add_tcase(s, t);
	return s;
}
