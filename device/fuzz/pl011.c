/* SPDX-License-Identifier: Apache-2.0 */
/* Any access and any input against the PL011 model, whose console pushes on when it is told there is room. */
#include <ax/device/pl011.h>
#include <ax/mock.h>
#include <string.h>

#define MAX_STEPS 4096u

struct step {
	uint8_t op, width;
	uint16_t offset;
	uint32_t value;
};

static struct ax_serial *serial;
static bool line;

static void sink_write(void *ctx, const uint8_t *text, size_t size)
{
	(void)ctx;
	AX_ASSERT(text && size == 1 && ax_mock_locks_held() == 0);
}

static void sink_room(void *ctx)
{
	(void)ctx;
	AX_ASSERT(ax_mock_locks_held() == 0);
	AX_ASSERT(serial->input(serial, (const uint8_t *)"0123456789abcdef0123456789abcdef!", 33) > 0);
}

/* A line is told of changes only. */
static void set_line(struct ax_irqchip *chip, unsigned intid, unsigned vcpu, bool level)
{
	(void)chip;
	AX_ASSERT(intid == 33 && vcpu == 0 && level != line);
	line = level;
}

static const struct ax_irqchip_ops chip_ops = {.set_line = set_line};

static void access_step(const struct step *s, bool write)
{
	struct ax_access access = {
		.offset = s->offset % AX_PL011_SIZE, .data = s->value, .width = (uint8_t)(1u << (s->width & 3))};

	access.write = write;
	if (access.offset + access.width > AX_PL011_SIZE) {
		return;
	}
	if (write) {
		serial->dev.ops->write(&serial->dev, &access);
	} else if (serial->dev.ops->read(&serial->dev, &access) == AX_OK) {
		AX_ASSERT(access.data <= AX_MASK(access.width * 8u - 1, 0));
	}
}

static void save_and_restore(const struct step *s)
{
	uint8_t blob[512];
	long size = serial->dev.ops->save(&serial->dev, blob, sizeof(blob));

	AX_ASSERT(size > 0);
	blob[s->offset % (unsigned long)size] ^= (uint8_t)s->value;
	(void)serial->dev.ops->restore(&serial->dev, blob, (size_t)size);
}

static void run(const struct step *s)
{
	switch (s->op % 8) {
	case 0:
	case 1:
	case 2:
		access_step(s, true);
		break;
	case 3:
	case 4:
		access_step(s, false);
		break;
	case 5:
	case 6:
		serial->input(serial, (const uint8_t *)&s->value, s->width % 5u);
		break;
	default:
		save_and_restore(s);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ax_irqchip chip = {.ops = &chip_ops};
	struct ax_irq_line irq = {&chip, 33, 0};
	struct ax_serial_sink sink = {.write = sink_write, .room = sink_room};
	size_t steps = AX_MIN(size / sizeof(struct step), MAX_STEPS);

	ax_mock_reset();
	line = false;
	AX_ASSERT(ax_pl011_create("uart", 0x9000000, AX_PL011_SIZE, irq, sink, &serial) == AX_OK);
	for (size_t i = 0; i < steps; i++) {
		struct step step;

		memcpy(&step, data + i * sizeof(step), sizeof(step));
		run(&step);
	}
	serial->dev.ops->destroy(&serial->dev);
	ax_mock_check_clean();
	return 0;
}
