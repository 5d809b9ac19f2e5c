/* SPDX-License-Identifier: Apache-2.0 */
/* CPUs start, run side by side, end, and start again. */
#include <guest.h>

static volatile unsigned alive, sum;
static volatile uint64_t argument[GUEST_MAX_CPUS];
static volatile unsigned identity[GUEST_MAX_CPUS];

static void report(void *arg)
{
	unsigned cpu = guest_cpu_id();

	identity[cpu] = cpu;
	argument[cpu] = (uint64_t)arg;
	__atomic_fetch_add(&alive, 1, __ATOMIC_SEQ_CST);
}

GUEST_TEST(the_machine_has_the_cpus_its_tree_names)
{
	alive = 0;
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		identity[cpu] = ~0u;
		REQUIRE(guest_cpu_start(cpu, report, (void *)(0x1000ul + cpu)));
	}
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_join(cpu));
		EXPECT(identity[cpu] == cpu);
		EXPECT(argument[cpu] == 0x1000ul + cpu);
	}
	EXPECT(alive == guest_cpu_count() - 1);
}

GUEST_TEST(a_cpu_that_went_off_starts_again)
{
	for (unsigned round = 1; round <= 20; round++) {
		alive = 0;
		for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
			REQUIRE(guest_cpu_start(cpu, report, (void *)(uint64_t)round));
		}
		for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
			REQUIRE(guest_cpu_join(cpu));
			EXPECT(argument[cpu] == round);
		}
		EXPECT(alive == guest_cpu_count() - 1);
	}
}

static void add_many(void *arg)
{
	for (uint64_t i = 0; i < (uint64_t)arg; i++) {
		__atomic_fetch_add(&sum, 1, __ATOMIC_SEQ_CST);
		guest_relax();
	}
}

GUEST_TEST(atomic_additions_of_all_cpus_are_all_counted)
{
	sum = 0;
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_start(cpu, add_many, (void *)2000ul));
	}
	add_many((void *)2000ul);
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_join(cpu));
	}
	EXPECT(sum == 2000 * guest_cpu_count());
}

static void fault_here(void *arg)
{
	*(enum guest_fault_kind *)arg = guest_try_read(GUEST_HOLE_HIGH, 4, NULL);
}

GUEST_TEST(a_fault_of_one_cpu_is_its_own)
{
	enum guest_fault_kind kind[GUEST_MAX_CPUS] = {GUEST_FAULT_NONE};

	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_start(cpu, fault_here, &kind[cpu]));
	}
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		REQUIRE(guest_cpu_join(cpu));
		EXPECT(kind[cpu] == GUEST_FAULT_READ);
	}
}
