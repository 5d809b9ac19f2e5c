/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the mock machine share; not for tests. */
#ifndef AX_MOCK_MACHINE_H
#define AX_MOCK_MACHINE_H

#include <ax/arch/host.h>
#include <ax/err.h>
#include <ax/mock.h>
#include <stdarg.h>

void ax_mock_vpanic(const char *fmt, va_list args) __attribute__((noreturn, format(printf, 1, 0)));

/* True when the next allocation is to fail; counts it. */
bool ax_mock_alloc_fails(void);
void ax_mock_memory_reset(void);
void ax_mock_clock_reset(void);
void ax_mock_count_pages(long pages);

/* Something that falls due: the host timer, the port's timer queue. */
struct ax_mock_clock_source {
	uint64_t (*deadline)(void); /* ~0: nothing */
	void (*fire)(void);         /* interrupts off, clock at the deadline or later */
};
void ax_mock_clock_add(const struct ax_mock_clock_source *source); /* the same one again: no effect */
/* On to the host timer's deadline; false: it is off. */
bool ax_mock_clock_skip(void);
/* Delivers what was due while interrupts were masked. */
void ax_mock_clock_catch_up(void);

#endif
