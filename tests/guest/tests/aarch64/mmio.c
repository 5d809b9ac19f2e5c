/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores to devices in every form the instruction set has. */
#include <guest.h>

#define SPI GUEST_IRQ_SPARE
#define PRIORITY GUEST_GICD_IPRIORITYR(SPI)
#define GROUPS GUEST_GICD_IGROUPR(SPI / 32)
#define ROUTER GUEST_GICD_IROUTER(SPI)

#define LOAD(insn, addr)                                                                                               \
	__extension__({                                                                                                \
		uint64_t value_ = 0x1122334455667788;                                                                  \
		__asm__ volatile(insn " [%1]" : "=&r"(value_) : "r"((uint64_t)(addr)) : "memory");                     \
		value_;                                                                                                \
	})

GUEST_TEST(byte_and_word_accesses_agree)
{
	guest_mmio_write(PRIORITY, 4, 0x40302010);
	EXPECT(guest_mmio_read(PRIORITY, 1) == 0x10);
	EXPECT(guest_mmio_read(PRIORITY + 3, 1) == 0x40);
	guest_mmio_write(PRIORITY + 1, 1, 0xa0);
	EXPECT(guest_mmio_read(PRIORITY, 4) == 0x4030a010);
}

GUEST_TEST(a_doubleword_register_reads_back)
{
	guest_mmio_write(ROUTER, 8, 0x80000000);
	EXPECT(guest_mmio_read(ROUTER, 8) == 0x80000000);
	guest_mmio_write(ROUTER, 8, 0);
	EXPECT(guest_mmio_read(ROUTER, 8) == 0);
}

GUEST_TEST(sign_extending_loads_extend)
{
	guest_mmio_write(PRIORITY, 4, 0x40a0f080);
	EXPECT(LOAD("ldrsb %0,", PRIORITY) == 0xffffffffffffff80);
	EXPECT(LOAD("ldrsb %w0,", PRIORITY) == 0xffffff80);
	EXPECT(LOAD("ldrsb %0,", PRIORITY + 3) == 0x40);
	guest_mmio_write(GROUPS, 4, ~0u);
	EXPECT(LOAD("ldrsw %0,", GROUPS) == ~0ull);
	EXPECT(LOAD("ldrsh %0,", GUEST_UART + 0xfe0) == 0x11);
}

GUEST_TEST(narrow_loads_clear_the_rest_of_the_register)
{
	guest_mmio_write(GROUPS, 4, ~0u);
	EXPECT(LOAD("ldr %w0,", GROUPS) == 0xffffffff);
	guest_mmio_write(PRIORITY, 4, 0x40302010);
	EXPECT(LOAD("ldrb %w0,", PRIORITY + 2) == 0x30);
	EXPECT(LOAD("ldrh %w0,", GUEST_UART + 0xfe0) == 0x11);
}

GUEST_TEST(the_zero_register_is_source_and_target)
{
	guest_mmio_write(PRIORITY, 4, 0x40302010);
	__asm__ volatile("ldr wzr, [%0]" ::"r"(PRIORITY) : "memory");
	__asm__ volatile("strb wzr, [%0]" ::"r"(PRIORITY) : "memory");
	EXPECT(guest_mmio_read(PRIORITY, 4) == 0x40302000);
}

GUEST_TEST(every_register_can_be_loaded_and_stored)
{
	guest_mmio_write(PRIORITY, 4, 0x40302010);
#define ONE(n)                                                                                                         \
	do {                                                                                                           \
		uint64_t v_;                                                                                           \
		__asm__ volatile("mov x29, %1\n\tldr w" #n ", [x29]\n\tmov %0, x" #n                                   \
				 : "=r"(v_)                                                                            \
				 : "r"(PRIORITY)                                                                       \
				 : "x29", "x" #n, "memory");                                                           \
		EXPECT(v_ == 0x40302010);                                                                              \
		__asm__ volatile("mov x29, %0\n\tmov w" #n ", #8*" #n "\n\tstrb w" #n ", [x29, #1]" ::"r"(PRIORITY)    \
				 : "x29", "x" #n, "memory");                                                           \
		EXPECT(guest_mmio_read(PRIORITY + 1, 1) == 8 * (n));                                                   \
		guest_mmio_write(PRIORITY, 4, 0x40302010);                                                             \
	} while (0)
	ONE(0);
	ONE(1);
	ONE(2);
	ONE(3);
	ONE(4);
	ONE(5);
	ONE(6);
	ONE(7);
	ONE(8);
	ONE(9);
	ONE(10);
	ONE(11);
	ONE(12);
	ONE(13);
	ONE(14);
	ONE(15);
	ONE(16);
	ONE(17);
	ONE(19);
	ONE(20);
	ONE(21);
	ONE(22);
	ONE(23);
	ONE(24);
	ONE(25);
	ONE(26);
	ONE(27);
	ONE(28);
	ONE(30);
#undef ONE
}

/* Forms without a syndrome: the right value and the right base, or a fault; never a wrong register. */
struct form {
	uint64_t first, second, base;
};

static void load_pair(void *arg)
{
	struct form *form = arg;

	__asm__ volatile("ldp %w0, %w1, [%2]" : "=&r"(form->first), "=&r"(form->second) : "r"(form->base) : "memory");
}

static void load_post_index(void *arg)
{
	struct form *form = arg;

	__asm__ volatile("ldr %w0, [%1], #4" : "=&r"(form->first), "+&r"(form->base)::"memory");
}

static void load_pre_index(void *arg)
{
	struct form *form = arg;

	form->base -= 4;
	__asm__ volatile("ldr %w0, [%1, #4]!" : "=&r"(form->first), "+&r"(form->base)::"memory");
	form->base += 4;
}

static void store_pair(void *arg)
{
	struct form *form = arg;

	__asm__ volatile("stp %w0, %w1, [%2]" ::"r"(0x10203040), "r"(0x50607080), "r"(form->base) : "memory");
}

static void store_post_index(void *arg)
{
	struct form *form = arg;

	__asm__ volatile("str %w1, [%0], #4" : "+&r"(form->base) : "r"(0x10203040) : "memory");
}

static enum guest_fault_kind attempt(void (*fn)(void *), struct form *form)
{
	struct guest_fault fault;

	guest_mmio_write(PRIORITY, 4, 0x40302010);
	guest_mmio_write(PRIORITY + 4, 4, 0x80706050);
	*form = (struct form){.base = PRIORITY};
	guest_try(fn, form, &fault);
	return fault.kind;
}

GUEST_TEST(a_load_pair_is_right_or_a_fault)
{
	struct form form;

	if (attempt(load_pair, &form) == GUEST_FAULT_NONE) {
		EXPECT(form.first == 0x40302010 && form.second == 0x80706050);
	}
}

GUEST_TEST(a_load_with_write_back_is_right_or_a_fault)
{
	struct form form;

	if (attempt(load_post_index, &form) == GUEST_FAULT_NONE) {
		EXPECT(form.first == 0x40302010 && form.base == PRIORITY + 4);
	}
	if (attempt(load_pre_index, &form) == GUEST_FAULT_NONE) {
		EXPECT(form.first == 0x40302010 && form.base == PRIORITY + 4);
	}
}

GUEST_TEST(a_store_pair_is_right_or_a_fault)
{
	struct form form;

	if (attempt(store_pair, &form) == GUEST_FAULT_NONE) {
		EXPECT(guest_mmio_read(PRIORITY, 4) == 0x10203040);
		EXPECT(guest_mmio_read(PRIORITY + 4, 4) == 0x50607080);
	} else {
		EXPECT(guest_mmio_read(PRIORITY, 4) == 0x40302010);
	}
}

GUEST_TEST(a_store_with_write_back_is_right_or_a_fault)
{
	struct form form;

	if (attempt(store_post_index, &form) == GUEST_FAULT_NONE) {
		EXPECT(guest_mmio_read(PRIORITY, 4) == 0x10203040 && form.base == PRIORITY + 4);
	}
}

static void load_exclusive(void *arg)
{
	struct form *form = arg;

	__asm__ volatile("ldxr %w0, [%1]\n\tclrex" : "=&r"(form->first) : "r"(form->base) : "memory");
}

static void load_simd(void *arg)
{
	struct form *form = arg;

	__asm__ volatile(".arch_extension fp\n\tldr s0, [%1]\n\tfmov %w0, s0"
			 : "=&r"(form->first)
			 : "r"(form->base)
			 : "memory");
}

GUEST_TEST(exclusive_and_vector_loads_are_right_or_a_fault)
{
	struct form form;

	if (attempt(load_exclusive, &form) == GUEST_FAULT_NONE) {
		EXPECT(form.first == 0x40302010);
	}
	if (attempt(load_simd, &form) == GUEST_FAULT_NONE) {
		EXPECT(form.first == 0x40302010);
	}
}

GUEST_TEST(the_console_shows_what_it_is)
{
	static const uint8_t id[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	for (unsigned i = 0; i < 8; i++) {
		uint64_t value = guest_mmio_read(GUEST_UART + 0xfe0 + 4 * i, 4);

		EXPECT(i == 2 ? (value & 0xf) == 4 : value == id[i]); /* the revision is the model's own */
	}
}

GUEST_TEST(reads_of_every_width_answer_at_both_ends_of_the_console)
{
	for (unsigned width = 1; width <= 8; width *= 2) {
		enum guest_fault_kind first = guest_try_read(GUEST_UART, width, NULL);
		enum guest_fault_kind last = guest_try_read(GUEST_UART + GUEST_UART_SIZE - width, width, NULL);

		EXPECT(first == GUEST_FAULT_NONE || first == GUEST_FAULT_READ);
		EXPECT(last == GUEST_FAULT_NONE || last == GUEST_FAULT_READ);
	}
}
