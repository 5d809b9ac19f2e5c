/* SPDX-License-Identifier: Apache-2.0 */
/* The device-tree reader over trees built here. */
#include "shim.h"

#include <ax/base/dt.h>
#include <check.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

static char blob[8192];

static void begin(const char *name)
{
	ck_assert_int_eq(fdt_begin_node(blob, name), 0);
}

static void end(void)
{
	ck_assert_int_eq(fdt_end_node(blob), 0);
}

static void cells(const char *name, const uint32_t *value, size_t n)
{
	fdt32_t raw[16];

	for (size_t i = 0; i < n; i++) {
		raw[i] = cpu_to_fdt32(value[i]);
	}
	ck_assert_int_eq(fdt_property(blob, name, raw, (int)(n * sizeof(raw[0]))), 0);
}

#define CELLS(name, ...) cells(name, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / 4)

static void text(const char *name, const char *value)
{
	ck_assert_int_eq(fdt_property_string(blob, name, value), 0);
}

static void open_tree(void)
{
	shim_reset();
	ck_assert_int_eq(fdt_create(blob, sizeof(blob)), 0);
	ck_assert_int_eq(fdt_add_reservemap_entry(blob, 0x48000000, 0x1000), 0);
	ck_assert_int_eq(fdt_finish_reservemap(blob), 0);
	begin("");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
}

static void close_tree(void)
{
	end();
	ck_assert_int_eq(fdt_finish(blob), 0);
	ck_assert_int_eq(ax_dt_init(blob), AX_OK);
}

static void memory_node(const char *name, uint32_t base, uint32_t size, const char *status)
{
	begin(name);
	text("device_type", "memory");
	CELLS("reg", 0, base, 0, size);
	if (status) {
		text("status", status);
	}
	end();
}

START_TEST(memory_is_every_bank_that_is_available)
{
	struct ax_range r[4];

	open_tree();
	memory_node("memory@40000000", 0x40000000, 0x10000000, NULL);
	memory_node("memory@80000000", 0x80000000, 0x20000000, "okay");
	memory_node("memory@c0000000", 0xc0000000, 0x20000000, "disabled");
	close_tree();
	ck_assert_uint_eq(ax_dt_memory(r, 4), 2);
	ck_assert_uint_eq(r[0].start, 0x40000000);
	ck_assert_uint_eq(r[1].size, 0x20000000);
	ck_assert_uint_eq(ax_dt_memory(r, 1), 1);
}
END_TEST

START_TEST(reserved_is_the_reserve_map_and_reserved_memory)
{
	struct ax_range r[4];

	open_tree();
	begin("reserved-memory");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	ck_assert_int_eq(fdt_property(blob, "ranges", NULL, 0), 0);
	begin("firmware@50000000");
	CELLS("reg", 0, 0x50000000, 0, 0x2000);
	end();
	end();
	close_tree();
	ck_assert_uint_eq(ax_dt_reserved(r, 4), 2);
	ck_assert_uint_eq(r[0].start, 0x48000000);
	ck_assert_uint_eq(r[1].start, 0x50000000);
	ck_assert_uint_eq(r[1].size, 0x2000);
}
END_TEST

START_TEST(cpus_are_listed_by_hardware_id_without_the_disabled)
{
	uint64_t id[4];

	open_tree();
	begin("cpus");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 0);
	for (uint32_t i = 0; i < 3; i++) {
		begin(i == 0 ? "cpu@0" : i == 1 ? "cpu@100" : "cpu@200");
		text("device_type", "cpu");
		CELLS("reg", i << 8);
		text("status", i == 1 ? "disabled" : "okay");
		end();
	}
	end();
	close_tree();
	ck_assert_uint_eq(ax_dt_cpus(id, 4), 2);
	ck_assert_uint_eq(id[0], 0);
	ck_assert_uint_eq(id[1], 0x200);
}
END_TEST

START_TEST(reg_is_translated_through_the_ranges_of_its_bus)
{
	struct ax_range r;
	int node;

	open_tree();
	begin("soc");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 1);
	CELLS("ranges", 0x1000, 0, 0x9000000, 0x1000);
	begin("uart@1000");
	CELLS("reg", 0x1000, 0x100);
	end();
	begin("outside@5000");
	CELLS("reg", 0x5000, 0x100);
	end();
	end();
	close_tree();
	node = fdt_path_offset(blob, "/soc/uart@1000");
	ck_assert_int_eq(ax_dt_reg(node, 0, &r), AX_OK);
	ck_assert_uint_eq(r.start, 0x9000000);
	ck_assert_uint_eq(r.size, 0x100);
	ck_assert_int_eq(ax_dt_reg(node, 1, &r), AX_ENOENT);
	ck_assert_int_lt(ax_dt_reg(fdt_path_offset(blob, "/soc/outside@5000"), 0, &r), 0);
}
END_TEST

START_TEST(a_range_past_the_end_of_the_address_space_is_malformed)
{
	struct ax_range r;

	open_tree();
	begin("device");
	CELLS("reg", 0xffffffff, 0xfffff000, 0, 0x2000);
	end();
	close_tree();
	ck_assert_int_eq(ax_dt_reg(fdt_path_offset(blob, "/device"), 0, &r), AX_EFORMAT);
}
END_TEST

START_TEST(stdout_is_found_by_path_and_by_alias_without_its_options)
{
	open_tree();
	begin("aliases");
	text("serial0", "/uart");
	end();
	begin("chosen");
	text("stdout-path", "serial0:115200n8");
	end();
	begin("uart");
	end();
	close_tree();
	ck_assert_int_eq(ax_dt_stdout(), fdt_path_offset(blob, "/uart"));
	open_tree();
	close_tree();
	ck_assert_int_eq(ax_dt_stdout(), AX_ENOENT);
}
END_TEST

/* As docs/config-blob.md has it: /chosen is no bus and has no ranges. */
START_TEST(a_module_of_the_boot_loader_is_found_as_the_docs_describe_it)
{
	const struct ax_module *m;

	open_tree();
	begin("chosen");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	begin("module@60000000");
	ck_assert_int_eq(fdt_property(blob, "compatible", "axle,config\0multiboot,module", 29), 0);
	CELLS("reg", 0, 0x60000000, 0, 0x1000);
	text("module-name", "config");
	end();
	end();
	close_tree();
	ax_modules_init();
	m = ax_module_find("config");
	ck_assert_ptr_nonnull(m);
	ck_assert_uint_eq(m->hpa.v, 0x60000000);
	ck_assert_uint_eq(m->size, 0x1000);
	ck_assert_ptr_null(ax_module_find("confi"));
}
END_TEST

START_TEST(what_is_no_tree_is_refused)
{
	char junk[64];

	memset(junk, 0x5a, sizeof(junk));
	ck_assert_int_eq(ax_dt_init(junk), AX_EFORMAT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base dt");
	TCase *t = tcase_create("all");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, memory_is_every_bank_that_is_available);
	tcase_add_test(t, reserved_is_the_reserve_map_and_reserved_memory);
	tcase_add_test(t, cpus_are_listed_by_hardware_id_without_the_disabled);
	tcase_add_test(t, reg_is_translated_through_the_ranges_of_its_bus);
	tcase_add_test(t, a_range_past_the_end_of_the_address_space_is_malformed);
	tcase_add_test(t, stdout_is_found_by_path_and_by_alias_without_its_options);
	tcase_add_test(t, a_module_of_the_boot_loader_is_found_as_the_docs_describe_it);
	tcase_add_test(t, what_is_no_tree_is_refused);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
