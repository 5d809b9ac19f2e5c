/* SPDX-License-Identifier: Apache-2.0 */
/* PSCI 1.1 (Arm DEN 0022) and SMCCC (Arm DEN 0028), by HVC and, where it exists, by SMC. */
#include <guest.h>

#define NO_CPU 0xffu
#define ENTRY_NOWHERE 0x1000u
#define CALL(...) ((int64_t)guest_hypercall(__VA_ARGS__).r[0])
#define CALL32(...) ((int32_t)guest_hypercall(__VA_ARGS__).r[0])

static volatile unsigned release, arrived;

static void hold(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
	while (!release) {
		guest_relax();
	}
}

static bool start_held(unsigned cpu)
{
	release = arrived = 0;
	return guest_cpu_start(cpu, hold, NULL) && guest_await(&arrived, 1, 100000);
}

static bool let_go(unsigned cpu)
{
	release = 1;
	return guest_cpu_join(cpu);
}

GUEST_TEST(the_version_is_1_1)
{
	EXPECT(CALL32(PSCI_VERSION, 0, 0, 0) == 0x10001);
}

GUEST_TEST(features_names_what_a_version_must_have)
{
	static const uint32_t mandatory[] = {
		PSCI_VERSION,    PSCI_CPU_SUSPEND32, PSCI_CPU_SUSPEND,     PSCI_CPU_OFF,
		PSCI_CPU_ON32,   PSCI_CPU_ON,        PSCI_AFFINITY_INFO32, PSCI_AFFINITY_INFO,
		PSCI_SYSTEM_OFF, PSCI_SYSTEM_RESET,  PSCI_FEATURES,
	};

	for (unsigned i = 0; i < sizeof(mandatory) / sizeof(mandatory[0]); i++) {
		EXPECT(CALL32(PSCI_FEATURES, mandatory[i], 0, 0) >= 0);
	}
	EXPECT(CALL32(PSCI_FEATURES, 0x8400ffffu, 0, 0) == PSCI_NOT_SUPPORTED);
	EXPECT(CALL32(PSCI_FEATURES, 0, 0, 0) == PSCI_NOT_SUPPORTED);
}

GUEST_TEST(a_function_without_its_feature_is_not_supported)
{
	/* Those without effect where they exist: suspend to RAM, reset and freeze are left out. */
	static const uint32_t optional[] = {
		0x84000005u, 0xc4000005u, 0x84000006u, 0x84000007u, 0xc4000007u,
		0x84000010u, 0xc4000010u, 0x84000011u, 0xc4000011u,
	};

	for (unsigned i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		if (CALL32(PSCI_FEATURES, optional[i], 0, 0) == PSCI_NOT_SUPPORTED) {
			EXPECT(CALL32(optional[i], 0, 0, 0) == PSCI_NOT_SUPPORTED);
		}
	}
}

GUEST_TEST(affinity_info_follows_a_cpu_on_and_off)
{
	EXPECT(CALL32(PSCI_AFFINITY_INFO, 0, 0, 0) == PSCI_ON);
	EXPECT(CALL32(PSCI_AFFINITY_INFO32, 0, 0, 0) == PSCI_ON);
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		EXPECT(CALL32(PSCI_AFFINITY_INFO, cpu, 0, 0) == PSCI_OFF);
		REQUIRE(start_held(cpu));
		EXPECT(CALL32(PSCI_AFFINITY_INFO, cpu, 0, 0) == PSCI_ON);
		REQUIRE(let_go(cpu));
		EXPECT(CALL32(PSCI_AFFINITY_INFO, cpu, 0, 0) == PSCI_OFF);
	}
	EXPECT(CALL32(PSCI_AFFINITY_INFO, NO_CPU, 0, 0) == PSCI_INVALID_PARAMETERS);
}

GUEST_TEST(cpu_on_refuses_a_cpu_that_is_on)
{
	uint64_t entry = (uint64_t)&hold;

	EXPECT(CALL32(PSCI_CPU_ON, 0, entry, 0) == PSCI_ALREADY_ON);
	if (guest_cpu_count() > 1) {
		REQUIRE(start_held(1));
		EXPECT(CALL32(PSCI_CPU_ON, 1, entry, 0) == PSCI_ALREADY_ON);
		EXPECT(let_go(1));
	}
}

static volatile unsigned go, tried, won;

static void race(void *arg)
{
	(void)arg;
	while (!go) {
		guest_relax();
	}
	if (guest_cpu_start(2, hold, NULL)) {
		__atomic_fetch_add(&won, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_fetch_add(&tried, 1, __ATOMIC_SEQ_CST);
}

GUEST_TEST(of_two_callers_that_start_a_cpu_one_wins)
{
	REQUIRE(guest_cpu_count() > 2);
	for (unsigned round = 0; round < 20; round++) {
		go = tried = won = release = 0;
		REQUIRE(guest_cpu_start(1, race, NULL));
		go = 1;
		race(NULL);
		REQUIRE(guest_await(&tried, 2, 100000));
		EXPECT(won == 1);
		REQUIRE(let_go(2));
		REQUIRE(guest_cpu_join(1));
	}
}

GUEST_TEST(cpu_on_refuses_a_cpu_that_does_not_exist)
{
	static const uint64_t absent[] = {NO_CPU, GUEST_MAX_CPUS + 1, 0x100, 0x10000, 0x100000000, ~0ull};

	for (unsigned i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		EXPECT(CALL32(PSCI_CPU_ON, absent[i], (uint64_t)&hold, 0) == PSCI_INVALID_PARAMETERS);
	}
}

GUEST_TEST(cpu_on_refuses_an_entry_outside_memory)
{
	if (!guest_on_axle()) {
		guest_skip("the emulator starts a CPU anywhere");
		return;
	}
	for (unsigned cpu = 1; cpu < guest_cpu_count(); cpu++) {
		EXPECT(CALL32(PSCI_CPU_ON, cpu, ENTRY_NOWHERE, 0) == PSCI_INVALID_ADDRESS);
		EXPECT(CALL32(PSCI_CPU_ON, cpu, ~0ull, 0) == PSCI_INVALID_ADDRESS);
		EXPECT(CALL32(PSCI_AFFINITY_INFO, cpu, 0, 0) == PSCI_OFF);
	}
}

GUEST_TEST(cpu_suspend_to_standby_wakes_for_a_pending_interrupt)
{
	guest_irq_enable(GUEST_IRQ_TIMER);
	guest_timer_set(guest_ticks() + guest_us_to_ticks(200));
	EXPECT(CALL32(PSCI_CPU_SUSPEND, 0, 0, 0) == PSCI_OK);
	EXPECT(CALL32(PSCI_CPU_SUSPEND32, 0, 0, 0) == PSCI_OK);
	guest_timer_stop();
	guest_irq_disable(GUEST_IRQ_TIMER);
}

GUEST_TEST(cpu_suspend_refuses_reserved_power_states)
{
	EXPECT(CALL32(PSCI_CPU_SUSPEND, 0xfffffffful, 0, 0) == PSCI_INVALID_PARAMETERS);
}

GUEST_TEST(unknown_functions_are_not_supported)
{
	for (uint64_t nr = 0x84000020; nr < 0x84000100; nr++) {
		EXPECT(CALL32(nr, 1, 2, 3) == PSCI_NOT_SUPPORTED);
		EXPECT(CALL(nr | 0x40000000, 1, 2, 3) == PSCI_NOT_SUPPORTED);
	}
	/* One of each owner (SMCCC 6.1), the second of each a yielding call. */
	for (uint64_t owner = 0; owner < 64; owner++) {
		uint64_t fast = 0x80000000 | owner << 24 | 0xabcd;

		EXPECT(CALL32(fast, ~0ul, ~0ul, ~0ul) == PSCI_NOT_SUPPORTED);
		EXPECT(CALL32(fast & ~0x80000000ul, ~0ul, ~0ul, ~0ul) == PSCI_NOT_SUPPORTED);
	}
}

GUEST_TEST(only_the_lower_half_of_a_function_id_counts)
{
	if (!guest_on_axle()) {
		guest_skip("the emulator compares the whole register");
		return;
	}
	EXPECT(CALL32(0xffffffff00000000ul | PSCI_VERSION, 0, 0, 0) == 0x10001);
}

GUEST_TEST(smccc_tells_its_version_and_features)
{
	if (!guest_on_axle()) {
		guest_skip("the emulator has PSCI only");
		return;
	}
	EXPECT(CALL32(PSCI_FEATURES, SMCCC_VERSION, 0, 0) == 0);
	EXPECT(CALL32(SMCCC_VERSION, 0, 0, 0) >= 0x10001);
	EXPECT(CALL32(SMCCC_ARCH_FEATURES, SMCCC_VERSION, 0, 0) >= 0);
	EXPECT(CALL32(SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES, 0, 0) >= 0);
	EXPECT(CALL32(SMCCC_ARCH_FEATURES, 0x8000ffffu, 0, 0) == PSCI_NOT_SUPPORTED);
}

static void by_smc(void *arg)
{
	*(int64_t *)arg = (int32_t)guest_smc(PSCI_VERSION, 0, 0, 0).r[0];
}

GUEST_TEST(smc_is_answered_like_hvc)
{
	struct guest_fault fault;
	int64_t version = 0;

	guest_try(by_smc, &version, &fault);
	if (fault.kind != GUEST_FAULT_NONE) {
		guest_skip("no SMC here");
		return;
	}
	EXPECT(version == 0x10001);
	EXPECT((int32_t)guest_smc(0x8400ffff, 0, 0, 0).r[0] == PSCI_NOT_SUPPORTED);
	EXPECT((int32_t)guest_smc(PSCI_AFFINITY_INFO, 0, 0, 0).r[0] == PSCI_ON);
}

/* x4-x17 must survive a call (SMCCC 1.1, 2.6), and so must the stack and flags we run on. */
static uint64_t call_with_registers_filled(uint64_t nr)
{
	uint64_t wrong;

	__asm__ volatile(
		"mov x0, %1\n\tmov x4, #4\n\tmov x5, #5\n\tmov x6, #6\n\tmov x7, #7\n\tmov x8, #8\n\t"
		"mov x9, #9\n\tmov x10, #10\n\tmov x11, #11\n\tmov x12, #12\n\tmov x13, #13\n\tmov x14, #14\n\t"
		"mov x15, #15\n\tmov x16, #16\n\tmov x17, #17\n\thvc #0\n\t"
		"sub x4, x4, #4\n\tsub x5, x5, #5\n\tsub x6, x6, #6\n\tsub x7, x7, #7\n\tsub x8, x8, #8\n\t"
		"sub x9, x9, #9\n\tsub x10, x10, #10\n\tsub x11, x11, #11\n\tsub x12, x12, #12\n\t"
		"sub x13, x13, #13\n\tsub x14, x14, #14\n\tsub x15, x15, #15\n\tsub x16, x16, #16\n\t"
		"sub x17, x17, #17\n\torr x4, x4, x5\n\torr x4, x4, x6\n\torr x4, x4, x7\n\torr x4, x4, x8\n\t"
		"orr x4, x4, x9\n\torr x4, x4, x10\n\torr x4, x4, x11\n\torr x4, x4, x12\n\torr x4, x4, x13\n\t"
		"orr x4, x4, x14\n\torr x4, x4, x15\n\torr x4, x4, x16\n\torr %0, x4, x17"
		: "=r"(wrong)
		: "r"(nr)
		: "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
		  "x16", "x17", "memory");
	return wrong;
}

GUEST_TEST(a_call_keeps_the_registers_it_must_keep)
{
	EXPECT(call_with_registers_filled(PSCI_VERSION) == 0);
	EXPECT(call_with_registers_filled(0x8400ffff) == 0);
	EXPECT(call_with_registers_filled(SMCCC_VERSION) == 0);
}
