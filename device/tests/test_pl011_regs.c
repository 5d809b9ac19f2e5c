/* SPDX-License-Identifier: Apache-2.0 */
/* The PL011 model's registers, widths, saved form and creation. */
#include "uart_fixture.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(registers_have_their_reset_values)
{
	static const struct {
		uint32_t offset, value;
	} expected[] = {{DR, 0},     {RSR, 0},     {FR, 0x97}, {ILPR, 0}, {IBRD, 0}, {FBRD, 0}, {LCR_H, 0},
			{CR, 0x300}, {IFLS, 0x12}, {IMSC, 0},  {RIS, 0},  {MIS, 0},  {ICR, 0},  {DMACR, 0},
			{0x08, 0},   {0x14, 0},    {0x1c, 0},  {0x4c, 0}, {0xfdc, 0}};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(expected); i++) {
		ck_assert_uint_eq(get(expected[i].offset), expected[i].value);
	}
	for (unsigned i = 0; i < AX_ARRAY_SIZE(expected); i++) {
		if (expected[i].offset != DR) {
			put(expected[i].offset, ~0u);
		}
	}
	serial->dev.ops->reset(&serial->dev);
	for (unsigned i = 0; i < AX_ARRAY_SIZE(expected); i++) {
		ck_assert_uint_eq(get(expected[i].offset), expected[i].value);
	}
}
END_TEST

START_TEST(registers_keep_the_bits_they_have)
{
	static const struct {
		uint32_t offset, value;
	} expected[] = {{RSR, 0},     {ILPR, 0xff}, {IBRD, 0xffff}, {FBRD, 0x3f}, {LCR_H, 0xff},
			{CR, 0xff87}, {IFLS, 0x3f}, {IMSC, 0x7ff},  {RIS, 0},     {MIS, 0},
			{ICR, 0},     {DMACR, 7},   {0x4c, 0},      {0x80, 0},    {0xffc, 0xb1}};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(expected); i++) {
		put(expected[i].offset, ~0u);
		ck_assert_uint_eq(get(expected[i].offset), expected[i].value);
	}
}
END_TEST

START_TEST(the_identification_is_that_of_an_r1p5)
{
	uint64_t id = 0;

	for (unsigned i = 0; i < 8; i++) {
		id |= (uint64_t)get(0xfe0 + i * 4) << (i * 8);
	}
	ck_assert_uint_eq(id, 0xb105f00d00341011ull);
}
END_TEST

START_TEST(narrow_accesses_see_the_lanes_of_the_word)
{
	uint64_t data = 0;

	put(IBRD, 0x1234);
	ck_assert_int_eq(access_uart(IBRD, 1, false, &data), AX_OK);
	ck_assert_uint_eq(data, 0x34);
	ck_assert_int_eq(access_uart(IBRD + 1, 1, false, &data), AX_OK);
	ck_assert_uint_eq(data, 0x12);
	ck_assert_int_eq(access_uart(IBRD + 2, 2, false, &data), AX_OK);
	ck_assert_uint_eq(data, 0);
	data = 'z';
	ck_assert_int_eq(access_uart(DR, 1, true, &data), AX_OK);
	ck_assert_int_eq(access_uart(DR, 2, true, &data), AX_OK);
	ck_assert_uint_eq(sent_count, 2);
	data = 0x56;
	ck_assert_int_eq(access_uart(IBRD + 1, 1, true, &data), AX_OK);
	ck_assert_uint_eq(get(IBRD), 0x5600);
}
END_TEST

START_TEST(accesses_the_bus_cannot_do_are_errors)
{
	uint64_t data = 0;

	for (unsigned write = 0; write < 2; write++) {
		ck_assert_int_eq(access_uart(DR, 8, write, &data), AX_EINVAL);
		ck_assert_int_eq(access_uart(DR, 0, write, &data), AX_EINVAL);
		ck_assert_int_eq(access_uart(DR, 3, write, &data), AX_EINVAL);
		ck_assert_int_eq(access_uart(DR + 2, 4, write, &data), AX_EINVAL);
		ck_assert_int_eq(access_uart(DR + 3, 2, write, &data), AX_EINVAL);
	}
	ck_assert_uint_eq(sent_count, 0);
}
END_TEST

START_TEST(every_offset_and_width_is_answered)
{
	for (uint64_t offset = 0; offset < AX_PL011_SIZE; offset++) {
		for (unsigned width = 1; width <= 8; width *= 2) {
			uint64_t data = ~0ull;
			int err = access_uart(offset, width, false, &data);

			ck_assert(err == AX_OK || err == AX_EINVAL);
			ck_assert(err || width == 8 || data <= AX_MASK(width * 8 - 1, 0));
			data = ~0ull;
			err = access_uart(offset, width, true, &data);
			ck_assert(err == AX_OK || err == AX_EINVAL);
		}
	}
}
END_TEST

START_TEST(a_saved_state_restores_the_same)
{
	uint8_t saved[512], again[512];
	long size;

	put(LCR_H, FEN);
	put(IMSC, RTI);
	put(IBRD, 77);
	type("abc");
	get(DR);
	size = serial->dev.ops->save(&serial->dev, saved, sizeof(saved));
	ck_assert_int_gt(size, 0);
	ck_assert_int_eq(serial->dev.ops->save(&serial->dev, again, (size_t)size - 1), AX_ENOSPC);
	serial->dev.ops->reset(&serial->dev);
	ck_assert(!line);
	ck_assert_int_eq(serial->dev.ops->restore(&serial->dev, saved, (size_t)size), AX_OK);
	ck_assert(line);
	ck_assert_int_eq(serial->dev.ops->save(&serial->dev, again, sizeof(again)), size);
	ck_assert_mem_eq(saved, again, (size_t)size);
	ck_assert_uint_eq(get(IBRD), 77);
	ck_assert_uint_eq(get(DR), 'b');
	ck_assert_uint_eq(get(DR), 'c');
	ck_assert(!line);
}
END_TEST

START_TEST(a_damaged_state_is_refused_or_harmless)
{
	uint8_t saved[512], bad[512];
	long size = serial->dev.ops->save(&serial->dev, saved, sizeof(saved));

	ck_assert_int_eq(serial->dev.ops->restore(&serial->dev, saved, (size_t)size - 1), AX_EFORMAT);
	ck_assert_int_eq(serial->dev.ops->restore(&serial->dev, saved, 0), AX_EFORMAT);
	for (size_t i = 0; i < (size_t)size; i++) {
		memcpy(bad, saved, (size_t)size);
		bad[i] = 0xff;
		if (serial->dev.ops->restore(&serial->dev, bad, (size_t)size) != AX_OK) {
			ck_assert_uint_eq(get(CR), 0x300);
		}
		type("0123456789012345678901234567890123456789");
		for (unsigned n = 0; n < 40; n++) {
			get(DR);
		}
	}
}
END_TEST

START_TEST(a_uart_without_line_or_sink_works)
{
	struct ax_irq_line nowhere = {0};
	struct ax_serial_sink deaf = {0};
	struct ax_serial *old = serial;

	ck_assert_int_eq(ax_pl011_create("mute", 0, AX_PL011_SIZE, nowhere, deaf, &serial), AX_OK);
	put(IMSC, ~0u);
	put(DR, 'x');
	type("xx");
	get(DR);
	serial->dev.ops->destroy(&serial->dev);
	serial = old;
}
END_TEST

START_TEST(bad_regions_and_no_memory_are_refused)
{
	struct ax_irq_line nowhere = {0};
	struct ax_serial_sink deaf = {0};
	struct ax_serial *out = NULL;

	ck_assert_int_eq(ax_pl011_create("u", 0, 0xfff, nowhere, deaf, &out), AX_EINVAL);
	ck_assert_int_eq(ax_pl011_create("u", ~0ull - 0xffe, 0x1000, nowhere, deaf, &out), AX_EINVAL);
	ax_mock_fail_alloc(1, false);
	ck_assert_int_eq(ax_pl011_create("u", 0, 0x1000, nowhere, deaf, &out), AX_ENOMEM);
	ck_assert_ptr_null(out);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pl011 registers");
	TCase *tcase = tcase_create("registers");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, registers_have_their_reset_values);
	tcase_add_test(tcase, registers_keep_the_bits_they_have);
	tcase_add_test(tcase, the_identification_is_that_of_an_r1p5);
	tcase_add_test(tcase, narrow_accesses_see_the_lanes_of_the_word);
	tcase_add_test(tcase, accesses_the_bus_cannot_do_are_errors);
	tcase_add_test(tcase, every_offset_and_width_is_answered);
	tcase_add_test(tcase, a_saved_state_restores_the_same);
	tcase_add_test(tcase, a_damaged_state_is_refused_or_harmless);
	tcase_add_test(tcase, a_uart_without_line_or_sink_works);
	tcase_add_test(tcase, bad_regions_and_no_memory_are_refused);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
