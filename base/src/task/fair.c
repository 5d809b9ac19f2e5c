/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class `fair`: CPU time in proportion to weight. Each task has a virtual run time that grows the slower the more it
 * weighs; the one furthest behind runs.
 */
#include <ax/base/sched.h>

#define SLICE_NS 4000000u
/* A task that slept is put at most this far behind the others, so that it soon runs but cannot starve them. */
#define WAKE_BONUS_NS 2000000u

static uint64_t scaled(uint64_t ticks, const struct ax_task *task)
{
	return ticks * AX_TASK_WEIGHT / task->weight;
}

static void fair_enqueue(struct ax_runqueue *rq, struct ax_task *task, bool woken)
{
	struct ax_task **at = &rq->fair;
	uint64_t bonus = ax_port_ns_to_ticks(WAKE_BONUS_NS);

	if (woken && rq->fair_floor > bonus) {
		task->vruntime = AX_MAX(task->vruntime, rq->fair_floor - bonus);
	}
	while (*at && (*at)->vruntime <= task->vruntime) {
		at = &(*at)->next;
	}
	task->next = *at;
	*at = task;
}

static struct ax_task *fair_pick(struct ax_runqueue *rq)
{
	struct ax_task *task = rq->fair;

	if (task) {
		rq->fair = task->next;
		rq->fair_floor = AX_MAX(rq->fair_floor, task->vruntime);
	}
	return task;
}

static bool fair_ready(const struct ax_runqueue *rq)
{
	return rq->fair != NULL;
}

static void fair_account(struct ax_runqueue *rq, struct ax_task *task, uint64_t ticks)
{
	(void)rq;
	task->vruntime += scaled(ticks, task);
}

static bool fair_preempts(const struct ax_task *woken, const struct ax_task *running)
{
	uint64_t ran = running->vruntime + scaled(ax_port_ticks() - running->since, running);

	return woken->vruntime < ran;
}

static uint64_t fair_slice_ns(const struct ax_runqueue *rq, const struct ax_task *task)
{
	(void)rq;
	(void)task;
	return SLICE_NS;
}

const struct ax_sched_class ax_sched_fair = {
	.name = "fair",
	.admit = ax_sched_admit_anywhere,
	.enqueue = fair_enqueue,
	.pick = fair_pick,
	.ready = fair_ready,
	.account = fair_account,
	.preempts = fair_preempts,
	.slice_ns = fair_slice_ns,
};
