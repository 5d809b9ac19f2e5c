/* SPDX-License-Identifier: Apache-2.0 */
/* What the portable runtime and an architecture's part owe each other; tests do not include this. */
#ifndef GUEST_RUNTIME_H
#define GUEST_RUNTIME_H

#include <guest.h>

/* From the architecture's start code on CPU 0: memory mapped, stack set. fdt: the machine's device tree. */
void guest_main(const void *fdt) __attribute__((noreturn));
/* From the architecture: a fault nobody expected. Prints and powers off. */
void guest_panic(const char *why, uint64_t pc, uint64_t addr, uint64_t code) __attribute__((noreturn));

/* To the architecture: a character to the console. */
void guest_putc(char c);

struct guest_machine {
	unsigned cpus;
	uint64_t ram_base, ram_size;
	char compatible[32]; /* of the tree's root */
};
/* Reads what the tests need; false when it is no device tree. */
bool guest_fdt_read(const void *fdt, struct guest_machine *out);

void guest_lock(volatile uint32_t *lock);
void guest_unlock(volatile uint32_t *lock);

#endif
