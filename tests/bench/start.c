/* SPDX-License-Identifier: Apache-2.0 */
/* When the guest's first instruction ran, on the clock that started with the machine. */
#include "bench.h"

GUEST_TEST(start)
{
	bench_report("start.first_insn", guest_first_ticks(), 1);
}
