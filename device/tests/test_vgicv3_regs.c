/* SPDX-License-Identifier: Apache-2.0 */
/* The GICv3 model's registers: reset values, what can be written, widths and borders. */
#include "fake_cpu.h"

#include <ax/err.h>
#include <check.h>
#include <stdlib.h>

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
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
