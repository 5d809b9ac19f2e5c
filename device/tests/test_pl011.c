/* SPDX-License-Identifier: Apache-2.0 */
/* The PL011 model: each register, the FIFO, the interrupt line, and the console behind it. */
#include <ax/device/pl011.h>
#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define DR 0x00u
#define RSR 0x04u
#define FR 0x18u
#define ILPR 0x20u
#define IBRD 0x24u
#define FBRD 0x28u
#define LCR_H 0x2cu
#define CR 0x30u
#define IFLS 0x34u
#define IMSC 0x38u
#define RIS 0x3cu
#define MIS 0x40u
#define ICR 0x44u
#define DMACR 0x48u

#define RXFE AX_BIT(4)
#define RXFF AX_BIT(6)
#define FEN AX_BIT(4)
#define LBE AX_BIT(7)
#define RXI AX_BIT(4)
#define TXI AX_BIT(5)
#define RTI AX_BIT(6)
#define OEI AX_BIT(10)

static struct ax_serial *serial;
static uint8_t sent[256];
static size_t sent_count;
static unsigned rooms, edges;
static bool line, push_on_room;

static void sink_write(void *ctx, const uint8_t *text, size_t size)
{
	(void)ctx;
	ck_assert_uint_eq(ax_mock_locks_held(), 0);
	for (size_t i = 0; i < size; i++) {
		sent[sent_count++ % sizeof(sent)] = text[i];
	}
}

static void sink_room(void *ctx)
{
	(void)ctx;
	ck_assert_uint_eq(ax_mock_locks_held(), 0);
	rooms++;
	if (push_on_room) {
		serial->input(serial, (const uint8_t *)"more", 4);
	}
}

static void set_line(struct ax_irqchip *chip, unsigned intid, unsigned vcpu, bool level)
{
	(void)chip;
	ck_assert_uint_eq(intid, 33);
	ck_assert_uint_eq(vcpu, 0);
	ck_assert(level != line);
	line = level;
	edges++;
}

static const struct ax_irqchip_ops chip_ops = {.set_line = set_line};
static struct ax_irqchip chip = {.ops = &chip_ops};

static int access_uart(uint64_t offset, unsigned width, bool write, uint64_t *data)
{
	struct ax_access access = {.offset = offset, .width = (uint8_t)width, .write = write, .data = *data};
	int err = write ? serial->dev.ops->write(&serial->dev, &access) : serial->dev.ops->read(&serial->dev, &access);

	*data = access.data;
	return err;
}

static uint32_t get(uint64_t offset)
{
	uint64_t data = 0;

	ck_assert_int_eq(access_uart(offset, 4, false, &data), AX_OK);
	return (uint32_t)data;
}

static void put(uint64_t offset, uint32_t value)
{
	uint64_t data = value;

	ck_assert_int_eq(access_uart(offset, 4, true, &data), AX_OK);
}

static size_t type(const char *text)
{
	return serial->input(serial, (const uint8_t *)text, strlen(text));
}

static void set_up(void)
{
	struct ax_irq_line irq = {&chip, 33, 0};
	struct ax_serial_sink sink = {.write = sink_write, .room = sink_room};

	ax_mock_reset();
	sent_count = 0;
	rooms = edges = 0;
	line = push_on_room = false;
	ck_assert_int_eq(ax_pl011_create("uart", 0x9000000, AX_PL011_SIZE, irq, sink, &serial), AX_OK);
}

static void tear_down(void)
{
	serial->dev.ops->destroy(&serial->dev);
	ax_mock_check_clean();
}

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
	Suite *suite = suite_create("pl011");
	TCase *tcase = tcase_create("pl011");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, registers_have_their_reset_values);
	tcase_add_test(tcase, registers_keep_the_bits_they_have);
	tcase_add_test(tcase, the_identification_is_that_of_an_r1p5);
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
