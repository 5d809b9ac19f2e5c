/* SPDX-License-Identifier: Apache-2.0 */
/* The bus: who is found where, what is refused, and what becomes of a device in the end. */
#include <ax/device.h>
#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define TOP (~0ull)

struct probe {
	struct ax_device dev;
	struct ax_access last;
	unsigned reads, writes, resets;
	int error;
};

static struct ax_bus bus;
static unsigned destroyed;
static struct probe *order[64];

static int probe_read(struct ax_device *dev, struct ax_access *access)
{
	struct probe *probe = AX_CONTAINER_OF(dev, struct probe, dev);

	probe->last = *access;
	probe->reads++;
	access->data = 0x5a;
	return probe->error;
}

static int probe_write(struct ax_device *dev, const struct ax_access *access)
{
	struct probe *probe = AX_CONTAINER_OF(dev, struct probe, dev);

	probe->last = *access;
	probe->writes++;
	return probe->error;
}

static void probe_reset(struct ax_device *dev)
{
	AX_CONTAINER_OF(dev, struct probe, dev)->resets++;
}

static void probe_destroy(struct ax_device *dev)
{
	order[destroyed++] = AX_CONTAINER_OF(dev, struct probe, dev);
}

static const struct ax_device_ops probe_ops = {
	.read = probe_read, .write = probe_write, .reset = probe_reset, .destroy = probe_destroy};

/* Devices outlive the test function: the bus destroys them in tear_down. */
static struct probe pool[64];
static unsigned pooled;

static struct probe *probe_at(enum ax_bus_kind kind, uint64_t base, uint64_t size)
{
	struct probe *probe = &pool[pooled++];

	*probe = (struct probe){.dev = {&probe_ops, "probe", 1, {{kind, base, size}}}};
	return probe;
}

static void also_at(struct probe *probe, enum ax_bus_kind kind, uint64_t base, uint64_t size)
{
	probe->dev.resource[probe->dev.resource_count++] = (struct ax_resource){kind, base, size};
}

static int get(enum ax_bus_kind kind, uint64_t addr, unsigned width)
{
	struct ax_access access = {.width = (uint8_t)width};

	return ax_bus_access(&bus, kind, addr, &access);
}

static void set_up(void)
{
	ax_mock_reset();
	ax_bus_init(&bus);
	destroyed = 0;
	pooled = 0;
}

static void tear_down(void)
{
	ax_bus_destroy(&bus);
	ax_mock_check_clean();
}

START_TEST(an_access_reaches_its_device_with_offset_and_resource)
{
	struct probe *probe = probe_at(AX_BUS_MMIO, 0x2000, 0x100);
	struct ax_access access = {.width = 4, .vcpu = 3, .write = true, .data = 7};

	also_at(probe, AX_BUS_PIO, 0x3f8, 8);
	also_at(probe, AX_BUS_MMIO, 0x1000, 0x10);
	ck_assert_int_eq(ax_bus_register(&bus, &probe->dev), AX_OK);
	ax_bus_seal(&bus);
	ck_assert_int_eq(ax_bus_access(&bus, AX_BUS_MMIO, 0x100c, &access), AX_OK);
	ck_assert_uint_eq(probe->writes, 1);
	ck_assert_uint_eq(probe->last.offset, 0xc);
	ck_assert_uint_eq(probe->last.resource, 2);
	ck_assert_uint_eq(probe->last.vcpu, 3);
	ck_assert_uint_eq(probe->last.data, 7);
	access = (struct ax_access){.width = 1};
	ck_assert_int_eq(ax_bus_access(&bus, AX_BUS_PIO, 0x3fd, &access), AX_OK);
	ck_assert_uint_eq(access.data, 0x5a);
	ck_assert_uint_eq(probe->last.offset, 5);
	ck_assert_uint_eq(probe->last.resource, 1);
}
END_TEST

START_TEST(each_device_is_found_among_many_registered_in_any_order)
{
	struct probe *probe[40];

	for (unsigned i = 0; i < AX_ARRAY_SIZE(probe); i++) {
		probe[i] = probe_at(AX_BUS_MMIO, 0x10000 + (i * 17 % 40) * 0x1000ull, 0x800);
		ck_assert_int_eq(ax_bus_register(&bus, &probe[i]->dev), AX_OK);
	}
	for (unsigned i = 0; i < AX_ARRAY_SIZE(probe); i++) {
		uint64_t base = probe[i]->dev.resource[0].base;

		ck_assert_int_eq(get(AX_BUS_MMIO, base, 8), AX_OK);
		ck_assert_int_eq(get(AX_BUS_MMIO, base + 0x7ff, 1), AX_OK);
		ck_assert_uint_eq(probe[i]->reads, 2);
		ck_assert_int_eq(get(AX_BUS_MMIO, base + 0x800, 1), AX_ENOENT);
		ck_assert_int_eq(get(AX_BUS_MMIO, base - 1, 1), AX_ENOENT);
	}
}
END_TEST

START_TEST(an_access_may_not_leave_its_resource)
{
	struct probe *a = probe_at(AX_BUS_MMIO, 0x1000, 0x10), *b = probe_at(AX_BUS_MMIO, 0x1010, 0x10);

	ck_assert_int_eq(ax_bus_register(&bus, &a->dev), AX_OK);
	ck_assert_int_eq(ax_bus_register(&bus, &b->dev), AX_OK);
	for (unsigned width = 1; width <= 8; width *= 2) {
		ck_assert_int_eq(get(AX_BUS_MMIO, 0x1010 - width, width), AX_OK);
		ck_assert_int_eq(get(AX_BUS_MMIO, 0x1020 - width, width), AX_OK);
		ck_assert_int_eq(get(AX_BUS_MMIO, 0x1020, width), AX_ENOENT);
	}
	for (unsigned width = 2; width <= 8; width *= 2) {
		ck_assert_int_eq(get(AX_BUS_MMIO, 0x1011 - width, width), AX_EFAULT);
		ck_assert_int_eq(get(AX_BUS_MMIO, 0x101f, width), AX_EFAULT);
	}
	ck_assert_int_eq(get(AX_BUS_MMIO, 0x1000, 0), AX_EFAULT);
	ck_assert_int_eq(get(AX_BUS_MMIO, 0, 1), AX_ENOENT);
	ck_assert_int_eq(get(AX_BUS_MMIO, TOP, 8), AX_ENOENT);
}
END_TEST

START_TEST(a_wide_system_register_is_one_id)
{
	struct probe *probe = probe_at(AX_BUS_SYSREG, 100, 3);

	ck_assert_int_eq(ax_bus_register(&bus, &probe->dev), AX_OK);
	ck_assert_int_eq(get(AX_BUS_SYSREG, 102, 8), AX_OK);
	ck_assert_int_eq(get(AX_BUS_SYSREG, 103, 8), AX_ENOENT);
	ck_assert_int_eq(get(AX_BUS_MMIO, 102, 1), AX_ENOENT);
}
END_TEST

START_TEST(the_last_byte_of_the_address_space_can_be_a_device)
{
	struct probe *top = probe_at(AX_BUS_MMIO, TOP - 0xf, 0x10), *wraps = probe_at(AX_BUS_MMIO, TOP - 0xf, 0x11);
	struct probe *all = probe_at(AX_BUS_PIO, 0, TOP);

	ck_assert_int_eq(ax_bus_register(&bus, &wraps->dev), AX_ERANGE);
	ck_assert_int_eq(ax_bus_register(&bus, &top->dev), AX_OK);
	ck_assert_int_eq(ax_bus_register(&bus, &all->dev), AX_OK);
	ck_assert_int_eq(get(AX_BUS_MMIO, TOP, 1), AX_OK);
	ck_assert_int_eq(get(AX_BUS_MMIO, TOP - 7, 8), AX_OK);
	ck_assert_int_eq(get(AX_BUS_MMIO, TOP, 2), AX_EFAULT);
	ck_assert_int_eq(get(AX_BUS_MMIO, TOP - 6, 8), AX_EFAULT);
	ck_assert_int_eq(get(AX_BUS_PIO, TOP - 1, 1), AX_OK);
	ck_assert_int_eq(get(AX_BUS_PIO, TOP, 1), AX_ENOENT);
}
END_TEST

START_TEST(overlaps_are_refused_and_leave_no_trace)
{
	struct probe *first = probe_at(AX_BUS_MMIO, 0x1000, 0x1000);
	static const struct ax_resource bad[] = {{AX_BUS_MMIO, 0x1000, 0x1000}, {AX_BUS_MMIO, 0x1fff, 1},
						 {AX_BUS_MMIO, 0x1000, 1},      {AX_BUS_MMIO, 0xfff, 2},
						 {AX_BUS_MMIO, 0x1800, 0x10},   {AX_BUS_MMIO, 0, TOP},
						 {AX_BUS_MMIO, 0x1fff, 0x1000}};

	ck_assert_int_eq(ax_bus_register(&bus, &first->dev), AX_OK);
	for (unsigned i = 0; i < AX_ARRAY_SIZE(bad); i++) {
		struct probe *probe = probe_at(AX_BUS_MMIO, 0x8000, 8);

		also_at(probe, bad[i].bus, bad[i].base, bad[i].size);
		ck_assert_int_eq(ax_bus_register(&bus, &probe->dev), AX_EEXIST);
		ck_assert_int_eq(get(AX_BUS_MMIO, 0x8000, 1), AX_ENOENT);
	}
	ck_assert_int_eq(get(AX_BUS_MMIO, 0x1fff, 1), AX_OK);
}
END_TEST

START_TEST(a_device_may_not_overlap_itself)
{
	struct probe *probe = probe_at(AX_BUS_MMIO, 0, 8);

	also_at(probe, AX_BUS_MMIO, 7, 8);
	ck_assert_int_eq(ax_bus_register(&bus, &probe->dev), AX_EEXIST);
	probe->dev.resource[1].bus = AX_BUS_PIO;
	ck_assert_int_eq(ax_bus_register(&bus, &probe->dev), AX_OK);
}
END_TEST

START_TEST(malformed_devices_are_refused)
{
	struct probe *empty = probe_at(AX_BUS_MMIO, 0x1000, 0), *kind = probe_at(AX_BUS_KINDS, 0x1000, 1),
		     *many = probe_at(AX_BUS_MMIO, 0x1000, 1);

	many->dev.resource_count = AX_DEVICE_MAX_RESOURCES + 1;
	ck_assert_int_eq(ax_bus_register(&bus, &empty->dev), AX_EINVAL);
	ck_assert_int_eq(ax_bus_register(&bus, &kind->dev), AX_EINVAL);
	ck_assert_int_eq(ax_bus_register(&bus, &many->dev), AX_EINVAL);
	ck_assert_uint_eq(bus.device_count, 0);
}
END_TEST

START_TEST(a_sealed_bus_takes_nobody)
{
	struct probe *probe = probe_at(AX_BUS_MMIO, 0x1000, 1);

	ax_bus_seal(&bus);
	ck_assert_int_eq(ax_bus_register(&bus, &probe->dev), AX_ESTATE);
	ck_assert_int_eq(get(AX_BUS_MMIO, 0x1000, 1), AX_ENOENT);
}
END_TEST

START_TEST(a_device_error_is_passed_on)
{
	struct probe *probe = probe_at(AX_BUS_MMIO, 0x1000, 4);

	probe->error = AX_EPERM;
	ck_assert_int_eq(ax_bus_register(&bus, &probe->dev), AX_OK);
	ck_assert_int_eq(get(AX_BUS_MMIO, 0x1000, 4), AX_EPERM);
}
END_TEST

START_TEST(out_of_memory_at_any_allocation_registers_nothing)
{
	for (unsigned nth = 1; nth <= 4; nth++) {
		struct probe *probe = probe_at(AX_BUS_MMIO, 0x1000, 4);

		ax_mock_fail_alloc(nth, false);
		ck_assert_int_eq(ax_bus_register(&bus, &probe->dev), AX_ENOMEM);
		ck_assert_int_eq(get(AX_BUS_MMIO, 0x1000, 4), AX_ENOENT);
		ck_assert_uint_eq(bus.device_count, 0);
		ax_bus_destroy(&bus);
		ck_assert_uint_eq(ax_mock_live_objects(), 0);
	}
	ax_mock_fail_alloc(0, false);
}
END_TEST

START_TEST(devices_are_reset_in_order_and_destroyed_in_reverse)
{
	struct probe *probe[3];

	for (unsigned i = 0; i < 3; i++) {
		probe[i] = probe_at(AX_BUS_MMIO, i * 0x100, 0x100);
		ck_assert_int_eq(ax_bus_register(&bus, &probe[i]->dev), AX_OK);
	}
	ax_bus_reset(&bus);
	ax_bus_destroy(&bus);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(probe[i]->resets, 1);
		ck_assert_ptr_eq(order[i], probe[2 - i]);
	}
	ck_assert_int_eq(get(AX_BUS_MMIO, 0, 1), AX_ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus");
	TCase *tcase = tcase_create("bus");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, an_access_reaches_its_device_with_offset_and_resource);
	tcase_add_test(tcase, each_device_is_found_among_many_registered_in_any_order);
	tcase_add_test(tcase, an_access_may_not_leave_its_resource);
	tcase_add_test(tcase, a_wide_system_register_is_one_id);
	tcase_add_test(tcase, the_last_byte_of_the_address_space_can_be_a_device);
	tcase_add_test(tcase, overlaps_are_refused_and_leave_no_trace);
	tcase_add_test(tcase, a_device_may_not_overlap_itself);
	tcase_add_test(tcase, malformed_devices_are_refused);
	tcase_add_test(tcase, a_sealed_bus_takes_nobody);
	tcase_add_test(tcase, a_device_error_is_passed_on);
	tcase_add_test(tcase, out_of_memory_at_any_allocation_registers_nothing);
	tcase_add_test(tcase, devices_are_reset_in_order_and_destroyed_in_reverse);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
