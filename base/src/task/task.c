/* SPDX-License-Identifier: Apache-2.0 */
/* Life of a task: spawn, run, join. */
#include <ax/base/lib.h>
#include <ax/base/mm.h>
#include <ax/base/smp.h>
#include <ax/err.h>

#include "task.h"

#include <string.h>

static const struct ax_sched_class *default_class;

static const struct ax_sched_class *find_class(const char *name)
{
	for (unsigned i = 0; i < ax_sched_class_count; i++) {
		if (strcmp(ax_sched_classes[i]->name, name) == 0) {
			return ax_sched_classes[i];
		}
	}
	return NULL;
}

int ax_sched_set_default(const char *name)
{
	const struct ax_sched_class *class = find_class(name);

	if (!class) {
		return AX_ENOENT;
	}
	default_class = class;
	return AX_OK;
}

const char *ax_sched_default(void)
{
	/* The last rank is the one that never refuses a task. */
	return default_class ? default_class->name : ax_sched_classes[ax_sched_class_count - 1]->name;
}

/* A CPU that a pinned task owns gives others little; else the one that carries less weight. */
static bool better(const struct ax_runqueue *a, const struct ax_runqueue *b)
{
	if (!a->pinned_owner != !b->pinned_owner) {
		return !a->pinned_owner;
	}
	return a->load < b->load;
}

int ax_sched_admit_anywhere(struct ax_task *task)
{
	int best = -1;

	for (unsigned cpu = 0; cpu < ax_port_cpu_count(); cpu++) {
		if ((task->affinity & AX_BIT(cpu)) && ax_cpus[cpu].online &&
		    (best < 0 || better(&ax_cpus[cpu].runqueue, &ax_cpus[best].runqueue))) {
			best = (int)cpu;
		}
	}
	task->cpu = (unsigned)best;
	return best < 0 ? AX_EINVAL : AX_OK;
}

static void task_main(void *arg)
{
	struct ax_task *task = arg;

	ax_sched_finish_switch();
	ax_arch_irq_enable();
	task->entry(task->arg);
	ax_sched_exit();
}

static void change_load(unsigned cpu, int by)
{
	struct ax_runqueue *rq = &ax_cpus[cpu].runqueue;
	unsigned long irq = ax_port_lock(&rq->lock);

	rq->load += (unsigned)by;
	ax_port_unlock(&rq->lock, irq);
}

int ax_port_task_spawn(const struct ax_task_params *params, struct ax_task **out)
{
	const struct ax_sched_class *class = find_class(params->sched ? params->sched : ax_sched_default());
	struct ax_task *task;
	int err;

	if (!class) {
		return AX_ENOENT;
	}
	task = ax_port_alloc(sizeof(*task));
	if (!task) {
		return AX_ENOMEM;
	}
	*task = (struct ax_task){
		.class = class,
		.state = AX_TASK_BLOCKED,
		.weight = params->weight ? params->weight : AX_TASK_WEIGHT,
		.affinity = params->affinity ? params->affinity : ~0ull,
		.entry = params->entry,
		.arg = params->arg,
		.on_switch = params->on_switch,
	};
	ax_snprintf(task->name, sizeof(task->name), "%s", params->name);
	err = AX_ENOMEM;
	task->stack = ax_stack_alloc(AX_TASK_STACK);
	if (!task->stack) {
		goto no_stack;
	}
	err = class->admit(task);
	if (err) {
		goto not_admitted;
	}
	change_load(task->cpu, (int)task->weight);
	ax_arch_context_init(&task->context, task->stack, task_main, task);
	*out = task;
	ax_port_task_wake(task);
	return AX_OK;

not_admitted:
	ax_stack_free(task->stack, AX_TASK_STACK);
no_stack:
	ax_port_free(task, sizeof(*task));
	return err;
}

void ax_port_task_join(struct ax_task *task)
{
	struct ax_runqueue *rq = &ax_cpus[task->cpu].runqueue;
	unsigned long irq = ax_port_lock(&rq->lock);

	task->joiner = ax_port_task_current();
	while (!task->gone) {
		ax_port_unlock(&rq->lock, irq);
		ax_port_task_block();
		irq = ax_port_lock(&rq->lock);
	}
	ax_port_unlock(&rq->lock, irq);
	if (task->class->leave) {
		task->class->leave(task);
	}
	change_load(task->cpu, -(int)task->weight);
	ax_stack_free(task->stack, AX_TASK_STACK);
	ax_port_free(task, sizeof(*task));
}
