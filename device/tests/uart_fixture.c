/* SPDX-License-Identifier: Apache-2.0 */
/* A PL011 under test: its sink, its line, and the guest's accesses. */
#include "uart_fixture.h"

#include <check.h>
#include <string.h>

struct ax_serial *serial;
uint8_t sent[256];
size_t sent_count;
unsigned rooms, edges;
bool line, push_on_room;

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

int access_uart(uint64_t offset, unsigned width, bool write, uint64_t *data)
{
	struct ax_access access = {.offset = offset, .width = (uint8_t)width, .write = write, .data = *data};
	int err = write ? serial->dev.ops->write(&serial->dev, &access) : serial->dev.ops->read(&serial->dev, &access);

	*data = access.data;
	return err;
}

uint32_t get(uint64_t offset)
{
	uint64_t data = 0;

	ck_assert_int_eq(access_uart(offset, 4, false, &data), AX_OK);
	return (uint32_t)data;
}

void put(uint64_t offset, uint32_t value)
{
	uint64_t data = value;

	ck_assert_int_eq(access_uart(offset, 4, true, &data), AX_OK);
}

size_t type(const char *text)
{
	return serial->input(serial, (const uint8_t *)text, strlen(text));
}

void set_up(void)
{
	struct ax_irq_line irq = {&chip, 33, 0};
	struct ax_serial_sink sink = {.write = sink_write, .room = sink_room};

	ax_mock_reset();
	sent_count = 0;
	rooms = edges = 0;
	line = push_on_room = false;
	ck_assert_int_eq(ax_pl011_create("uart", 0x9000000, AX_PL011_SIZE, irq, sink, &serial), AX_OK);
}

void tear_down(void)
{
	serial->dev.ops->destroy(&serial->dev);
	ax_mock_check_clean();
}
