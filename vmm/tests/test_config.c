/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration reader against a valid blob and against one fault at a time. */
#include <ax/mock.h>
#include <ax/vmm/config.h>

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "blob.h"
#include "suites.h"

static struct blob blob;
static struct ax_config config;

static int find_module(void *ctx, const char *name, struct ax_image *out)
{
	(void)ctx;
	if (strcmp(name, "kernel") == 0) {
		*out = (struct ax_image){.hpa = ax_hpa(0x60000000), .size = AX_MIB(30)};
		return AX_OK;
	}
	if (strcmp(name, "initrd") == 0) {
		*out = (struct ax_image){.hpa = ax_hpa(0x64000000), .size = 12345};
		return AX_OK;
	}
	if (strcmp(name, "empty") == 0) {
		*out = (struct ax_image){.hpa = ax_hpa(0x64000000)};
		return AX_OK;
	}
	return AX_ENOENT;
}

static const struct ax_config_env env = {.module = find_module, .cpus = 4, .gpa_bits = 44};

static int read_blob(void)
{
	return ax_config_read(blob.data, sizeof(blob.data), &env, &config);
}

static void set_up(void)
{
	ax_mock_reset();
	blob_make(&blob);
}

/*
 * A spoilt blob is refused with that error; the log names the VM (or the root) and the property, and nothing is leaked.
 */
static void refused(int err, const char *where, const char *property)
{
	char line[128];

	ck_assert_int_eq(read_blob(), err);
	snprintf(line, sizeof(line), "config: %s: property \"%s\"", where, property);
	ck_assert_msg(ax_mock_log_count(line) == 1, "no \"%s\" in: %s", line, ax_mock_log());
	ax_mock_check_clean();
}

START_TEST(a_valid_blob_gives_every_field)
{
	const struct ax_vm_config *vm;

	ck_assert_int_eq(read_blob(), AX_OK);
	ck_assert_str_eq(config.board, "qemu-aarch64");
	ck_assert_int_eq(config.log_level, AX_LOG_DEBUG);
	ck_assert_int_eq(config.escape_key, 0x1d);
	ck_assert_int_eq(config.when_idle, AX_WHEN_IDLE_POWEROFF);
	ck_assert_uint_eq(config.vm_count, 2);
	vm = &config.vm[0];
	ck_assert_str_eq(vm->name, "alpha");
	ck_assert_uint_eq(vm->vcpus, 2);
	ck_assert_uint_eq(vm->affinity[1], 2);
	ck_assert(vm->autostart);
	ck_assert_uint_eq(vm->ram[0].size, AX_MIB(256));
	ck_assert_uint_eq(vm->ram[0].prot, AX_PROT_RWX);
	ck_assert_uint_eq(vm->kernel.hpa.v, 0x60000000);
	ck_assert_uint_eq(vm->initrd.size, 12345);
	ck_assert_uint_eq(vm->entry.v, 0x40200000);
	ck_assert_uint_eq(vm->device_count, 3);
	ck_assert_str_eq(vm->device[0].name, "irqchip");
	ck_assert_str_eq(vm->device[0].model, "vgicv3");
	ck_assert_uint_eq(vm->device[0].range[1].size, 0x40000);
	ck_assert_uint_eq(vm->device[1].irq[0], 33);
	ck_assert_str_eq(vm->cmdline, "console=ttyAMA0");
	ck_assert_str_eq(config.vm[1].name, "beta");
	ax_config_free(&config);
	ax_mock_check_clean();
}
END_TEST

START_TEST(what_is_optional_has_a_default)
{
	blob_set(&blob, "/", "escape-key", NULL, 0);
	blob_set(&blob, "/", "when-idle", NULL, 0);
	blob_set(&blob, BETA, "autostart", NULL, 0);
	ck_assert_int_eq(read_blob(), AX_OK);
	ck_assert_int_eq(config.escape_key, 0x1d);
	ck_assert_int_eq(config.when_idle, AX_WHEN_IDLE_SHELL);
	ck_assert(!config.vm[1].autostart);
	ax_config_free(&config);
}
END_TEST

START_TEST(a_blob_cut_anywhere_is_refused_without_a_leak)
{
	size_t whole;

	fdt_pack(blob.data);
	whole = fdt_totalsize(blob.data);
	for (size_t size = 0; size < whole; size++) {
		ck_assert_int_eq(ax_config_read(blob.data, size, &env, &config), AX_EFORMAT);
	}
	ax_mock_check_clean();
}
END_TEST

START_TEST(another_kind_of_tree_is_refused)
{
	blob_set_text(&blob, "/", "compatible", "linux,dummy-virt");
	ck_assert_int_eq(read_blob(), AX_EFORMAT);
}
END_TEST

START_TEST(out_of_memory_is_reported)
{
	ax_mock_fail_alloc(1, false);
	ck_assert_int_eq(read_blob(), AX_ENOMEM);
	ax_mock_fail_alloc(0, false);
	ax_mock_check_clean();
}
END_TEST

START_TEST(more_vms_than_fit_are_refused)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz";

	for (unsigned i = 2; i <= AX_CONFIG_MAX_VMS; i++) {
		char node[2] = {name[i], '\0'};

		blob_add_node(&blob, "/vms", node);
	}
	refused(AX_ENOSPC, "the root", "vms");
}
END_TEST

struct fault {
	const char *node, *property;
	const char *text; /* or */
	uint64_t number[8];
	unsigned numbers; /* u64s; 0: see u32 */
	bool u32, removed;
	int err;
	const char *where, *named;
};

static const struct fault faults[] = {
	{"/", "board", .removed = true, .err = AX_ENOENT, .where = "the root"},
	{"/", "log-level", .text = "loud", .err = AX_EINVAL, .where = "the root"},
	{"/", "when-idle", .text = "dance", .err = AX_EINVAL, .where = "the root"},
	{"/", "escape-key", .u32 = true, .number = {'\r'}, .err = AX_ERANGE, .where = "the root"},
	{"/", "scheduler", .text = "lottery", .err = AX_EINVAL, .where = "the root"},
	{ALPHA, "vm-name", .removed = true, .err = AX_ENOENT, .where = "vm@0"},
	{ALPHA, "vm-name", .text = "", .err = AX_ERANGE, .where = "vm@0"},
	{ALPHA, "vm-name", .text = "a-name-longer-than-thirty-one-chars", .err = AX_ERANGE, .where = "vm@0"},
	{ALPHA, "vm-name", .text = "two words", .err = AX_EINVAL, .where = "vm@0"},
	{ALPHA, "vm-name", .text = "\033[2J", .err = AX_EINVAL, .where = "vm@0"},
	{BETA, "vm-name", .text = "alpha", .err = AX_EEXIST, .where = "the root"},
	{ALPHA, "vcpus", .u32 = true, .number = {0}, .err = AX_ERANGE},
	{ALPHA, "vcpus", .u32 = true, .number = {9}, .err = AX_ERANGE},
	{ALPHA, "vcpus", .numbers = 1, .number = {2}, .err = AX_EFORMAT},
	{ALPHA, "vcpus", .removed = true, .err = AX_ENOENT},
	{ALPHA, "affinity", .numbers = 1, .number = {1}, .err = AX_EINVAL},
	{ALPHA, "affinity", .numbers = 2, .number = {1, 16}, .err = AX_ERANGE},
	{ALPHA, "affinity", .u32 = true, .number = {1}, .err = AX_EFORMAT},
	{ALPHA, "weight", .u32 = true, .number = {1025}, .err = AX_ERANGE},
	{ALPHA, "on-reboot", .text = "explode", .err = AX_EINVAL},
	{ALPHA, "autostart", .text = "no", .err = AX_EFORMAT},
	{ALPHA, "gpa-bits", .u32 = true, .number = {31}, .err = AX_ERANGE},
	{ALPHA, "gpa-bits", .u32 = true, .number = {48}, .err = AX_ERANGE},
	{ALPHA, "memory", .removed = true, .err = AX_ENOENT},
	{ALPHA, "memory", .numbers = 2, .number = {0, 0x1000}, .err = AX_EFORMAT},
	{ALPHA, "memory", .numbers = 3, .number = {0x40000000, 0x10000000, 8}, .err = AX_EINVAL},
	{ALPHA, "memory", .numbers = 3, .number = {0x40000000, 0x10000000, 2}, .err = AX_EINVAL},
	{ALPHA, "memory", .numbers = 3, .number = {0x40000000, 0, 7}, .err = AX_EINVAL},
	{ALPHA, "memory", .numbers = 3, .number = {0x40000800, 0x10000000, 7}, .err = AX_EINVAL},
	{ALPHA, "memory", .numbers = 3, .number = {0xfffffffffffff000, 0x2000, 7}, .err = AX_ERANGE},
	{ALPHA, "memory", .numbers = 3, .number = {0xfffffff000, 0x2000, 7}, .err = AX_ERANGE},
	{ALPHA, "memory", .numbers = 6, .number = {0x40000000, 0x2000, 7, 0x40001000, 0x1000, 7}, .err = AX_EEXIST},
	{ALPHA, "memory", .numbers = 3, .number = {0x08000000, 0x40000000, 7}, .err = AX_EEXIST, .named = "irqchip"},
	{ALPHA, "memory", .numbers = 3, .number = {0x40000000, 0x10000000, 3}, .err = AX_ERANGE, .named = "entry"},
	{ALPHA, "memory", .numbers = 3, .number = {0x40000000, 0x1000000, 7}, .err = AX_ERANGE, .named = "kernel-gpa"},
	{ALPHA, "kernel", .removed = true, .err = AX_ENOENT},
	{ALPHA, "kernel", .text = "missing", .err = AX_ENOENT},
	{ALPHA, "kernel", .text = "empty", .err = AX_EFORMAT},
	{ALPHA, "kernel", .numbers = 1, .number = {0x4141414141414141}, .err = AX_EFORMAT},
	{ALPHA, "initrd", .text = "missing", .err = AX_ENOENT},
	{ALPHA, "kernel-gpa", .numbers = 1, .number = {0x4fff0000}, .err = AX_ERANGE},
	{ALPHA, "kernel-gpa", .numbers = 2, .number = {0, 0}, .err = AX_EFORMAT},
	{ALPHA, "initrd-gpa", .numbers = 1, .number = {0x40300000}, .err = AX_EEXIST},
	{ALPHA, "initrd-gpa", .numbers = 1, .number = {0xfffffffffffffff0}, .err = AX_ERANGE},
	{ALPHA, "dtb-gpa", .numbers = 1, .number = {0x40200000}, .err = AX_EEXIST},
	{ALPHA, "dtb-gpa", .numbers = 1, .number = {0x4c800004}, .err = AX_EINVAL},
	{ALPHA, "dtb-gpa", .numbers = 1, .number = {0x4fff8000}, .err = AX_ERANGE},
	{ALPHA, "entry", .numbers = 1, .number = {0x40200002}, .err = AX_ERANGE},
	{ALPHA, "entry", .numbers = 1, .number = {0x1000}, .err = AX_ERANGE},
	{ALPHA "/devices/console", "model", .removed = true, .err = AX_ENOENT},
	{ALPHA "/devices/console", "model", .text = "a-model-longer-than-its-field", .err = AX_ERANGE},
	{ALPHA "/devices/console", "interrupts", .u32 = true, .number = {1020}, .err = AX_ERANGE},
	{ALPHA "/devices/console", "interrupts", .u32 = true, .number = {27}, .err = AX_EEXIST},
	{ALPHA "/devices/console", "interrupts", .numbers = 3, .number = {1, 2, 3}, .err = AX_EFORMAT},
	{ALPHA "/devices/console", "ranges", .numbers = 2, .number = {0x09000000, 0}, .err = AX_EINVAL,
	 .named = "console"},
	{ALPHA "/devices/console", "ranges", .numbers = 2, .number = {0x080a0000, 4}, .err = AX_EEXIST,
	 .named = "console"},
	{ALPHA "/devices/console", "ranges", .numbers = 1, .number = {0x09000000}, .err = AX_EFORMAT},
};

START_TEST(each_fault_is_refused_with_its_place)
{
	const struct fault *f = &faults[_i];

	if (f->removed) {
		blob_set(&blob, f->node, f->property, NULL, 0);
	} else if (f->text) {
		blob_set_text(&blob, f->node, f->property, f->text);
	} else if (f->u32) {
		blob_set_u32(&blob, f->node, f->property, (uint32_t)f->number[0]);
	} else {
		blob_set_u64s(&blob, f->node, f->property, f->numbers, f->number);
	}
	refused(f->err, f->where ? f->where : "alpha", f->named ? f->named : f->property);
}
END_TEST

START_TEST(a_string_without_an_end_is_refused)
{
	blob_set(&blob, ALPHA, "cmdline", "quiet", 5);
	refused(AX_EFORMAT, "alpha", "cmdline");
}
END_TEST

START_TEST(passthrough_is_read_and_checked)
{
	blob_add_node(&blob, ALPHA, "passthrough");
	blob_add_node(&blob, ALPHA "/passthrough", "uart1");
	blob_set_u64s(&blob, ALPHA "/passthrough/uart1", "range", U64S(0x0a000000, 0x09040000, 0x1000, 11));
	ck_assert_int_eq(read_blob(), AX_OK);
	ck_assert_uint_eq(config.vm[0].passthrough_count, 1);
	ck_assert_uint_eq(config.vm[0].passthrough[0].hpa.v, 0x09040000);
	ax_config_free(&config);

	blob_set_u64s(&blob, ALPHA "/passthrough/uart1", "range", U64S(0x09000000, 0x09040000, 0x1000, 3));
	refused(AX_EEXIST, "alpha", "passthrough");
	blob_set_u64s(&blob, ALPHA "/passthrough/uart1", "range", U64S(0x0a000000, 0x09040800, 0x1000, 3));
	refused(AX_EINVAL, "alpha", "range");
	blob_set(&blob, ALPHA "/passthrough/uart1", "range", NULL, 0);
	ax_mock_log_clear();
	refused(AX_ENOENT, "alpha", "range");
}
END_TEST

Suite *config_suite(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, a_valid_blob_gives_every_field);
	tcase_add_test(t, what_is_optional_has_a_default);
	tcase_add_test(t, a_blob_cut_anywhere_is_refused_without_a_leak);
	tcase_add_test(t, another_kind_of_tree_is_refused);
	tcase_add_test(t, out_of_memory_is_reported);
	tcase_add_test(t, more_vms_than_fit_are_refused);
	tcase_add_loop_test(t, each_fault_is_refused_with_its_place, 0, (int)AX_ARRAY_SIZE(faults));
	tcase_add_test(t, a_string_without_an_end_is_refused);
	tcase_add_test(t, passthrough_is_read_and_checked);
	suite_add_tcase(s, t);
	return s;
}
