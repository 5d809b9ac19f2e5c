/* SPDX-License-Identifier: Apache-2.0 */
/* The GICv3 model's registers: reset values, what can be written, widths, borders, and the saved form. */
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

START_TEST(the_distributor_resets_as_hardware_does)
{
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_CTLR), AX_GICD_CTLR_ARE | AX_GICD_CTLR_DS);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_TYPER), SPIS / 32 | 9 << 19 | AX_GICD_TYPER_A3V | AX_GICD_TYPER_RSS);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_IIDR) & 0xfff, AX_GIC_IMPLEMENTER_ARM);
	ck_assert_uint_eq(AX_GIC_PIDR2_ARCHREV_GET(dist_read(&vm, AX_GICD_PIDR2)), AX_GIC_ARCHREV_V3);
	for (uint64_t offset = AX_GICD_IGROUPR; offset < AX_GICD_ID_FIRST; offset += 4) {
		ck_assert_uint_eq(dist_read(&vm, offset), 0);
	}
}
END_TEST

START_TEST(a_redistributor_resets_as_hardware_does)
{
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		uint64_t rd = cpu * AX_GICR_SIZE;
		uint64_t typer = AX_GICR_TYPER_AFFINITY(cpu) | AX_GICR_TYPER_NUMBER(cpu) |
				 (cpu == CPUS - 1 ? AX_GICR_TYPER_LAST : 0);

		ck_assert_uint_eq(fake_read(&vm, 0, 1, rd + AX_GICR_CTLR, 4), 0);
		ck_assert_uint_eq(fake_read(&vm, 0, 1, rd + AX_GICR_TYPER, 8), typer);
		ck_assert_uint_eq(fake_read(&vm, 0, 1, rd + AX_GICR_TYPER, 4), (uint32_t)typer);
		ck_assert_uint_eq(fake_read(&vm, 0, 1, rd + AX_GICR_TYPER + 4, 4), typer >> 32);
		ck_assert_uint_eq(fake_read(&vm, 0, 1, rd + AX_GICR_WAKER, 4), 6);
		ck_assert_uint_eq(AX_GIC_PIDR2_ARCHREV_GET(fake_read(&vm, 0, 1, rd + AX_GICR_PIDR2, 4)),
				  AX_GIC_ARCHREV_V3);
		for (uint64_t offset = 0; offset < AX_GICR_FRAME; offset += 4) {
			uint32_t expected = offset == AX_GICR_ICFGR0 ? 0xaaaaaaaa : 0;

			ck_assert_uint_eq(sgi_base_read(&vm, cpu, offset), expected);
		}
	}
}
END_TEST

START_TEST(waking_a_redistributor_is_confirmed)
{
	fake_write(&vm, 1, 1, AX_GICR_SIZE + AX_GICR_WAKER, 4, 0);
	ck_assert_uint_eq(fake_read(&vm, 1, 1, AX_GICR_SIZE + AX_GICR_WAKER, 4), 0);
	fake_write(&vm, 1, 1, AX_GICR_SIZE + AX_GICR_WAKER, 4, ~0u);
	ck_assert_uint_eq(fake_read(&vm, 1, 1, AX_GICR_SIZE + AX_GICR_WAKER, 4), 6);
	ck_assert_uint_eq(fake_read(&vm, 1, 1, AX_GICR_WAKER, 4), 6);
}
END_TEST

START_TEST(only_the_group_enables_of_the_control_register_can_be_written)
{
	dist_write(&vm, AX_GICD_CTLR, ~0u);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_CTLR), 0x53);
	dist_write(&vm, AX_GICD_CTLR, 0);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_CTLR), 0x50);
}
END_TEST

START_TEST(set_and_clear_registers_are_two_views_of_one)
{
	static const struct {
		uint32_t set, clear;
	} pair[] = {{AX_GICD_ISENABLER, AX_GICD_ICENABLER},
		    {AX_GICD_ISPENDR, AX_GICD_ICPENDR},
		    {AX_GICD_ISACTIVER, AX_GICD_ICACTIVER}};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(pair); i++) {
		for (unsigned bank = 1; bank <= SPIS / 32; bank++) {
			dist_write(&vm, pair[i].set + bank * 4, 0xf0f0ff00);
			dist_write(&vm, pair[i].set + bank * 4, 0x0000000f);
			dist_write(&vm, pair[i].clear + bank * 4, 0x0000f000);
			ck_assert_uint_eq(dist_read(&vm, pair[i].set + bank * 4), 0xf0f00f0f);
			ck_assert_uint_eq(dist_read(&vm, pair[i].clear + bank * 4), 0xf0f00f0f);
		}
		sgi_base_write(&vm, 2, pair[i].set, 0xffff);
		sgi_base_write(&vm, 2, pair[i].clear, 0x00ff);
		ck_assert_uint_eq(sgi_base_read(&vm, 2, pair[i].clear), 0xff00);
		ck_assert_uint_eq(sgi_base_read(&vm, 1, pair[i].clear), 0);
	}
}
END_TEST

START_TEST(private_interrupts_and_missing_ones_read_as_zero_in_the_distributor)
{
	static const uint32_t base[] = {AX_GICD_IGROUPR, AX_GICD_ISENABLER, AX_GICD_ISPENDR, AX_GICD_ISACTIVER};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(base); i++) {
		for (unsigned bank = 0; bank < 32; bank++) {
			dist_write(&vm, base[i] + bank * 4, ~0u);
			ck_assert_uint_eq(dist_read(&vm, base[i] + bank * 4), bank >= 1 && bank <= SPIS / 32 ? ~0u : 0);
		}
	}
}
END_TEST

START_TEST(priorities_are_bytes_of_five_bits)
{
	dist_write(&vm, AX_GICD_IPRIORITYR + 40, 0xffa58007);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_IPRIORITYR + 40), 0xf8a08000);
	fake_write(&vm, 0, 0, AX_GICD_IPRIORITYR + 41, 1, 0x1f);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, AX_GICD_IPRIORITYR + 41, 1), 0x18);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_IPRIORITYR + 40), 0xf8a01800);
	fake_write(&vm, 0, 0, AX_GICD_IPRIORITYR + 40, 2, 0x5050);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_IPRIORITYR + 40), 0xf8a01800);
	sgi_base_write(&vm, 1, AX_GICR_IPRIORITYR + 28, 0x10203040);
	ck_assert_uint_eq(sgi_base_read(&vm, 1, AX_GICR_IPRIORITYR + 28), 0x10203040);
	dist_write(&vm, AX_GICD_IPRIORITYR, ~0u);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_IPRIORITYR), 0);
}
END_TEST

START_TEST(configuration_keeps_the_upper_bit_and_sgis_are_fixed)
{
	dist_write(&vm, AX_GICD_ICFGR + 8, ~0u);
	dist_write(&vm, AX_GICD_ICFGR + 12, 0x88888888);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ICFGR + 8), 0xaaaaaaaa);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ICFGR + 12), 0x88888888);
	dist_write(&vm, AX_GICD_ICFGR + 8, 0);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ICFGR + 8), 0);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ICFGR + 12), 0x88888888);
	sgi_base_write(&vm, 0, AX_GICR_ICFGR0, 0);
	sgi_base_write(&vm, 0, AX_GICR_ICFGR1, 0x80000000);
	ck_assert_uint_eq(sgi_base_read(&vm, 0, AX_GICR_ICFGR0), 0xaaaaaaaa);
	ck_assert_uint_eq(sgi_base_read(&vm, 0, AX_GICR_ICFGR1), 0x80000000);
}
END_TEST

START_TEST(a_route_is_written_whole_or_in_halves)
{
	uint64_t route = AX_GICD_IROUTER_SPI + 8 * 33;

	fake_write(&vm, 0, 0, route, 8, ~0ull);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, route, 8), AX_GICD_IROUTER_IRM | AX_GICD_IROUTER_AFFINITY);
	fake_write(&vm, 0, 0, route, 4, 0x010203);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, route, 8), 0xff00010203);
	fake_write(&vm, 0, 0, route + 4, 4, 0x44);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, route, 8), 0x4400010203);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, route + 4, 4), 0x44);
	fake_write(&vm, 0, 0, AX_GICD_IROUTER, 8, 1);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, AX_GICD_IROUTER, 8), 0);
	fake_write(&vm, 0, 0, AX_GICD_IROUTER_SPI + 8 * SPIS, 8, 1);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, AX_GICD_IROUTER_SPI + 8 * SPIS, 8), 0);
}
END_TEST

START_TEST(a_width_a_register_does_not_have_does_nothing)
{
	static const unsigned width[] = {1, 2, 8};

	dist_write(&vm, AX_GICD_ISENABLER + 4, 0x80);
	for (unsigned i = 0; i < AX_ARRAY_SIZE(width); i++) {
		fake_write(&vm, 0, 0, AX_GICD_ISENABLER + 8, width[i], ~0ull);
		ck_assert_uint_eq(fake_read(&vm, 0, 0, AX_GICD_ISENABLER + 8, width[i]), 0);
	}
	fake_write(&vm, 0, 0, AX_GICD_ISENABLER + 5, 4, ~0u);
	ck_assert_uint_eq(dist_read(&vm, AX_GICD_ISENABLER + 4), 0x80);
	ck_assert_uint_eq(fake_read(&vm, 0, 0, AX_GICD_ISENABLER + 2, 4), 0);
}
END_TEST

/* Everywhere, with a little guest activity between, so that every write meets interrupts in flight. */
static void every_access(unsigned resource, uint64_t size)
{
	for (uint64_t offset = 0; offset < size; offset++) {
		for (unsigned width = 1; width <= 8; width *= 2) {
			if (offset + width > size) {
				continue;
			}
			fake_write(&vm, offset % CPUS, resource, offset, width, ~0ull << (offset % 7));
			fake_read(&vm, (offset + 1) % CPUS, resource, offset, width);
		}
		fake_enter(&vm, offset % CPUS);
		fake_ack(&vm, offset % CPUS);
		fake_exit(&vm, offset % CPUS);
	}
}

START_TEST(every_offset_and_width_is_answered)
{
	fake_enable_all(&vm, CPUS, SPIS);
	every_access(0, AX_GICD_SIZE);
	every_access(1, CPUS * (uint64_t)AX_GICR_SIZE);
	every_access(0, AX_GICD_SIZE);
}
END_TEST

START_TEST(an_access_by_a_vcpu_that_does_not_exist_is_an_error)
{
	struct ax_access access = {.width = 4, .vcpu = CPUS};

	ck_assert_int_eq(vm.dev->ops->read(vm.dev, &access), AX_EINVAL);
	ck_assert_int_eq(vm.dev->ops->write(vm.dev, &access), AX_EINVAL);
}
END_TEST

START_TEST(the_sgi_registers_are_write_only)
{
	struct ax_access access = {.width = 8, .resource = 2};

	ck_assert_int_eq(vm.dev->ops->read(vm.dev, &access), AX_EINVAL);
}
END_TEST

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
	Suite *suite = suite_create("vgicv3 registers");
	TCase *tcase = tcase_create("registers");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, the_distributor_resets_as_hardware_does);
	tcase_add_test(tcase, a_redistributor_resets_as_hardware_does);
	tcase_add_test(tcase, waking_a_redistributor_is_confirmed);
	tcase_add_test(tcase, only_the_group_enables_of_the_control_register_can_be_written);
	tcase_add_test(tcase, set_and_clear_registers_are_two_views_of_one);
	tcase_add_test(tcase, private_interrupts_and_missing_ones_read_as_zero_in_the_distributor);
	tcase_add_test(tcase, priorities_are_bytes_of_five_bits);
	tcase_add_test(tcase, configuration_keeps_the_upper_bit_and_sgis_are_fixed);
	tcase_add_test(tcase, a_route_is_written_whole_or_in_halves);
	tcase_add_test(tcase, a_width_a_register_does_not_have_does_nothing);
	tcase_add_test(tcase, every_offset_and_width_is_answered);
	tcase_add_test(tcase, an_access_by_a_vcpu_that_does_not_exist_is_an_error);
	tcase_add_test(tcase, the_sgi_registers_are_write_only);
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
