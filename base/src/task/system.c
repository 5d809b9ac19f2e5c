/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class `system`: the hypervisor's own servants (console, shell, life cycle), which must run however busy the guests
 * are. First come, first served, each until it sleeps; above all guests, so only for tasks whose work is short.
 */
#include <ax/base/sched.h>

static void system_enqueue(struct ax_runqueue *rq, struct ax_task *task, bool woken)
{
	struct ax_task **at = &rq->system;

	(void)woken;
	while (*at) {
		at = &(*at)->next;
	}
	task->next = NULL;
	*at = task;
}

static struct ax_task *system_pick(struct ax_runqueue *rq)
{
	struct ax_task *task = rq->system;

	if (task) {
		rq->system = task->next;
	}
	return task;
}

static bool system_ready(const struct ax_runqueue *rq)
{
	return rq->system != NULL;
}

const struct ax_sched_class ax_sched_system = {
	.name = "system",
	.admit = ax_sched_admit_anywhere,
	.enqueue = system_enqueue,
	.pick = system_pick,
	.ready = system_ready,
};
