/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a guest test sees of its machine. The same on every architecture: a test that includes only this header runs on
 * all of them. What an architecture adds (addresses, interrupt numbers, its own calls) is in guest_arch.h, included at
 * the end.
 *
 * A payload is one image: the runtime, the architecture's part and one or more files of tests. All tests of an image
 * run in link order on CPU 0, each between "test NAME: ok" and the next; then the image powers its machine off.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUEST_MAX_CPUS 8u

/* ---- tests ---- */

struct guest_test {
	const char *name;
	void (*run)(void);
};

/* Defines and registers a test: GUEST_TEST(a_sentence_about_behaviour) { ... EXPECT(...); } */
#define GUEST_TEST(test_name)                                                                                          \
	static void test_name(void);                                                                                   \
	static const struct guest_test guest_test_##test_name                                                          \
		__attribute__((used, section("guest_tests"))) = {#test_name, test_name};                               \
	static void test_name(void)

/* Records a failure and goes on. Any CPU. Only the first failure of a test is printed. */
#define EXPECT(cond) ((cond) ? (void)0 : guest_fail(__FILE__, __LINE__, #cond))
/* Records a failure and leaves the function. */
#define REQUIRE(cond)                                                                                                  \
	do {                                                                                                           \
		if (!(cond)) {                                                                                         \
			guest_fail(__FILE__, __LINE__, #cond);                                                         \
			return;                                                                                        \
		}                                                                                                      \
	} while (0)

void guest_fail(const char *file, int line, const char *what);
/* This machine cannot show the behaviour (a native run of what only a hypervisor has). The caller then returns. */
void guest_skip(const char *why);
/* The machine is one of Axle's, not the emulator's own. */
bool guest_on_axle(void);

/*
 * One line or part of one; lines of several CPUs do not mix. %s %c %d %u %x %lu %ld %lx %%, with a width for zero
 * padding.
 */
void guest_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- CPUs ---- */

unsigned guest_cpu_count(void);
unsigned guest_cpu_id(void);
/* Starts `cpu` at fn(arg) with its own stack, memory mapped and interrupts masked; it goes off when fn returns. */
bool guest_cpu_start(unsigned cpu, void (*fn)(void *), void *arg);
/* Waits until it is off again; false after a second. */
bool guest_cpu_join(unsigned cpu);
/* In every loop that waits for another CPU. */
void guest_relax(void);
void guest_poweroff(void) __attribute__((noreturn));
void guest_reboot(void) __attribute__((noreturn));

/* ---- interrupts ---- */

typedef void (*guest_irq_fn)(unsigned irq);

/* The controller and this CPU's interface to it; interrupts stay masked. Once on each CPU that wants interrupts. */
void guest_irq_init(void);
/* The handler of an interrupt, on all CPUs. The runtime acknowledges before it and completes after it. */
void guest_irq_handler(unsigned irq, guest_irq_fn fn);
/* For the calling CPU when the interrupt is private to a CPU; else delivered to CPU 0. */
void guest_irq_enable(unsigned irq);
void guest_irq_disable(unsigned irq);
void guest_irq_unmask(void);
void guest_irq_mask(void);
/* Sleeps until an interrupt is pending. Works masked, so that a test can look and sleep without a race. */
void guest_wait(void);
/* Inter-processor interrupt n (0..GUEST_IPIS-1) arrives as interrupt GUEST_IRQ_IPI(n). */
void guest_ipi(unsigned cpu, unsigned n);
/* Waits with interrupts unmasked until *counter >= value; false after `us` microseconds. */
bool guest_await(const volatile unsigned *counter, unsigned value, uint64_t us);

/* ---- time ---- */

uint64_t guest_ticks(void);
uint64_t guest_tick_hz(void);
/* The machine's own clock, which no hypervisor shifts, at the image's first instruction. */
uint64_t guest_first_ticks(void);
uint64_t guest_us_to_ticks(uint64_t us);
/* This CPU's timer raises GUEST_IRQ_TIMER from `deadline` on until it is set again or stopped. */
void guest_timer_set(uint64_t deadline);
void guest_timer_stop(void);

/* ---- memory and devices ---- */

/* width 1, 2, 4 or 8; one load or store that a hypervisor can decode. */
uint64_t guest_mmio_read(uint64_t addr, unsigned width);
void guest_mmio_write(uint64_t addr, unsigned width, uint64_t value);
/* First address and size of the memory this image runs in, from the device tree; the end of this image. */
uint64_t guest_ram_base(void);
uint64_t guest_ram_size(void);
uint64_t guest_image_end(void);
/* Reads a key from the console; -1: none. */
int guest_getc(void);
/* The console raises GUEST_IRQ_UART when it has sent a character; false also takes a raised one back. */
void guest_uart_tx_interrupt(bool on);

/* ---- faults ---- */

enum guest_fault_kind {
	GUEST_FAULT_NONE,
	GUEST_FAULT_READ,
	GUEST_FAULT_WRITE,
	GUEST_FAULT_FETCH,
	GUEST_FAULT_UNDEF,
	GUEST_FAULT_OTHER
};

struct guest_fault {
	enum guest_fault_kind kind;
	uint64_t addr; /* READ, WRITE, FETCH: what was touched */
	uint64_t code; /* the hardware's reason */
};

/* Runs fn(arg) on this CPU; a fault inside ends it and is described in *fault. */
void guest_try(void (*fn)(void *arg), void *arg, struct guest_fault *fault);
/* The same for single accesses. *value may be NULL. */
enum guest_fault_kind guest_try_read(uint64_t addr, unsigned width, uint64_t *value);
enum guest_fault_kind guest_try_write(uint64_t addr, unsigned width, uint64_t value);
/* Calls the code at addr. */
enum guest_fault_kind guest_try_fetch(uint64_t addr);

/* ---- floating point and hypercalls ---- */

/* Every FP/SIMD register of this CPU to a pattern made from seed; true when they all still hold it. */
void guest_fp_fill(uint64_t seed);
bool guest_fp_check(uint64_t seed);
/* They all are zero, as on a CPU that just came out of reset. */
bool guest_fp_is_zero(void);

struct guest_call {
	uint64_t r[4];
};
/* A call to the platform's firmware or hypervisor: function and three arguments. */
struct guest_call guest_hypercall(uint64_t nr, uint64_t a, uint64_t b, uint64_t c);

#include <guest_arch.h>

#endif
