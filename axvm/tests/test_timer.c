/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's timer: its line, the interrupt linked to the physical one, sleep until it is due; what else ends sleep.
 */
#include "harness.h"

#define GROUP1_AND_AFFINITY 0x12u
#define SGI_FRAME (REDIST_BASE + 0x10000)

/* The guest as its steps; each run of the vCPU takes one, then it halts. */
struct guest {
	void (*step[8])(struct ax_arch_vcpu *arch, struct ax_exit *exit);
	unsigned next;
};

static struct guest guest;
static unsigned taken;

static void run_step(void *ctx, struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	(void)ctx;
	exit->reason = AX_EXIT_HALT;
	if (guest.next < AX_ARRAY_SIZE(guest.step) && guest.step[guest.next]) {
		guest.step[guest.next++](arch, exit);
	}
}

static void set_timer(struct ax_arch_vcpu *arch, bool line)
{
	struct ax_arch_timer timer = {.line = line};

	ax_mock_vcpu_set_timer(arch, &timer);
}

static const struct ax_virq *slot_of_timer(void)
{
	for (unsigned i = 0; i < AX_MOCK_IRQ_SLOTS; i++) {
		const struct ax_virq *virq = &mock(0)->slot[i];

		if ((virq->pending || virq->active) && virq->intid == TIMER_IRQ) {
			return virq;
		}
	}
	return NULL;
}

static void write_gic(uint64_t gpa, uint32_t value)
{
	struct ax_exit exit = mmio(gpa, 4, true, value);

	exit_with(0, &exit);
}

/* A running VM whose guest has enabled the timer's interrupt. */
static void set_up_timer(void)
{
	set_up();
	write_gic(SGI_FRAME + 0x080, ~0u);
	write_gic(SGI_FRAME + 0x100, 1u << TIMER_IRQ);
	write_gic(DIST_BASE, GROUP1_AND_AFFINITY);
	ck_assert_uint_eq(mock(0)->faults, 0);
	guest = (struct guest){.next = 0};
	taken = 0;
	ax_mock_vcpu_script(vm->vcpu[0].arch, run_step, NULL);
}

static void go(void)
{
	ax_vcpu_kick(&vm->vcpu[0]);
	ax_mock_run_until_idle();
}

static void fires(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	set_timer(arch, true);
	exit->reason = AX_EXIT_IRQ;
}

/* The handler: rearms the timer, so that the line falls, and completes the interrupt. */
static void handles(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	const struct ax_virq *virq = slot_of_timer();

	ck_assert_ptr_nonnull(virq);
	ck_assert(virq->pending && virq->hw);
	ck_assert_uint_eq(virq->hwirq, AX_MOCK_TIMER_HWIRQ);
	ck_assert(ax_mock_irq_active(AX_MOCK_TIMER_HWIRQ));
	ck_assert(ax_mock_vcpu_irq_ack(arch, TIMER_IRQ));
	set_timer(arch, false);
	ck_assert(ax_mock_vcpu_irq_complete(arch, TIMER_IRQ));
	taken++;
	exit->reason = AX_EXIT_NONE;
}

static void sees_nothing(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	(void)arch;
	ck_assert_ptr_null(slot_of_timer());
	ck_assert(!ax_mock_irq_active(AX_MOCK_TIMER_HWIRQ));
	exit->reason = AX_EXIT_NONE;
}

START_TEST(a_timer_that_fires_is_an_interrupt_linked_to_the_physical_one)
{
	guest.step[0] = fires;
	guest.step[1] = handles;
	guest.step[2] = sees_nothing;
	go();
	ck_assert_uint_eq(guest.next, 3);
	ck_assert_uint_eq(taken, 1);
}
END_TEST

static void arms(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	struct ax_arch_timer timer = {.armed = true, .deadline = ax_port_ticks() + 1000};

	ax_mock_vcpu_set_timer(arch, &timer);
	exit->reason = AX_EXIT_HALT;
}

START_TEST(a_halted_vcpu_wakes_when_its_timer_is_due)
{
	guest.step[0] = arms;
	guest.step[1] = handles;
	go();
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
	ck_assert_uint_eq(ax_mock_timers(), 1);
	ax_mock_clock_advance(999);
	ck_assert(!ax_mock_run_one());
	ax_mock_clock_advance(1);
	ax_mock_run_until_idle();
	ck_assert_uint_eq(taken, 1);
	ck_assert_uint_eq(ax_mock_timers(), 0);
}
END_TEST

START_TEST(another_interrupt_before_the_deadline_cancels_the_alarm)
{
	guest.step[0] = arms;
	go();
	ck_assert_uint_eq(ax_mock_timers(), 1);
	set_timer(vm->vcpu[0].arch, false);
	go();
	ck_assert_uint_eq(ax_mock_timers(), 0);
}
END_TEST

static void gives_up(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	ck_assert_ptr_nonnull(slot_of_timer());
	set_timer(arch, false);
	exit->reason = AX_EXIT_NONE;
}

START_TEST(a_line_that_falls_before_it_is_taken_takes_the_interrupt_back)
{
	guest.step[0] = fires;
	guest.step[1] = gives_up;
	guest.step[2] = sees_nothing;
	guest.step[3] = fires;
	guest.step[4] = handles;
	go();
	ck_assert_uint_eq(taken, 1);
}
END_TEST

static void completes_too_early(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	ck_assert(ax_mock_vcpu_irq_ack(arch, TIMER_IRQ));
	ck_assert(ax_mock_vcpu_irq_complete(arch, TIMER_IRQ));
	ax_port_irq_set_active(AX_MOCK_TIMER_HWIRQ, false);
	exit->reason = AX_EXIT_IRQ;
}

START_TEST(a_timer_still_asserted_after_completion_fires_again)
{
	guest.step[0] = fires;
	guest.step[1] = completes_too_early;
	guest.step[2] = handles;
	guest.step[3] = sees_nothing;
	go();
	ck_assert_uint_eq(taken, 1);
	ck_assert_uint_eq(guest.next, 4);
}
END_TEST

static void sleeps_in_handler(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	ck_assert(ax_mock_vcpu_irq_ack(arch, TIMER_IRQ));
	set_timer(arch, false);
	exit->reason = AX_EXIT_HALT;
}

static void completes(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	ck_assert(ax_mock_irq_active(AX_MOCK_TIMER_HWIRQ));
	ck_assert(ax_mock_vcpu_irq_complete(arch, TIMER_IRQ));
	taken++;
	exit->reason = AX_EXIT_NONE;
}

START_TEST(the_physical_interrupt_is_active_only_where_its_vcpu_is)
{
	guest.step[0] = fires;
	guest.step[1] = sleeps_in_handler;
	guest.step[2] = completes;
	go();
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
	ck_assert(!ax_mock_irq_active(AX_MOCK_TIMER_HWIRQ));
	go();
	ck_assert_uint_eq(taken, 1);
}
END_TEST

static void asks_for_a_reboot(struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	(void)arch;
	ck_assert_ptr_nonnull(slot_of_timer());
	exit->reason = AX_EXIT_RESET;
}

START_TEST(a_reset_forgets_the_timer)
{
	guest.step[0] = fires;
	guest.step[1] = asks_for_a_reboot;
	go();
	ck_assert_int_eq(ax_vm_reset(vm), AX_OK);
	ax_mock_run_until_idle();
	ck_assert_ptr_null(slot_of_timer());
	ck_assert(!ax_mock_irq_active(AX_MOCK_TIMER_HWIRQ));
	ck_assert_uint_eq(vm->vcpu[0].state, AX_VCPU_HALTED);
}
END_TEST

static void takes_sgi(void *ctx, struct ax_arch_vcpu *arch, struct ax_exit *exit)
{
	(void)ctx;
	if (ax_mock_vcpu_irq_ack(arch, 3)) {
		ck_assert(ax_mock_vcpu_irq_complete(arch, 3));
		taken++;
	}
	exit->reason = AX_EXIT_HALT;
}

START_TEST(an_interrupt_from_another_vcpu_ends_halt)
{
	/* ICC_SGI1R_EL1: interrupt 3 to CPU 1 */
	struct ax_exit sgi = {
		.reason = AX_EXIT_SYSREG,
		.sysreg = {.id = 3u << 14 | 12u << 7 | 11u << 3 | 5u, .write = true, .data = 3ull << 24 | 2}};

	call(0, 0xc4000003, 1, ENTRY, 0);
	write_gic(SGI_FRAME + 0x20000 + 0x080, ~0u);
	write_gic(SGI_FRAME + 0x20000 + 0x100, 1u << 3);
	ax_mock_vcpu_script(vm->vcpu[1].arch, takes_sgi, NULL);
	ck_assert_uint_eq(vm->vcpu[1].state, AX_VCPU_HALTED);
	exit_with(0, &sgi);
	ck_assert_uint_eq(taken, 1);
	ck_assert_uint_eq(vm->vcpu[1].state, AX_VCPU_HALTED);
}
END_TEST

START_TEST(an_interrupt_in_flight_survives_a_power_down)
{
	struct ax_exit exit = {.reason = AX_EXIT_HYPERCALL,
			       .hypercall = {.nr = 0xc4000001, .arg = {AX_BIT(16), ENTRY, 0}}};

	write_gic(SGI_FRAME + 0x100, 1u << 3);
	ax_mock_vcpu_push(vm->vcpu[0].arch, &(struct ax_exit){.reason = AX_EXIT_SYSREG,
							      .sysreg = {.id = 3u << 14 | 12u << 7 | 11u << 3 | 5u,
									 .write = true,
									 .data = 3ull << 24 | 1}});
	ax_mock_vcpu_push(vm->vcpu[0].arch, &(struct ax_exit){.reason = AX_EXIT_NONE});
	ax_mock_vcpu_push(vm->vcpu[0].arch, &exit);
	ax_mock_vcpu_script(vm->vcpu[0].arch, takes_sgi, NULL);
	go();
	ck_assert_uint_eq(mock(0)->resets, 2);
	ck_assert_uint_eq(taken, 1);
}
END_TEST

TCase *timer_tests(void)
{
	TCase *tc = tcase_create("timer");

	tcase_add_checked_fixture(tc, set_up_timer, tear_down);
	tcase_add_test(tc, a_timer_that_fires_is_an_interrupt_linked_to_the_physical_one);
	tcase_add_test(tc, a_halted_vcpu_wakes_when_its_timer_is_due);
	tcase_add_test(tc, another_interrupt_before_the_deadline_cancels_the_alarm);
	tcase_add_test(tc, a_line_that_falls_before_it_is_taken_takes_the_interrupt_back);
	tcase_add_test(tc, a_timer_still_asserted_after_completion_fires_again);
	tcase_add_test(tc, the_physical_interrupt_is_active_only_where_its_vcpu_is);
	tcase_add_test(tc, a_reset_forgets_the_timer);
	tcase_add_test(tc, an_interrupt_from_another_vcpu_ends_halt);
	tcase_add_test(tc, an_interrupt_in_flight_survives_a_power_down);
	return tc;
}
