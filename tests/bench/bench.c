/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

void bench_report(const char *name, uint64_t ticks, uint64_t count)
{
	uint64_t ns = ticks * 1000u / (guest_tick_hz() / 1000000u);

	guest_print("\nbench %s %lu\n", name, (ns + count / 2) / count);
}

void bench_loop(const char *name, void (*fn)(uint64_t count), uint64_t count)
{
	uint64_t start, end;

	fn(1);
	start = guest_ticks();
	fn(count);
	end = guest_ticks();
	bench_report(name, end - start, count);
}
