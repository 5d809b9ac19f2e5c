/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class `pinned`: the task owns a CPU. It runs whenever it can, without a tick and without being preempted by other
 * classes, which get the CPU only while it sleeps.
 */
#include <ax/base/sched.h>
#include <ax/base/smp.h>
#include <ax/err.h>

static int pinned_admit(struct ax_task *task)
{
	if (!(task->affinity & (~0ull >> (64 - ax_port_cpu_count())))) {
		return AX_EINVAL;
	}
	for (unsigned cpu = 0; cpu < ax_port_cpu_count(); cpu++) {
		struct ax_runqueue *rq = &ax_cpus[cpu].runqueue;
		unsigned long irq;
		bool won;

		if (!(task->affinity & AX_BIT(cpu))) {
			continue;
		}
		irq = ax_port_lock(&rq->lock);
		won = !rq->pinned_owner;
		if (won) {
			rq->pinned_owner = task;
			task->cpu = cpu;
		}
		ax_port_unlock(&rq->lock, irq);
		if (won) {
			return AX_OK;
		}
	}
	return AX_EBUSY;
}

static void pinned_leave(struct ax_task *task)
{
	struct ax_runqueue *rq = &ax_cpus[task->cpu].runqueue;
	unsigned long irq = ax_port_lock(&rq->lock);

	rq->pinned_owner = NULL;
	ax_port_unlock(&rq->lock, irq);
}

static void pinned_enqueue(struct ax_runqueue *rq, struct ax_task *task, bool woken)
{
	(void)woken;
	rq->pinned = task;
}

static struct ax_task *pinned_pick(struct ax_runqueue *rq)
{
	struct ax_task *task = rq->pinned;

	rq->pinned = NULL;
	return task;
}

static bool pinned_ready(const struct ax_runqueue *rq)
{
	return rq->pinned != NULL;
}

const struct ax_sched_class ax_sched_pinned = {
	.name = "pinned",
	.admit = pinned_admit,
	.leave = pinned_leave,
	.enqueue = pinned_enqueue,
	.pick = pinned_pick,
	.ready = pinned_ready,
};
