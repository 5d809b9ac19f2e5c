/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PL011 UART (Arm DDI 0183): its bus side, its console side and its interrupt line around the state in pl011_state.c.
 *
 * Locking: `lock` covers everything but the two atomics, which let the frequent accesses, a look at FR and a character
 * sent, go without it. The interrupt line is moved under the lock, so that levels arrive in order; the sink is called
 * without it, because a console may hold a lock of its own when it calls input.
 */
#include "pl011_state.h"

#include <ax/device/pl011.h>
#include <ax/port.h>
#include <stdatomic.h>
#include <string.h>

#define SAVE_MAGIC 0x31316c70u /* "pl11" */
#define SAVE_VERSION 1u

struct pl011_saved {
	uint32_t magic, version;
	struct pl011_state state;
};

struct pl011 {
	struct ax_serial serial;
	struct ax_irq_line irq;
	struct ax_serial_sink sink;
	struct ax_lock lock;
	_Atomic uint32_t flags;  /* FR as it reads */
	_Atomic bool send_plain; /* a character sent changes nothing here */
	bool line;               /* last level given to irq */
	bool refused;            /* the sink is owed a call of room */
	struct pl011_state state;
};

static struct pl011 *of_device(struct ax_device *dev)
{
	return AX_CONTAINER_OF(dev, struct pl011, serial.dev);
}

/*
 * After every change, under the lock: the atomics and the interrupt line follow the state. True: the caller owes the
 * sink a call of room.
 */
static bool settle(struct pl011 *uart)
{
	struct pl011_state *s = &uart->state;
	bool line = (s->reg[PL011_RIS] & s->reg[PL011_IMSC]) != 0;
	bool send_plain = (s->reg[PL011_RIS] & PL011_INT_TX) && !(s->reg[PL011_CR] & PL011_CR_LBE);

	atomic_store_explicit(&uart->flags, pl011_flags(s), memory_order_relaxed);
	atomic_store_explicit(&uart->send_plain, send_plain, memory_order_relaxed);
	if (line != uart->line) {
		uart->line = line;
		ax_irq_line_set(&uart->irq, line);
	}
	if (uart->refused && s->count == 0 && (s->reg[PL011_CR] & PL011_CR_RXE)) {
		uart->refused = false;
		return uart->sink.room != NULL;
	}
	return false;
}

/* The end of an operation: settles, unlocks, and pays what the sink is owed. */
static void finish(struct pl011 *uart, unsigned long irq_state)
{
	bool room = settle(uart);

	ax_port_unlock(&uart->lock, irq_state);
	if (room) {
		uart->sink.room(uart->sink.ctx);
	}
}

/* The registers sit on a 32-bit bus: an access stays within a word and is aligned. The bits it sees; 0: impossible. */
static uint32_t bits_of(const struct ax_access *access)
{
	static const uint32_t bits[5] = {[1] = 0xff, [2] = 0xffff, [4] = 0xffffffff};

	if (access->width > 4 || (access->offset & (access->width - 1u))) {
		return 0;
	}
	return bits[access->width];
}

/* Out of line, so that a look at FR saves no registers. */
static __attribute__((noinline)) uint32_t read_locked(struct pl011 *uart, uint64_t word)
{
	unsigned long irq_state = ax_port_lock(&uart->lock);
	uint32_t value = pl011_reg_read(&uart->state, word);

	finish(uart, irq_state);
	return value;
}

static uint32_t read_reg(struct pl011 *uart, uint64_t word)
{
	if (word == PL011_FR) {
		return atomic_load_explicit(&uart->flags, memory_order_relaxed);
	}
	return read_locked(uart, word);
}

static int pl011_read(struct ax_device *dev, struct ax_access *access)
{
	uint32_t bits = bits_of(access);

	if (!bits) {
		return AX_EINVAL;
	}
	access->data = read_reg(of_device(dev), access->offset / 4) >> (access->offset % 4 * 8) & bits;
	return AX_OK;
}

/*
 * Out of line too: a character into the loop, or the first one after which the transmit interrupt is up. True: it goes
 * out.
 */
static __attribute__((noinline)) bool send_slowly(struct pl011 *uart, uint8_t character)
{
	unsigned long irq_state = ax_port_lock(&uart->lock);
	bool loop = uart->state.reg[PL011_CR] & PL011_CR_LBE;

	if (loop) {
		pl011_receive(&uart->state, character);
	}
	uart->state.reg[PL011_RIS] |= PL011_INT_TX;
	finish(uart, irq_state);
	return !loop;
}

static void send(struct pl011 *uart, uint8_t character)
{
	bool plain = atomic_load_explicit(&uart->send_plain, memory_order_relaxed);

	if ((plain || send_slowly(uart, character)) && uart->sink.write) {
		uart->sink.write(uart->sink.ctx, &character, 1);
	}
}

static void write_reg(struct pl011 *uart, uint64_t word, uint32_t value)
{
	unsigned long irq_state;

	if (word == PL011_DR) {
		send(uart, (uint8_t)value);
		return;
	}
	irq_state = ax_port_lock(&uart->lock);
	pl011_reg_write(&uart->state, word, value);
	finish(uart, irq_state);
}

/* The bus has no byte strobes: a narrow write sets the whole register, with the byte where its lane puts it. */
static int pl011_write(struct ax_device *dev, const struct ax_access *access)
{
	if (!bits_of(access)) {
		return AX_EINVAL;
	}
	write_reg(of_device(dev), access->offset / 4, (uint32_t)access->data << (access->offset % 4 * 8));
	return AX_OK;
}

/* ---- the console's side ---- */

static size_t pl011_input(struct ax_serial *serial, const uint8_t *text, size_t size)
{
	struct pl011 *uart = AX_CONTAINER_OF(serial, struct pl011, serial);
	struct pl011_state *s = &uart->state;
	unsigned long irq_state = ax_port_lock(&uart->lock);
	size_t taken = 0;

	while (taken < size && (s->reg[PL011_CR] & PL011_CR_RXE) && pl011_has_room(s)) {
		pl011_receive(s, text[taken++]);
	}
	if (taken < size) {
		uart->refused = true;
	}
	/* Room is not owed at once: the FIFO is full or the receiver off. */
	(void)settle(uart);
	ax_port_unlock(&uart->lock, irq_state);
	return taken;
}

/* ---- life ---- */

static void pl011_reset(struct ax_device *dev)
{
	struct pl011 *uart = of_device(dev);
	unsigned long irq_state = ax_port_lock(&uart->lock);

	pl011_state_reset(&uart->state);
	finish(uart, irq_state);
}

static long pl011_save(const struct ax_device *dev, void *buf, size_t size)
{
	struct pl011 *uart = AX_CONTAINER_OF(dev, struct pl011, serial.dev);
	struct pl011_saved saved = {.magic = SAVE_MAGIC, .version = SAVE_VERSION};
	unsigned long irq_state;

	if (size < sizeof(saved)) {
		return AX_ENOSPC;
	}
	irq_state = ax_port_lock(&uart->lock);
	saved.state = uart->state;
	ax_port_unlock(&uart->lock, irq_state);
	memcpy(buf, &saved, sizeof(saved));
	return (long)sizeof(saved);
}

static int pl011_restore(struct ax_device *dev, const void *buf, size_t size)
{
	struct pl011 *uart = of_device(dev);
	struct pl011_saved saved;
	unsigned long irq_state;

	if (size < sizeof(saved)) {
		pl011_reset(dev);
		return AX_EFORMAT;
	}
	memcpy(&saved, buf, sizeof(saved));
	if (saved.magic != SAVE_MAGIC || saved.version != SAVE_VERSION || !pl011_state_possible(&saved.state)) {
		pl011_reset(dev);
		return AX_EFORMAT;
	}
	irq_state = ax_port_lock(&uart->lock);
	uart->state = saved.state;
	finish(uart, irq_state);
	return AX_OK;
}

static void pl011_destroy(struct ax_device *dev)
{
	ax_port_free(of_device(dev), sizeof(struct pl011));
}

static const struct ax_device_ops pl011_ops = {
	.read = pl011_read,
	.write = pl011_write,
	.reset = pl011_reset,
	.save = pl011_save,
	.restore = pl011_restore,
	.destroy = pl011_destroy,
};

int ax_pl011_create(const char *name, uint64_t base, uint64_t size, struct ax_irq_line irq, struct ax_serial_sink sink,
		    struct ax_serial **out)
{
	struct pl011 *uart;

	if (size < AX_PL011_SIZE || base + (size - 1) < base) {
		return AX_EINVAL;
	}
	uart = ax_port_alloc(sizeof(*uart));
	if (!uart) {
		return AX_ENOMEM;
	}
	uart->serial.dev = (struct ax_device){
		.ops = &pl011_ops, .name = name, .resource_count = 1, .resource = {{AX_BUS_MMIO, base, size}}};
	uart->serial.input = pl011_input;
	uart->irq = irq;
	uart->sink = sink;
	pl011_state_reset(&uart->state);
	(void)settle(uart);
	*out = &uart->serial;
	return AX_OK;
}
