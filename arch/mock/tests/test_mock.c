/* SPDX-License-Identifier: Apache-2.0 */
/* The mock itself: tests rest on it, so it must notice what it promises to notice. */
#include <ax/arch/host.h>
#include <ax/err.h>
#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory ---- */

START_TEST(pages_are_aligned_zeroed_and_not_at_their_physical_address)
{
	uint8_t *a = ax_port_page_alloc(0);
	uint8_t *b = ax_port_page_alloc(9);

	ck_assert(AX_IS_ALIGNED((uintptr_t)b, AX_MIB(2)));
	ck_assert_uint_ne((uintptr_t)b, ax_port_virt_to_phys(b).v);
	ck_assert_ptr_eq(ax_port_phys_to_virt(ax_port_virt_to_phys(b + 5)), b + 5);
	memset(a, 0xff, AX_PAGE_SIZE);
	ax_port_page_free(a, 0);
	a = ax_port_page_alloc(0);
	for (size_t i = 0; i < AX_PAGE_SIZE; i++) {
		ck_assert_uint_eq(a[i], 0);
	}
	ck_assert_uint_eq(ax_mock_live_pages(), 513);
	ax_port_page_free(a, 0);
	ax_port_page_free(b, 9);
	ax_mock_check_clean();
}
END_TEST

START_TEST(freed_blocks_grow_together_again)
{
	void *page[1024];

	ax_mock_page_limit(18, 262144);
	for (unsigned i = 0; i < AX_ARRAY_SIZE(page); i++) {
		page[i] = ax_port_page_alloc(0);
	}
	for (unsigned i = 0; i < AX_ARRAY_SIZE(page); i++) {
		ax_port_page_free(page[(i * 7) % AX_ARRAY_SIZE(page)], 0);
	}
	for (unsigned i = 0; i < 4; i++) {
		page[i] = ax_port_page_alloc(18);
		ck_assert((page[i] == NULL) == (i > 0));
	}
	ax_port_page_free(page[0], 18);
	ax_mock_check_clean();
}
END_TEST

START_TEST(the_halves_of_a_split_block_are_freed_on_their_own)
{
	char *block = ax_port_page_alloc(2);

	ax_port_page_split(block, 2);
	ax_port_page_split(block, 1);
	ax_port_page_free(block + 2 * AX_PAGE_SIZE, 1);
	ax_port_page_free(block, 0);
	ck_assert_uint_eq(ax_mock_live_pages(), 1);
	ax_port_page_free(block + AX_PAGE_SIZE, 0);
	ax_mock_check_clean();
}
END_TEST

START_TEST(the_nth_allocation_fails_on_request)
{
	void *p = NULL;

	ax_mock_fail_alloc(2, false);
	p = ax_port_alloc(24);
	ck_assert_ptr_nonnull(p);
	ck_assert(!ax_mock_alloc_failed());
	ck_assert_ptr_null(ax_port_page_alloc(0));
	ck_assert(ax_mock_alloc_failed());
	ax_port_free(p, 24);
	ax_mock_fail_alloc(1, true);
	ck_assert_ptr_null(ax_port_alloc(1));
	ck_assert_ptr_null(ax_port_alloc(1));
}
END_TEST

static void free_with_wrong_size(void *p)
{
	ax_port_free(p, 9);
}

static void free_with_wrong_order(void *p)
{
	ax_port_page_free(p, 1);
}

static void check_clean(void *unused)
{
	(void)unused;
	ax_mock_check_clean();
}

START_TEST(a_leak_and_a_wrong_free_are_panics)
{
	void *p = ax_port_alloc(8);
	void *page = ax_port_page_alloc(0);

	ck_assert(ax_mock_panics(free_with_wrong_size, p));
	ck_assert(ax_mock_panics(free_with_wrong_order, page));
	ck_assert(ax_mock_panics(check_clean, NULL));
	ck_assert_str_eq(ax_mock_panic_text(), "leaked: 1 objects, 1 pages");
	ax_port_free(p, 8);
	ax_port_page_free(page, 0);
	ck_assert(!ax_mock_panics(check_clean, NULL));
}
END_TEST

/* ---- locks, time ---- */

static void lock_twice(void *lock)
{
	(void)ax_port_lock(lock);
	(void)ax_port_lock(lock);
}

START_TEST(a_lock_masks_interrupts_and_is_not_recursive)
{
	struct ax_lock lock = {0};
	unsigned long irq = ax_port_lock(&lock);

	ck_assert(!ax_arch_irq_enabled());
	ax_port_unlock(&lock, irq);
	ck_assert(ax_arch_irq_enabled());
	ck_assert(ax_mock_panics(lock_twice, &lock));
}
END_TEST

static unsigned fired[3];
static struct ax_timer timer[3];

static void on_timer(struct ax_timer *t)
{
	fired[t - timer]++;
	ck_assert(!ax_arch_irq_enabled());
	ck_assert_uint_eq(ax_port_ticks(), t->deadline);
	if (t == &timer[2] && fired[2] < 3) {
		ax_port_timer_set(t, t->deadline + 10);
	}
}

START_TEST(timers_fire_in_order_at_their_deadline_and_can_rearm)
{
	uint64_t now = ax_port_ticks();

	for (unsigned i = 0; i < 3; i++) {
		ax_port_timer_init(&timer[i], on_timer);
		ax_port_timer_set(&timer[i], now + 100 - i);
	}
	ax_mock_clock_advance(97);
	ck_assert_uint_eq(fired[2], 0);
	ax_port_timer_cancel(&timer[1]);
	ax_mock_clock_advance(200);
	ck_assert_uint_eq(fired[0], 1);
	ck_assert_uint_eq(fired[1], 0);
	ck_assert_uint_eq(fired[2], 3);
	ck_assert_uint_eq(ax_mock_timers(), 0);
	ck_assert_uint_eq(ax_port_ticks(), now + 297);
}
END_TEST

START_TEST(a_timer_waits_for_interrupts_to_be_unmasked)
{
	unsigned long irq = ax_port_irq_save();

	ax_port_timer_init(&timer[0], on_timer);
	ax_port_timer_set(&timer[0], ax_port_ticks() + 5);
	ax_mock_clock_advance(5);
	ck_assert_uint_eq(fired[0], 0);
	ax_port_irq_restore(irq);
	ck_assert_uint_eq(fired[0], 1);
}
END_TEST

/* ---- tasks ---- */

struct player {
	struct ax_task *task;
	unsigned steps, in, out;
};

static void blocks_twice(void *arg)
{
	struct player *p = arg;

	for (; p->steps < 2; p->steps++) {
		ax_port_task_block();
	}
}

static void yields_thrice(void *arg)
{
	struct player *p = arg;

	for (; p->steps < 3; p->steps++) {
		ck_assert_uint_eq(ax_port_cpu(), 2);
		ax_port_task_yield();
	}
}

static void count_switch(void *arg, bool in)
{
	struct player *p = arg;

	ck_assert(!ax_arch_irq_enabled());
	p->in += in;
	p->out += !in;
}

START_TEST(a_wake_before_the_block_is_not_lost)
{
	struct player p = {0};
	struct ax_task_params params = {.name = "p", .entry = blocks_twice, .arg = &p};

	ck_assert_int_eq(ax_port_task_spawn(&params, &p.task), AX_OK);
	ax_port_task_wake(p.task);
	ck_assert_uint_eq(ax_mock_run_until_idle(), 1);
	ck_assert_uint_eq(p.steps, 1);
	ax_port_task_wake(p.task);
	ax_port_task_join(p.task);
	ck_assert_uint_eq(p.steps, 2);
	ax_mock_check_clean();
}
END_TEST

START_TEST(tasks_take_turns_and_see_their_own_cpu)
{
	struct player p = {0}, q = {0};
	struct ax_task_params params = {
		.name = "p", .entry = yields_thrice, .arg = &p, .affinity = 0xc, .on_switch = count_switch};

	ck_assert_int_eq(ax_port_task_spawn(&params, &p.task), AX_OK);
	params.arg = &q;
	ck_assert_int_eq(ax_port_task_spawn(&params, &q.task), AX_OK);
	ck_assert(ax_mock_run_one());
	ck_assert(ax_mock_run_one());
	ck_assert_uint_eq(p.steps, 0);
	ck_assert_uint_eq(q.in, 1);
	ax_port_task_join(p.task);
	ax_port_task_join(q.task);
	ck_assert_uint_eq(q.in, 4);
	ck_assert_uint_eq(q.out, 4);
	params.affinity = 1ull << 40;
	ck_assert_int_eq(ax_port_task_spawn(&params, &p.task), AX_EINVAL);
	params.affinity = 0;
	params.sched = "lottery";
	ck_assert_int_eq(ax_port_task_spawn(&params, &p.task), AX_ENOENT);
	ax_mock_check_clean();
}
END_TEST

static void wait_for_nobody(void *unused)
{
	(void)unused;
	ax_port_task_block();
}

START_TEST(a_deadlock_is_a_panic)
{
	ck_assert(ax_mock_panics(wait_for_nobody, NULL));
}
END_TEST

/* ---- interrupts, log ---- */

static unsigned irqs;

static bool leave_active(unsigned hwirq)
{
	ck_assert_uint_eq(hwirq, 27);
	irqs++;
	return false;
}

START_TEST(an_interrupt_left_active_does_not_come_again)
{
	unsigned long irq = ax_port_irq_save();

	ck_assert_int_eq(ax_port_irq_claim(27, leave_active), AX_OK);
	ck_assert_int_eq(ax_port_irq_claim(27, leave_active), AX_EBUSY);
	ck_assert_int_eq(ax_port_irq_claim(5000, leave_active), AX_ERANGE);
	ax_mock_irq_raise(27);
	ax_port_irq_handle();
	ck_assert_uint_eq(irqs, 0);
	ax_port_irq_enable(27, true);
	ax_port_irq_handle();
	ax_mock_irq_raise(27);
	ax_port_irq_handle();
	ck_assert_uint_eq(irqs, 1);
	ck_assert(ax_mock_irq_active(27));
	ax_port_irq_set_active(27, false);
	ax_port_irq_handle();
	ck_assert_uint_eq(irqs, 2);
	ax_port_irq_restore(irq);
}
END_TEST

START_TEST(a_log_budget_bounds_the_lines_and_tells_how_many_it_swallowed)
{
	struct ax_log_budget budget = {0};

	for (unsigned i = 0; i < 100000; i++) {
		ax_port_log_limited(&budget, AX_LOG_WARN, "bad access");
	}
	ck_assert_uint_eq(ax_mock_log_count("warn: bad access"), AX_LOG_BURST);
	ax_mock_clock_advance(AX_MOCK_HZ);
	ax_port_log_limited(&budget, AX_LOG_WARN, "bad access");
	ck_assert_uint_eq(ax_mock_log_count("(99990 lines suppressed)"), 1);
}
END_TEST

/* ---- vCPU ---- */

static void run_unloaded(void *vcpu)
{
	struct ax_exit exit;

	ax_arch_vcpu_run(vcpu, &exit);
}

START_TEST(a_vcpu_plays_its_script_and_notes_what_is_done_to_it)
{
	struct ax_arch_vcpu_config config = {.index = 1};
	struct ax_exit exit = {.reason = AX_EXIT_MMIO, .mmio = {.gpa = {0x9000000}, .width = 4, .reg = 3}};
	struct ax_arch_vcpu *vcpu;
	unsigned long irq;

	ck_assert_int_eq(ax_arch_vcpu_create(&config, &vcpu), AX_OK);
	ck_assert(ax_mock_panics(run_unloaded, vcpu));
	ax_mock_vcpu_push(vcpu, &exit);
	irq = ax_arch_irq_save();
	ax_arch_vcpu_load(vcpu);
	ax_arch_vcpu_run(vcpu, &exit);
	ck_assert_int_eq(exit.reason, AX_EXIT_MMIO);
	exit.mmio.data = 77;
	ax_arch_vcpu_mmio_done(vcpu, &exit.mmio);
	ck_assert_uint_eq(ax_mock_vcpu(vcpu)->gpr[3], 77);
	ax_arch_vcpu_run(vcpu, &exit);
	ck_assert_int_eq(exit.reason, AX_EXIT_HALT);
	ax_arch_vcpu_put(vcpu);
	ax_arch_irq_restore(irq);
	ax_arch_vcpu_destroy(vcpu);
	ax_mock_check_clean();
}
END_TEST

START_TEST(an_interrupt_slot_is_empty_once_the_guest_has_completed_it)
{
	struct ax_arch_vcpu_config config = {.index = 0};
	struct ax_virq virq = {.intid = 40, .pending = true};
	struct ax_arch_vcpu *vcpu;

	ck_assert_int_eq(ax_arch_vcpu_create(&config, &vcpu), AX_OK);
	ax_arch_vcpu_irq_write(vcpu, 2, &virq);
	ck_assert(!ax_mock_vcpu_irq_complete(vcpu, 40));
	ck_assert(ax_mock_vcpu_irq_ack(vcpu, 40));
	ck_assert(ax_arch_vcpu_irq_read(vcpu, 2, &virq));
	ck_assert(virq.active && !virq.pending);
	ck_assert(ax_mock_vcpu_irq_complete(vcpu, 40));
	ck_assert(!ax_arch_vcpu_irq_read(vcpu, 2, &virq));
	ax_arch_vcpu_destroy(vcpu);
}
END_TEST

START_TEST(a_vcpu_snapshot_restores_only_what_it_understands)
{
	struct ax_arch_vcpu_config config = {.index = 0};
	struct ax_arch_vcpu *vcpu;
	uint8_t blob[512];
	uint64_t value;
	long size;

	ck_assert_int_eq(ax_arch_vcpu_create(&config, &vcpu), AX_OK);
	ck_assert_int_eq(ax_arch_vcpu_set_reg(vcpu, AX_REG_GPR0 + 30, 5), AX_OK);
	ck_assert_int_eq(ax_arch_vcpu_set_reg(vcpu, AX_REG_GPR0 + 31, 5), AX_ENOENT);
	size = ax_arch_vcpu_save(vcpu, NULL, 0);
	ck_assert_int_eq(ax_arch_vcpu_save(vcpu, blob, (size_t)size - 1), AX_ENOSPC);
	ck_assert_int_eq(ax_arch_vcpu_save(vcpu, blob, sizeof(blob)), size);
	ck_assert_int_eq(ax_arch_vcpu_set_reg(vcpu, AX_REG_GPR0 + 30, 6), AX_OK);
	ck_assert_int_eq(ax_arch_vcpu_restore(vcpu, blob, (size_t)size), AX_OK);
	ck_assert_int_eq(ax_arch_vcpu_get_reg(vcpu, AX_REG_GPR0 + 30, &value), AX_OK);
	ck_assert_uint_eq(value, 5);
	blob[0] ^= 1;
	ck_assert_int_eq(ax_arch_vcpu_restore(vcpu, blob, (size_t)size), AX_EFORMAT);
	ax_arch_vcpu_destroy(vcpu);
}
END_TEST

/* ---- host contexts ---- */

static struct ax_arch_context home, away;
static unsigned visits;

static void visitor(void *arg)
{
	for (;;) {
		visits += *(unsigned *)arg;
		ax_arch_context_switch(&away, &home);
	}
}

START_TEST(a_context_keeps_its_place_between_switches)
{
	void *stack = malloc(65536);
	unsigned step = 5;
	unsigned long irq = ax_arch_irq_save();

	ax_arch_context_init(&away, (char *)stack + 65536, visitor, &step);
	ax_arch_context_switch(&home, &away);
	ax_arch_context_switch(&home, &away);
	ck_assert_uint_eq(visits, 10);
	ax_arch_irq_restore(irq);
	free(stack);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		pages_are_aligned_zeroed_and_not_at_their_physical_address,
		freed_blocks_grow_together_again,
		the_halves_of_a_split_block_are_freed_on_their_own,
		the_nth_allocation_fails_on_request,
		a_leak_and_a_wrong_free_are_panics,
		a_lock_masks_interrupts_and_is_not_recursive,
		timers_fire_in_order_at_their_deadline_and_can_rearm,
		a_timer_waits_for_interrupts_to_be_unmasked,
		a_wake_before_the_block_is_not_lost,
		tasks_take_turns_and_see_their_own_cpu,
		a_deadlock_is_a_panic,
		an_interrupt_left_active_does_not_come_again,
		a_log_budget_bounds_the_lines_and_tells_how_many_it_swallowed,
		a_vcpu_plays_its_script_and_notes_what_is_done_to_it,
		an_interrupt_slot_is_empty_once_the_guest_has_completed_it,
		a_vcpu_snapshot_restores_only_what_it_understands,
		a_context_keeps_its_place_between_switches,
	};
	Suite *suite = suite_create("mock");
	TCase *tc = tcase_create("mock");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, ax_mock_reset, NULL);
	for (size_t i = 0; i < AX_ARRAY_SIZE(tests); i++) {
		tcase_add_test(tc, tests[i]);
	}
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
