/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's device tree: what a kernel reads out of it is what the configuration says. */
#include <ax/mock.h>
#include <ax/vmm/fdt.h>

#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "suites.h"

static struct ax_vm_config config;
static _Alignas(8) uint8_t tree[AX_GUEST_FDT_SPACE];
static _Alignas(8) uint8_t user[AX_GUEST_FDT_SPACE];

static void set_up(void)
{
	ax_mock_reset();
	memset(tree, 0xa5, sizeof(tree));
	config = (struct ax_vm_config){
		.name = "vm",
		.vcpus = 2,
		.ram_count = 2,
		.ram = {{ax_gpa(0x40000000), AX_MIB(512), AX_PROT_RWX}, {ax_gpa(0x880000000), AX_GIB(8), AX_PROT_RWX}},
		.initrd = {ax_hpa(0x1000), 0x1234},
		.initrd_gpa = ax_gpa(0x48000000),
		.cmdline = "console=ttyAMA0 quiet",
		.device_count = 3,
		.device = {{.name = "irqchip",
			    .model = "vgicv3",
			    .range_count = 2,
			    .range = {{0, 0x8000000, 0x10000}, {0, 0x80a0000, 0x40000}}},
			   {.name = "console",
			    .model = "pl011",
			    .range_count = 1,
			    .range = {{0, 0x9000000, 0x1000}},
			    .irq_count = 1,
			    .irq = {33}},
			   {.name = "timer", .model = "arm-vtimer", .irq_count = 1, .irq = {27}}},
	};
}

static int at(const void *fdt, const char *path)
{
	int node = fdt_path_offset(fdt, path);

	ck_assert_msg(node >= 0, "no node %s", path);
	return node;
}

static void is_cells(const void *fdt, const char *path, const char *property, int count, ...)
{
	int len = 0;
	const fdt32_t *cells = fdt_getprop(fdt, at(fdt, path), property, &len);
	va_list args;

	ck_assert_msg(cells && len == count * 4, "%s/%s has %d bytes", path, property, len);
	va_start(args, count);
	for (int i = 0; i < count; i++) {
		ck_assert_uint_eq(fdt32_ld(&cells[i]), va_arg(args, unsigned));
	}
	va_end(args);
}

static void is_texts(const void *fdt, const char *path, const char *property, const char *texts, size_t size)
{
	int len = 0;
	const char *value = fdt_getprop(fdt, at(fdt, path), property, &len);

	ck_assert_msg(value && (size_t)len == size, "%s/%s has %d bytes", path, property, len);
	ck_assert_mem_eq(value, texts, size);
}
#define IS_TEXT(fdt, path, property, text) is_texts(fdt, path, property, text, sizeof(text))

static void build(void)
{
	int size = ax_guest_fdt_build(&config, tree, sizeof(tree));

	ck_assert_int_gt(size, 0);
	ck_assert_int_eq(size, (int)fdt_totalsize(tree));
}

START_TEST(a_built_tree_has_the_resources_of_the_vm)
{
	build();
	IS_TEXT(tree, "/", "compatible", "axle,vm");
	is_cells(tree, "/memory@40000000", "reg", 4, 0, 0x40000000, 0, 0x20000000);
	is_cells(tree, "/memory@880000000", "reg", 4, 8, 0x80000000, 2, 0);
	IS_TEXT(tree, "/cpus/cpu@0", "enable-method", "psci");
	is_cells(tree, "/cpus/cpu@1", "reg", 1, 1);
	ck_assert_int_lt(fdt_path_offset(tree, "/cpus/cpu@2"), 0);
	IS_TEXT(tree, "/psci", "method", "hvc");
	IS_TEXT(tree, "/psci", "compatible", "arm,psci-1.0\0arm,psci-0.2");
	is_cells(tree, "/interrupt-controller@8000000", "reg", 8, 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0x40000);
	is_cells(tree, "/interrupt-controller@8000000", "#redistributor-regions", 1, 1);
	is_cells(tree, "/timer", "interrupts", 12, 1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4);
	IS_TEXT(tree, "/serial@9000000", "compatible", "arm,pl011\0arm,primecell");
	is_cells(tree, "/serial@9000000", "interrupts", 3, 0, 1, 4);
	is_cells(tree, "/serial@9000000", "clocks", 2, 2, 2);
	is_cells(tree, "/clock", "phandle", 1, 2);
	IS_TEXT(tree, "/chosen", "bootargs", "console=ttyAMA0 quiet");
	IS_TEXT(tree, "/chosen", "stdout-path", "/serial@9000000");
	is_cells(tree, "/chosen", "linux,initrd-start", 2, 0, 0x48000000);
	is_cells(tree, "/chosen", "linux,initrd-end", 2, 0, 0x48001234);
}
END_TEST

START_TEST(interrupt_parent_points_at_the_controller)
{
	build();
	is_cells(tree, "/", "interrupt-parent", 1, 1);
	is_cells(tree, "/interrupt-controller@8000000", "phandle", 1, 1);
}
END_TEST

START_TEST(two_builds_are_the_same_and_hold_no_seed)
{
	int size = ax_guest_fdt_build(&config, tree, sizeof(tree));

	ck_assert_int_eq(ax_guest_fdt_build(&config, user, sizeof(user)), size);
	ck_assert_mem_eq(tree, user, (size_t)size);
	ck_assert_ptr_null(fdt_getprop(tree, at(tree, "/chosen"), "kaslr-seed", NULL));
	ck_assert_ptr_null(fdt_getprop(tree, at(tree, "/chosen"), "rng-seed", NULL));
}
END_TEST

START_TEST(the_device_tree_compiler_reads_it_without_a_complaint)
{
	char command[256];
	const char *name = "vmm_guest_tree.dtb";
	FILE *file = fopen(name, "wb");
	int status;

	build();
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(tree, fdt_totalsize(tree), 1, file), 1);
	fclose(file);
	snprintf(command, sizeof(command), "dtc -q -q -E no-unit_address_vs_reg -I dtb -O dts %s > %s.dts", name, name);
	status = system(command);
	remove(name);
	snprintf(command, sizeof(command), "%s.dts", name);
	remove(command);
	ck_assert_msg(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 127), "dtc: %d", status);
}
END_TEST

START_TEST(a_buffer_of_any_size_is_not_overrun)
{
	int whole = ax_guest_fdt_build(&config, tree, sizeof(tree));

	for (size_t size = 0; size < (size_t)whole; size += 8) {
		void *exact = malloc(size + 1);

		ck_assert_int_eq(ax_guest_fdt_build(&config, exact, size), AX_ENOSPC);
		free(exact);
	}
}
END_TEST

START_TEST(what_cannot_be_described_is_refused)
{
	config.device[1].irq[0] = 27;
	ck_assert_int_eq(ax_guest_fdt_build(&config, tree, sizeof(tree)), AX_EINVAL);
	config.device[1].irq_count = 0;
	ck_assert_int_eq(ax_guest_fdt_build(&config, tree, sizeof(tree)), AX_EINVAL);
	strcpy(config.device[1].model, "teapot");
	ck_assert_int_eq(ax_guest_fdt_build(&config, tree, sizeof(tree)), AX_ENOENT);
	ck_assert_uint_eq(ax_mock_log_count("vm vm: device console: model \"teapot\" has no device-tree binding"), 1);
	config.device[0].range_count = 1;
	ck_assert_int_eq(ax_guest_fdt_build(&config, tree, sizeof(tree)), AX_ENOENT);
	config.device_count = 0;
	ck_assert_int_eq(ax_guest_fdt_build(&config, tree, sizeof(tree)), AX_ENOENT);
}
END_TEST

/* The user's tree of the tests: what a build gives for a VM with `vcpus` CPUs, 128 MiB and its own node. */
static void make_user_tree(unsigned vcpus)
{
	struct ax_vm_config other = config;

	other.vcpus = vcpus;
	other.ram_count = 1;
	other.ram[0].size = AX_MIB(128);
	other.cmdline = "mine";
	ck_assert_int_gt(ax_guest_fdt_build(&other, tree, sizeof(tree)), 0);
	ck_assert_int_eq(fdt_open_into(tree, user, sizeof(user)), 0);
	ck_assert_int_ge(fdt_add_subnode(user, 0, "my-node"), 0);
	fdt_pack(user);
}

static int patch(void)
{
	return ax_guest_fdt_patch(&config, user, sizeof(user), tree, sizeof(tree));
}

START_TEST(a_users_tree_gets_memory_and_command_line_and_keeps_the_rest)
{
	make_user_tree(2);
	ck_assert_int_gt(patch(), 0);
	is_cells(tree, "/memory@40000000", "reg", 4, 0, 0x40000000, 0, 0x20000000);
	is_cells(tree, "/memory@880000000", "reg", 4, 8, 0x80000000, 2, 0);
	IS_TEXT(tree, "/chosen", "bootargs", "console=ttyAMA0 quiet");
	is_cells(tree, "/chosen", "linux,initrd-end", 2, 0, 0x48001234);
	at(tree, "/my-node");
	ck_assert_uint_eq(ax_mock_log_count("warn"), 0);
}
END_TEST

START_TEST(without_command_line_and_initrd_the_users_own_stay_and_go)
{
	make_user_tree(2);
	config.cmdline = "";
	config.initrd.size = 0;
	ck_assert_int_gt(patch(), 0);
	IS_TEXT(tree, "/chosen", "bootargs", "mine");
	ck_assert_ptr_null(fdt_getprop(tree, at(tree, "/chosen"), "linux,initrd-start", NULL));
}
END_TEST

START_TEST(cpus_that_the_vm_lacks_are_removed_with_a_warning)
{
	make_user_tree(4);
	ck_assert_int_gt(patch(), 0);
	at(tree, "/cpus/cpu@1");
	ck_assert_int_lt(fdt_path_offset(tree, "/cpus/cpu@2"), 0);
	ck_assert_uint_eq(ax_mock_log_count("warn: vm vm: its device tree has other CPUs than the VM: 2 removed"), 1);
}
END_TEST

START_TEST(a_tree_without_the_boot_cpu_is_refused)
{
	make_user_tree(1);
	ck_assert_int_eq(fdt_open_into(user, user, sizeof(user)), 0);
	fdt_setprop_u32(user, fdt_path_offset(user, "/cpus/cpu@0"), "reg", 0x100);
	ck_assert_int_eq(patch(), AX_EINVAL);
	fdt_del_node(user, fdt_path_offset(user, "/cpus"));
	ck_assert_int_eq(patch(), AX_EFORMAT);
}
END_TEST

START_TEST(a_users_tree_cut_anywhere_is_refused)
{
	make_user_tree(2);
	for (size_t size = 0; size < fdt_totalsize(user); size++) {
		ck_assert_int_eq(ax_guest_fdt_patch(&config, user, size, tree, sizeof(tree)), AX_EFORMAT);
	}
}
END_TEST

START_TEST(a_tree_that_leaves_no_room_is_refused)
{
	make_user_tree(2);
	ck_assert_int_eq(ax_guest_fdt_patch(&config, user, sizeof(user), tree, fdt_totalsize(user)), AX_ENOSPC);
	ck_assert_int_eq(ax_guest_fdt_patch(&config, user, sizeof(user), tree, 64), AX_ENOSPC);
}
END_TEST

START_TEST(memory_over_one_cell_needs_two)
{
	make_user_tree(2);
	fdt_setprop_u32(user, 0, "#size-cells", 1);
	ck_assert_int_eq(patch(), AX_EFORMAT);
	fdt_setprop_u32(user, 0, "#address-cells", 3);
	ck_assert_int_eq(patch(), AX_EFORMAT);
}
END_TEST

Suite *fdt_suite(void)
{
	Suite *s = suite_create("fdt");
	TCase *t = tcase_create("fdt");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, a_built_tree_has_the_resources_of_the_vm);
	tcase_add_test(t, interrupt_parent_points_at_the_controller);
	tcase_add_test(t, two_builds_are_the_same_and_hold_no_seed);
	tcase_add_test(t, the_device_tree_compiler_reads_it_without_a_complaint);
	tcase_add_test(t, a_buffer_of_any_size_is_not_overrun);
	tcase_add_test(t, what_cannot_be_described_is_refused);
	tcase_add_test(t, a_users_tree_gets_memory_and_command_line_and_keeps_the_rest);
	tcase_add_test(t, without_command_line_and_initrd_the_users_own_stay_and_go);
	tcase_add_test(t, cpus_that_the_vm_lacks_are_removed_with_a_warning);
	tcase_add_test(t, a_tree_without_the_boot_cpu_is_refused);
	tcase_add_test(t, a_users_tree_cut_anywhere_is_refused);
	tcase_add_test(t, a_tree_that_leaves_no_room_is_refused);
	tcase_add_test(t, memory_over_one_cell_needs_two);
	suite_add_tcase(s, t);
	return s;
}
