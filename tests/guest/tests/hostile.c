/* SPDX-License-Identifier: Apache-2.0 */
/* What a hostile or broken guest does in a loop: it is slow at worst, its neighbours and the host do not notice. */
#include <guest.h>

#define CALLS 1000000u
#define FAULTS 50000u

GUEST_TEST(a_million_bad_hypercalls_end)
{
	unsigned refused = 0;

	for (unsigned i = 0; i < CALLS; i++) {
		refused += (int32_t)guest_hypercall(GUEST_BAD_CALL + (i & 0xff), i, ~0ull, ~0ull).r[0] == -1;
	}
	EXPECT(refused == CALLS);
}

GUEST_TEST(a_storm_of_bad_reads_ends)
{
	unsigned faults = 0;

	for (unsigned i = 0; i < FAULTS; i++) {
		faults += guest_try_read(GUEST_HOLE_LOW + 8 * (i % 512), 8, NULL) == GUEST_FAULT_READ;
	}
	EXPECT(faults == FAULTS);
}

GUEST_TEST(a_storm_of_bad_fetches_ends)
{
	unsigned faults = 0;

	for (unsigned i = 0; i < FAULTS / 10; i++) {
		faults += guest_try_fetch(GUEST_HOLE_HIGH + 4 * i) == GUEST_FAULT_FETCH;
	}
	EXPECT(faults == FAULTS / 10);
}

/* Every width, aligned and not, at the first and last bytes of each device and across and past its end. */
static void poke_around(uint64_t edge)
{
	for (unsigned width = 1; width <= 8; width *= 2) {
		for (uint64_t addr = edge - 9; addr <= edge + 8; addr++) {
			enum guest_fault_kind read = guest_try_read(GUEST_ALIAS(addr), width, NULL);
			enum guest_fault_kind write;

			EXPECT(read == GUEST_FAULT_NONE || read == GUEST_FAULT_READ);
			if (addr >= edge) {
				/* A line feed, as the console prints what it is sent. */
				write = guest_try_write(GUEST_ALIAS(addr), width, '\n');
				EXPECT(write == GUEST_FAULT_NONE || write == GUEST_FAULT_WRITE);
			}
		}
	}
}

GUEST_TEST(accesses_at_the_edges_of_devices_answer_or_fault)
{
	static const uint64_t edges[] = {GUEST_DEVICE_EDGES};

	for (unsigned i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		poke_around(edges[i]);
	}
}

GUEST_TEST(one_past_a_device_nothing_answers)
{
	static const uint64_t ends[] = {GUEST_DEVICE_ENDS};

	if (!guest_on_axle()) {
		guest_skip("the emulator's board has other devices there");
		return;
	}
	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		EXPECT(guest_try_read(ends[i], 4, NULL) == GUEST_FAULT_READ);
		EXPECT(guest_try_write(ends[i], 4, 0) == GUEST_FAULT_WRITE);
	}
}

static unsigned sweep(uint64_t base, uint64_t size, uint64_t step, uint64_t value)
{
	unsigned wrong = 0;

	for (uint64_t addr = base; addr < base + size; addr += step) {
		for (unsigned width = 1; width <= 8; width *= 2) {
			enum guest_fault_kind kind;

			if (addr % width) {
				continue;
			}
			kind = guest_try_read(addr, width, NULL);
			wrong += kind != GUEST_FAULT_NONE && kind != GUEST_FAULT_READ;
			kind = guest_try_write(addr, width, value);
			wrong += kind != GUEST_FAULT_NONE && kind != GUEST_FAULT_WRITE;
		}
	}
	return wrong;
}

static volatile unsigned alive;

static void count(unsigned irq)
{
	(void)irq;
	alive++;
}

static void ignore(unsigned irq)
{
	(void)irq;
}

/* Interrupts stay masked, as a sweep enables all of them and makes them pending. */
GUEST_TEST(every_register_of_the_interrupt_controller_takes_anything)
{
	static const uint64_t values[] = {0, ~0ull, 0x5555555555555555ull};
	static const struct {
		uint64_t base, size, step;
	} ranges[] = {GUEST_IRQCHIP_RANGES};

	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		for (unsigned v = 0; v < 3; v++) {
			EXPECT(sweep(ranges[i].base, ranges[i].size, ranges[i].step, values[v]) == 0);
		}
	}
}

GUEST_TEST(the_guest_works_after_all_that)
{
	for (unsigned irq = 0; irq < GUEST_IRQ_LIMIT; irq++) {
		guest_irq_handler(irq, ignore);
	}
	guest_timer_stop();
	guest_irq_init();
	guest_irq_unmask();
	guest_irq_mask();
	guest_irq_handler(GUEST_IRQ_IPI(1), count);
	guest_ipi(0, 1);
	EXPECT(guest_await(&alive, 1, 10000));
}
