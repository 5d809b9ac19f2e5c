/* SPDX-License-Identifier: Apache-2.0 */
/* The GICv3 model as an object: creation, reset, and the saved form. */
#include "fake_cpu.h"

#include <ax/err.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define CPUS 3u
#define SPIS 64u

static struct fake_vm vm;

static void set_up(void)
{
	fake_vm_create(&vm, CPUS, SPIS);
}

static void tear_down(void)
{
	fake_vm_destroy(&vm);
}

/* ---- creation ---- */

static int create(unsigned vcpus, unsigned spis, uint64_t dist, uint64_t redist, const uint64_t *hw_id)
{
	struct ax_vgicv3_config config = {"gic", dist, redist, vcpus, hw_id, spis, &fake_port, &vm};
	struct ax_device *dev = NULL;
	struct ax_irqchip *chip;
	int err = ax_vgicv3_create(&config, &dev, &chip);

	if (!err) {
		dev->ops->destroy(dev);
	}
	return err;
}

START_TEST(configurations_that_cannot_be_are_refused)
{
	static const uint64_t id[] = {0, 1}, same[] = {0x80000001, 1};
	uint64_t many[AX_VGICV3_MAX_VCPUS + 1];

	for (unsigned i = 0; i < AX_ARRAY_SIZE(many); i++) {
		many[i] = i;
	}
	ck_assert_int_eq(create(2, 32, 0, 0x100000, id), AX_OK);
	ck_assert_int_eq(create(AX_VGICV3_MAX_VCPUS, AX_VGICV3_MAX_SPIS, 0, 0x100000, many), AX_OK);
	ck_assert_int_eq(create(AX_VGICV3_MAX_VCPUS + 1, 32, 0, 0x100000, many), AX_EINVAL);
	ck_assert_int_eq(create(0, 32, 0, 0x100000, id), AX_EINVAL);
	ck_assert_int_eq(create(2, 0, 0, 0x100000, id), AX_EINVAL);
	ck_assert_int_eq(create(2, 33, 0, 0x100000, id), AX_EINVAL);
	ck_assert_int_eq(create(2, 992, 0, 0x100000, id), AX_EINVAL);
	ck_assert_int_eq(create(2, 32, 0, 0x100000, same), AX_EINVAL);
	ck_assert_int_eq(create(2, 32, ~0ull - 0xfffe, 0x100000, id), AX_EINVAL);
	ck_assert_int_eq(create(2, 32, 0, ~0ull - 0x3fffe, id), AX_EINVAL);
	ck_assert_int_eq(create(2, 32, ~0ull - 0xffff, ~0ull - 0x3ffff, id), AX_OK);
}
END_TEST

START_TEST(out_of_memory_at_any_allocation_leaves_nothing)
{
	static const uint64_t id[] = {0, 1};
	size_t before = ax_mock_live_objects();

	for (unsigned nth = 1; nth <= 4; nth++) {
		ax_mock_fail_alloc(nth, false);
		ck_assert_int_eq(create(2, 32, 0, 0x100000, id), AX_ENOMEM);
		ck_assert_uint_eq(ax_mock_live_objects(), before);
	}
	ax_mock_fail_alloc(0, false);
}
END_TEST

START_TEST(the_last_interrupts_of_the_largest_model_exist_and_no_more)
{
	fake_vm_destroy(&vm);
	fake_vm_create(&vm, 1, AX_VGICV3_MAX_SPIS);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_TYPER) & 31, 31);
	for (uint32_t base = AX_GICD_IGROUPR; base <= AX_GICD_ICACTIVER; base += 0x80) {
		dist_write(&vm, base + 31 * 4, ~0u);
		ck_assert_uint_eq(dist_read(&vm, base + 31 * 4) & 0xf0000000, 0);
	}
	dist_write(&vm, AX_GICD_IPRIORITYR + 1020, ~0u);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_IPRIORITYR + 1020), 0);
	dist_write(&vm, AX_GICD_IPRIORITYR + 1016, ~0u);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_IPRIORITYR + 1016), 0xf8f8f8f8);
	fake_write(&vm, 0, 0, AX_GICD_IROUTER + 8 * 1019, 8, 5);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, AX_GICD_IROUTER + 8 * 1019, 8), 5);
	set_line(&vm, 0, 1019, true);
	set_line(&vm, 0, 1020, true);
	set_line(&vm, 0, ~0u, true);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISPENDR + 31 * 4), 0x08000000);
}
END_TEST

/* ---- saved form ---- */

static void scramble(void)
{
	fake_enable_all(&vm, CPUS, SPIS);
	fake_write(&vm, 0, 1, AX_GICR_WAKER, 4, 0);
	fake_write(&vm, 0, 0, AX_GICD_IROUTER_SPI + 8, 8, 2);
	dist_write(&vm, AX_GICD_ICFGR + 8, 0x8);
	dist_write(&vm, AX_GICD_IPRIORITYR + 36, 0x10203040);
	set_line(&vm, 0, 33, true);
	set_line(&vm, 1, 20, true);
	send_sgi(&vm, 0, 5 << 24 | 2);
	fake_enter(&vm, 2);
	fake_enter(&vm, 1);
	fake_ack(&vm, 1);
	fake_exit(&vm, 1);
}

START_TEST(a_saved_state_restores_the_same)
{
	uint8_t saved[4096], again[4096];
	long size;

	scramble();
	size = vm.dev->ops->save(vm.dev, saved, sizeof(saved));
	ck_assert_int_gt(size, 0);
	ck_assert_int_eq(vm.dev->ops->save(vm.dev, again, (size_t)size - 1), AX_ENOSPC);
	vm.dev->ops->reset(vm.dev);
	ck_assert_uint_eq(fake_used(&vm, 1) + fake_used(&vm, 2), 0);
	ck_assert_int_eq(vm.dev->ops->restore(vm.dev, saved, (size_t)size), AX_OK);
	ck_assert_int_eq(vm.dev->ops->save(vm.dev, again, sizeof(again)), size);
	ck_assert_mem_eq(saved, again, (size_t)size);
	fake_enter(&vm, 2);
	ck_assert_ptr_nonnull(fake_find(&vm, 2, 33));
	fake_enter(&vm, 1);
	ck_assert(fake_find(&vm, 1, 5)->active);
	ck_assert(fake_find(&vm, 1, 20)->pending);
}
END_TEST

START_TEST(a_damaged_state_is_refused_or_harmless)
{
	uint8_t saved[4096], bad[4096];
	long size;

	scramble();
	size = vm.dev->ops->save(vm.dev, saved, sizeof(saved));
	ck_assert_int_eq(vm.dev->ops->restore(vm.dev, saved, (size_t)size - 1), AX_EFORMAT);
	for (size_t i = 0; i < (size_t)size; i++) {
		memcpy(bad, saved, (size_t)size);
		bad[i] ^= 0xff;
		if (vm.dev->ops->restore(vm.dev, bad, (size_t)size) != AX_OK) {
			ck_assert_uint_eq(dist_read(&vm, AX_GICD_CTLR), 0x50);
		}
		for (unsigned cpu = 0; cpu < CPUS; cpu++) {
			fake_enter(&vm, cpu);
			fake_ack(&vm, cpu);
			fake_exit(&vm, cpu);
		}
	}
}
END_TEST

START_TEST(a_reset_forgets_everything_but_the_lines)
{
	scramble();
	vm.dev->ops->reset(vm.dev);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_CTLR), 0x50);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISPENDR + 4), 2);
	ck_assert_uint_eq(sgi_base_read(&vm, 1, AX_GICR_ISPENDR0), AX_BIT(20));
	set_line(&vm, 0, 33, false);
	set_line(&vm, 1, 20, false);
	for (uint64_t offset = AX_GICD_IGROUPR; offset < AX_GICD_ID_FIRST; offset += 4) {
		ck_assert_uint_eq(dist_read(&vm, offset), 0);
	}
	for (uint64_t offset = AX_GICR_IGROUPR0; offset < AX_GICR_ICFGR0; offset += 4) {
		ck_assert_uint_eq(sgi_base_read(&vm, 1, offset), 0);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vgicv3 state");
	TCase *tcase = tcase_create("state");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, configurations_that_cannot_be_are_refused);
	tcase_add_test(tcase, out_of_memory_at_any_allocation_leaves_nothing);
	tcase_add_test(tcase, the_last_interrupts_of_the_largest_model_exist_and_no_more);
	tcase_add_test(tcase, a_saved_state_restores_the_same);
	tcase_add_test(tcase, a_damaged_state_is_refused_or_harmless);
	tcase_add_test(tcase, a_reset_forgets_everything_but_the_lines);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
