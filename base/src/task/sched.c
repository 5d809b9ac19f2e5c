/* SPDX-License-Identifier: Apache-2.0 */
/* The core of the scheduler: who runs next on this CPU, block and wake. */
#include <ax/base/sched.h>
#include <ax/base/smp.h>

#include "task.h"

static struct ax_runqueue *this_rq(void)
{
	return &ax_this_cpu()->runqueue;
}

static unsigned rank_of(const struct ax_sched_class *class)
{
	unsigned rank = 0;

	while (rank < ax_sched_class_count && ax_sched_classes[rank] != class) {
		rank++;
	}
	return rank; /* the idle task has no class: last */
}

static struct ax_task *pick(struct ax_runqueue *rq)
{
	for (unsigned i = 0; i < ax_sched_class_count; i++) {
		struct ax_task *task = ax_sched_classes[i]->pick(rq);

		if (task) {
			return task;
		}
	}
	return rq->idle;
}

static bool others_ready(const struct ax_runqueue *rq)
{
	for (unsigned i = 0; i < ax_sched_class_count; i++) {
		if (ax_sched_classes[i]->ready(rq)) {
			return true;
		}
	}
	return false;
}

static void on_slice_end(struct ax_timer *timer)
{
	AX_CONTAINER_OF(timer, struct ax_runqueue, slice)->need_resched = true;
}

/* A tick only while somebody else waits. */
static void arm_slice(struct ax_runqueue *rq)
{
	struct ax_task *task = rq->current;
	bool sliced = task->class && task->class->slice_ns && others_ready(rq);
	uint64_t ns = sliced ? task->class->slice_ns(rq, task) : 0;

	if (ns) {
		ax_port_timer_set(&rq->slice, ax_port_ticks() + ax_port_ns_to_ticks(ns));
	} else if (rq->slice.link) { /* this CPU's own: no need to ask under its lock */
		ax_port_timer_cancel(&rq->slice);
	}
}

static void charge(struct ax_runqueue *rq, struct ax_task *task)
{
	uint64_t now = ax_port_ticks();
	uint64_t ticks = now - task->since;

	task->since = now;
	task->runtime += ticks;
	if (task->class && task->class->account) {
		task->class->account(rq, task, ticks);
	}
}

/* In the new task: the old one's state is off the CPU, so others may have it. */
void ax_sched_finish_switch(void)
{
	struct ax_runqueue *rq = this_rq();
	struct ax_task *joiner = NULL;

	/* Under the lock, as ax_port_task_join() looks: from `gone` on the joiner may free the task. */
	if (rq->previous->state == AX_TASK_DEAD) {
		joiner = rq->previous->joiner;
		rq->previous->gone = true;
	}
	ax_port_unlock(&rq->lock, ax_arch_irq_save());
	if (joiner) {
		ax_port_task_wake(joiner);
	}
}

/* Lock held, interrupts off; the caller has set the state of the current task. Returns with the lock released. */
static void switch_away(struct ax_runqueue *rq)
{
	struct ax_task *from = rq->current, *to;

	charge(rq, from);
	if (from->state == AX_TASK_RUNNING && from != rq->idle) {
		from->state = AX_TASK_READY;
		from->class->enqueue(rq, from, false);
	}
	rq->need_resched = false;
	to = pick(rq);
	to->state = AX_TASK_RUNNING;
	to->since = ax_port_ticks();
	rq->current = to;
	arm_slice(rq);
	if (from == to) {
		ax_port_unlock(&rq->lock, ax_arch_irq_save());
		return;
	}
	if (from->on_switch) {
		from->on_switch(from->arg, false);
	}
	if (to->on_switch) {
		to->on_switch(to->arg, true);
	}
	rq->previous = from;
	ax_arch_context_switch(&from->context, &to->context);
	ax_sched_finish_switch();
}

void ax_sched_preempt(void)
{
	struct ax_runqueue *rq = this_rq();

	if (!rq->need_resched) {
		return;
	}
	(void)ax_port_lock(&rq->lock);
	switch_away(rq);
}

void ax_port_task_yield(void)
{
	unsigned long irq = ax_arch_irq_save();
	struct ax_runqueue *rq = this_rq();

	(void)ax_port_lock(&rq->lock);
	switch_away(rq);
	ax_arch_irq_restore(irq);
}

bool ax_port_task_need_resched(void)
{
	return this_rq()->need_resched;
}

struct ax_task *ax_port_task_current(void)
{
	unsigned long irq = ax_arch_irq_save();
	struct ax_task *task = this_rq()->current;

	ax_arch_irq_restore(irq);
	return task;
}

void ax_port_task_block(void)
{
	unsigned long irq = ax_arch_irq_save();
	struct ax_runqueue *rq = this_rq();
	struct ax_task *task = rq->current;

	(void)ax_port_lock(&rq->lock);
	if (task->wake_pending) {
		task->wake_pending = false;
		ax_port_unlock(&rq->lock, irq);
		return;
	}
	task->state = AX_TASK_BLOCKED;
	switch_away(rq);
	ax_arch_irq_restore(irq);
}

/* Lock held: `task` just became ready. Decides whether it should run now. */
static void check_preempt(struct ax_runqueue *rq, struct ax_task *task, unsigned cpu)
{
	struct ax_task *running = rq->current;
	unsigned mine = rank_of(task->class), theirs = rank_of(running->class);

	if (mine < theirs || (mine == theirs && task->class->preempts && task->class->preempts(task, running))) {
		rq->need_resched = true;
		ax_port_cpu_kick(cpu);
	} else if (cpu == ax_port_cpu()) {
		arm_slice(rq);
	} else {
		/* Its slice timer is its own CPU's: let that one arm it. */
		rq->need_resched = true;
		ax_port_cpu_kick(cpu);
	}
}

void ax_port_task_wake(struct ax_task *task)
{
	struct ax_runqueue *rq = &ax_cpus[task->cpu].runqueue;
	unsigned long irq = ax_port_lock(&rq->lock);

	if (task->state == AX_TASK_BLOCKED) {
		task->state = AX_TASK_READY;
		task->class->enqueue(rq, task, true);
		check_preempt(rq, task, task->cpu);
	} else {
		task->wake_pending = true;
	}
	ax_port_unlock(&rq->lock, irq);
	/* With interrupts masked the switch waits: for the end of the interrupt, or for the vCPU's next look. */
	if (ax_arch_irq_enabled()) {
		irq = ax_arch_irq_save();
		ax_sched_preempt();
		ax_arch_irq_restore(irq);
	}
}

void ax_sched_init_cpu(void)
{
	struct ax_runqueue *rq = this_rq();
	struct ax_task *idle = ax_port_alloc(sizeof(*idle));

	ax_port_timer_init(&rq->slice, on_slice_end);

	if (!idle) {
		ax_port_panic("no memory for an idle task");
	}
	idle->cpu = ax_port_cpu();
	idle->state = AX_TASK_RUNNING;
	idle->since = ax_port_ticks();
	rq->idle = idle;
	rq->current = idle;
}

void ax_sched_idle(void)
{
	struct ax_runqueue *rq = this_rq();

	for (;;) {
		ax_arch_irq_save();
		if (!rq->need_resched && !others_ready(rq)) {
			ax_arch_idle();
		}
		ax_port_irq_handle();
		ax_port_task_yield();
	}
}

/* A task that ended never runs again; its memory goes with ax_port_task_join(). */
AX_NORETURN void ax_sched_exit(void)
{
	struct ax_runqueue *rq;

	ax_arch_irq_save();
	rq = this_rq();
	(void)ax_port_lock(&rq->lock);
	rq->current->state = AX_TASK_DEAD;
	switch_away(rq);
	ax_port_panic("a task that ended runs");
}
