/* SPDX-License-Identifier: Apache-2.0 */
/* The PL011 model at work: characters, FIFO, interrupts, loop-back, and the console behind it. */
#include "uart_fixture.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(what_the_guest_sends_reaches_the_sink)
{
	put(DR, 'h');
	put(DR, 0xf00 | 'i');
	ck_assert_uint_eq(sent_count, 2);
	ck_assert_mem_eq(sent, "hi", 2);
	ck_assert_uint_eq(get(FR), 0x97);
}
END_TEST

START_TEST(the_transmit_interrupt_follows_a_character_and_can_be_cleared)
{
	put(IMSC, TXI);
	ck_assert(!line);
	put(DR, 'a');
	ck_assert(line);
	ck_assert_uint_eq(get(MIS), TXI);
	put(ICR, TXI);
	ck_assert(!line);
	ck_assert_uint_eq(get(RIS), 0);
	put(DR, 'b');
	ck_assert(line);
	put(IMSC, 0);
	ck_assert(!line);
	ck_assert_uint_eq(get(RIS), TXI);
	ck_assert_uint_eq(get(MIS), 0);
}
END_TEST

START_TEST(typed_text_is_read_in_order)
{
	put(LCR_H, FEN);
	ck_assert_uint_eq(type("hello"), 5);
	ck_assert_uint_eq(get(FR) & (RXFE | RXFF), 0);
	for (const char *c = "hello"; *c; c++) {
		ck_assert_uint_eq(get(DR), *c);
	}
	ck_assert_uint_eq(get(FR) & RXFE, RXFE);
	ck_assert_uint_eq(get(DR), 0);
}
END_TEST

START_TEST(without_fifo_one_character_is_held)
{
	ck_assert_uint_eq(type("ab"), 1);
	ck_assert_uint_eq(get(FR) & (RXFE | RXFF), RXFF);
	ck_assert_uint_eq(get(RIS), RXI | RTI);
	ck_assert_uint_eq(get(DR), 'a');
	ck_assert_uint_eq(get(RIS), 0);
	ck_assert_uint_eq(rooms, 1);
	ck_assert_uint_eq(type("b"), 1);
	ck_assert_uint_eq(get(DR), 'b');
}
END_TEST

START_TEST(the_receive_interrupt_obeys_the_trigger_level)
{
	static const unsigned level[] = {4, 8, 16, 24, 28};

	put(LCR_H, FEN);
	for (unsigned i = 0; i < AX_ARRAY_SIZE(level); i++) {
		put(IFLS, i << 3);
		for (unsigned n = 1; n < level[i]; n++) {
			type("x");
			ck_assert_uint_eq(get(RIS), RTI);
		}
		type("x");
		ck_assert_uint_eq(get(RIS), RXI | RTI);
		get(DR);
		ck_assert_uint_eq(get(RIS), RTI);
		while (!(get(FR) & RXFE)) {
			get(DR);
		}
		ck_assert_uint_eq(get(RIS), 0);
	}
}
END_TEST

START_TEST(a_lower_trigger_level_takes_effect_at_once)
{
	put(LCR_H, FEN);
	put(IMSC, RXI);
	type("12345678");
	ck_assert(!line);
	put(IFLS, 1 << 3);
	ck_assert(line);
	put(IFLS, 2 << 3);
	ck_assert(!line);
}
END_TEST

START_TEST(the_line_moves_only_when_it_changes)
{
	put(LCR_H, FEN);
	put(IMSC, RTI | RXI);
	type("a");
	type("b");
	get(DR);
	ck_assert_uint_eq(edges, 1);
	ck_assert(line);
	get(DR);
	ck_assert_uint_eq(edges, 2);
	type("c");
	put(ICR, RTI);
	ck_assert(!line);
	serial->dev.ops->reset(&serial->dev);
	ck_assert_uint_eq(edges, 4);
}
END_TEST

START_TEST(a_flood_is_refused_not_lost)
{
	uint8_t text[100];
	size_t done = 0, got = 0;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = (uint8_t)i;
	}
	put(LCR_H, FEN);
	while (got < sizeof(text)) {
		unsigned before = rooms;
		size_t taken = serial->input(serial, text + done, sizeof(text) - done);

		ck_assert_uint_le(taken, 32);
		done += taken;
		ck_assert_uint_eq(get(FR) & RXFF, taken == 32 ? RXFF : 0);
		while (!(get(FR) & RXFE)) {
			ck_assert_uint_eq(get(DR), got++);
		}
		ck_assert_uint_eq(rooms - before, done < sizeof(text) ? 1 : 0);
	}
	ck_assert_uint_eq(get(RSR), 0);
	ck_assert_uint_eq(get(RIS) & OEI, 0);
}
END_TEST

START_TEST(the_console_may_push_from_the_room_callback)
{
	put(LCR_H, FEN);
	put(IMSC, RTI);
	ck_assert_uint_eq(type("0123456789abcdef0123456789abcdefX"), 32);
	push_on_room = true;
	for (unsigned i = 0; i < 32; i++) {
		get(DR);
	}
	ck_assert_uint_eq(rooms, 1);
	ck_assert(line);
	for (const char *c = "more"; *c; c++) {
		ck_assert_uint_eq(get(DR), *c);
	}
	ck_assert(!line);
	ck_assert_uint_eq(rooms, 1);
}
END_TEST

START_TEST(a_receiver_that_is_off_takes_nothing_until_it_is_on)
{
	put(CR, 0x101);
	ck_assert_uint_eq(type("a"), 0);
	ck_assert_uint_eq(rooms, 0);
	put(CR, 0x301);
	ck_assert_uint_eq(rooms, 1);
	ck_assert_uint_eq(type("a"), 1);
}
END_TEST

START_TEST(turning_the_fifo_on_or_off_empties_it)
{
	put(LCR_H, FEN);
	type("abc");
	put(LCR_H, FEN | 0x60);
	ck_assert_uint_eq(get(FR) & RXFE, 0);
	put(LCR_H, 0x60);
	ck_assert_uint_eq(get(FR) & RXFE, RXFE);
	ck_assert_uint_eq(get(RIS), 0);
}
END_TEST

START_TEST(loop_back_overruns_when_nobody_reads)
{
	put(CR, 0x381);
	put(IMSC, OEI);
	put(DR, 'a');
	ck_assert(!line);
	put(DR, 'b');
	ck_assert(line);
	ck_assert_uint_eq(get(RSR), AX_BIT(3));
	ck_assert_uint_eq(get(DR), 'a');
	put(DR, 'c');
	ck_assert_uint_eq(get(DR), AX_BIT(11) | 'c');
	put(DR, 'd');
	ck_assert_uint_eq(get(DR), 'd');
	ck_assert_uint_eq(sent_count, 0);
	put(RSR, 0);
	ck_assert_uint_eq(get(RSR), 0);
	put(ICR, OEI);
	ck_assert(!line);
}
END_TEST

START_TEST(loop_back_ties_the_modem_lines)
{
	put(CR, LBE);
	ck_assert_uint_eq(get(FR), 0x90);
	put(CR, LBE | 0x3c00);
	ck_assert_uint_eq(get(FR), 0x197);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pl011 work");
	TCase *tcase = tcase_create("work");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, what_the_guest_sends_reaches_the_sink);
	tcase_add_test(tcase, the_transmit_interrupt_follows_a_character_and_can_be_cleared);
	tcase_add_test(tcase, typed_text_is_read_in_order);
	tcase_add_test(tcase, without_fifo_one_character_is_held);
	tcase_add_test(tcase, the_receive_interrupt_obeys_the_trigger_level);
	tcase_add_test(tcase, a_lower_trigger_level_takes_effect_at_once);
	tcase_add_test(tcase, the_line_moves_only_when_it_changes);
	tcase_add_test(tcase, a_flood_is_refused_not_lost);
	tcase_add_test(tcase, the_console_may_push_from_the_room_callback);
	tcase_add_test(tcase, a_receiver_that_is_off_takes_nothing_until_it_is_on);
	tcase_add_test(tcase, turning_the_fifo_on_or_off_empties_it);
	tcase_add_test(tcase, loop_back_overruns_when_nobody_reads);
	tcase_add_test(tcase, loop_back_ties_the_modem_lines);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
