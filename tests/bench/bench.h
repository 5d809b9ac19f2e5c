/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring and telling: `bench NAME VALUE` in nanoseconds, which the exact mode makes instructions. */
#ifndef BENCH_H
#define BENCH_H

#include <guest.h>

/* Mean of one turn of fn's loop; once before the clock runs, so that what is lazy has happened. */
void bench_loop(const char *name, void (*fn)(uint64_t count), uint64_t count);
/* Mean of `count` samples that sum up to `ticks`. */
void bench_report(const char *name, uint64_t ticks, uint64_t count);

#endif
