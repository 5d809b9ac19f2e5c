/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port's tasks: cooperative, in the order in which they became ready. The test itself is the main task; every other
 * task returns to it when it blocks, yields or ends.
 */
#include "port.h"

#include <stdlib.h>
#include <string.h>

#define STACK_SIZE (256u * 1024u)
#define MAX_SWITCHES 1000000u

enum state { READY, RUNNING, BLOCKED, DONE };

struct ax_task {
	struct ax_arch_context ctx;
	char name[32];
	struct ax_task_params params;
	enum state state;
	bool woken; /* a wake came that no block has used up */
	bool asked; /* looked for a reschedule since it got the CPU */
	unsigned cpu;
	void *stack;
	struct ax_task *next;   /* ready queue */
	struct ax_task *joiner; /* waits for the end */
};

static struct ax_task main_task = {.name = "main", .state = RUNNING};

static struct {
	struct ax_task *current;
	struct ax_task *head, **tail;
	unsigned count;
} tasks = {.current = &main_task, .tail = &tasks.head};

static void make_ready(struct ax_task *task)
{
	task->state = READY;
	task->next = NULL;
	*tasks.tail = task;
	tasks.tail = &task->next;
}

/* Gives up the CPU; the caller has put the state and queue right. Interrupts off. */
static void back_to_main(struct ax_task *task)
{
	if (ax_mock_locks_held()) {
		ax_mock_panic("task %s lets go of the CPU with a lock held", task->name);
	}
	ax_arch_context_switch(&task->ctx, &main_task.ctx);
}

static void task_start(void *arg)
{
	struct ax_task *task = arg;

	ax_arch_irq_enable();
	task->params.entry(task->params.arg);
	(void)ax_arch_irq_save();
	task->state = DONE;
	if (task->joiner) {
		ax_port_task_wake(task->joiner);
	}
	back_to_main(task);
}

static bool known_class(const char *sched)
{
	return !sched || strcmp(sched, "pinned") == 0 || strcmp(sched, "fair") == 0;
}

int ax_port_task_spawn(const struct ax_task_params *params, struct ax_task **out)
{
	uint64_t allowed = AX_BIT(ax_port_cpu_count()) - 1;
	struct ax_task *task;

	if (params->affinity) {
		allowed &= params->affinity;
	}
	if (!allowed) {
		return AX_EINVAL;
	}
	if (!known_class(params->sched)) {
		return AX_ENOENT;
	}
	task = ax_mock_object_alloc(sizeof(*task));
	if (!task) {
		return AX_ENOMEM;
	}
	task->stack = ax_mock_object_alloc(STACK_SIZE);
	if (!task->stack) {
		ax_mock_object_free(task, sizeof(*task));
		return AX_ENOMEM;
	}
	task->params = *params;
	strncpy(task->name, params->name ? params->name : "", sizeof(task->name) - 1);
	task->cpu = (unsigned)__builtin_ctzll(allowed);
	ax_arch_context_init(&task->ctx, (char *)task->stack + STACK_SIZE, task_start, task);
	tasks.count++;
	*out = task;
	make_ready(task);
	return AX_OK;
}

bool ax_mock_run_one(void)
{
	struct ax_task *task = tasks.head;
	unsigned long irq;
	unsigned cpu = ax_port_cpu();

	if (tasks.current != &main_task) {
		ax_mock_panic("only the test itself runs tasks");
	}
	if (!task) {
		return false;
	}
	tasks.head = task->next;
	if (!tasks.head) {
		tasks.tail = &tasks.head;
	}
	irq = ax_arch_irq_save();
	task->state = RUNNING;
	task->asked = false;
	tasks.current = task;
	ax_mock_set_cpu(task->cpu);
	if (task->params.on_switch) {
		task->params.on_switch(task->params.arg, true);
	}
	ax_arch_context_switch(&main_task.ctx, &task->ctx);
	if (task->params.on_switch) {
		task->params.on_switch(task->params.arg, false);
	}
	tasks.current = &main_task;
	ax_mock_set_cpu(cpu);
	ax_arch_irq_restore(irq);
	return true;
}

unsigned ax_mock_run_until_idle(void)
{
	for (unsigned n = 0; ax_mock_run_one(); n++) {
		if (n == MAX_SWITCHES) {
			ax_mock_panic("tasks never became idle");
		}
	}
	return tasks.count;
}

unsigned ax_mock_tasks(void)
{
	return tasks.count;
}

struct ax_task *ax_port_task_current(void)
{
	return tasks.current;
}

void ax_port_task_block(void)
{
	struct ax_task *task = tasks.current;
	unsigned long irq = ax_arch_irq_save();

	if (ax_mock_locks_held()) {
		ax_mock_panic("task %s blocks with a lock held", task->name);
	}
	if (task == &main_task) {
		ax_arch_irq_restore(0);
		while (!task->woken) {
			if (!ax_mock_run_one()) {
				ax_mock_panic("deadlock: the test waits and no task is ready");
			}
		}
	} else if (!task->woken) {
		task->state = BLOCKED;
		back_to_main(task);
	}
	task->woken = false;
	ax_arch_irq_restore(irq);
}

void ax_port_task_wake(struct ax_task *task)
{
	task->woken = true;
	if (task->state == BLOCKED) {
		make_ready(task);
	}
}

void ax_port_task_yield(void)
{
	struct ax_task *task = tasks.current;
	unsigned long irq;

	if (!ax_arch_irq_enabled()) {
		ax_mock_panic("yield with interrupts off");
	}
	if (task == &main_task) {
		(void)ax_mock_run_one();
		return;
	}
	irq = ax_arch_irq_save();
	make_ready(task);
	back_to_main(task);
	ax_arch_irq_restore(irq);
}

bool ax_port_task_need_resched(void)
{
	bool asked = tasks.current->asked;

	/* A task that just got the CPU is not asked to give it up at once: two that look first would never get on. */
	tasks.current->asked = true;
	return asked && tasks.head != NULL;
}

static void task_free(struct ax_task *task)
{
	tasks.count--;
	ax_mock_object_free(task->stack, STACK_SIZE);
	ax_mock_object_free(task, sizeof(*task));
}

void ax_port_task_join(struct ax_task *task)
{
	if (task == tasks.current || task->joiner) {
		ax_mock_panic("task %s cannot be joined here", task->name);
	}
	task->joiner = tasks.current;
	while (task->state != DONE) {
		ax_port_task_block();
	}
	task_free(task);
}

void ax_mock_task_reset(void)
{
	tasks.current = &main_task;
	tasks.head = NULL;
	tasks.tail = &tasks.head;
	tasks.count = 0;
	main_task.woken = false;
	main_task.state = RUNNING;
}

/* ---- everything ---- */

void ax_mock_reset(void)
{
	ax_mock_arch_reset();
	ax_mock_pages_reset();
	ax_mock_sync_reset();
	ax_mock_irq_reset();
	ax_mock_task_reset();
	ax_mock_log_clear();
}

void ax_mock_check_clean(void)
{
	ax_mock_tlb_check();
	if (ax_mock_tlb_violations()) {
		ax_mock_panic("TLB: %s", ax_mock_tlb_violation());
	}
	if (ax_mock_tasks() || ax_mock_timers() || ax_mock_locks_held()) {
		ax_mock_panic("left over: %u tasks, %u timers, %u locks", ax_mock_tasks(), ax_mock_timers(),
			      ax_mock_locks_held());
	}
	if (ax_mock_live_objects() || ax_mock_live_pages()) {
		ax_mock_panic("leaked: %zu objects, %zu pages", ax_mock_live_objects(), ax_mock_live_pages());
	}
}
