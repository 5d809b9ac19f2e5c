/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks and the scheduler. A scheduling class is a vtable; classes stand side by side, by rank, on each CPU. A CPU with
 * one task to run has no tick.
 *
 * A run queue's lock is held across the switch of contexts and released by the task that was switched to, so that a
 * task is never woken on another CPU while its state is still on this one's stack.
 */
#ifndef AX_BASE_SCHED_H
#define AX_BASE_SCHED_H

#include <ax/arch/host.h>
#include <ax/port.h>

#define AX_TASK_STACK AX_KIB(16)
#define AX_TASK_NAME 24u
#define AX_TASK_WEIGHT 100u

enum ax_task_state { AX_TASK_READY, AX_TASK_RUNNING, AX_TASK_BLOCKED, AX_TASK_DEAD };

struct ax_sched_class;

struct ax_task {
	struct ax_arch_context context; /* while not running */
	char name[AX_TASK_NAME];
	const struct ax_sched_class *class;
	struct ax_task *next; /* in its class's queue */
	unsigned cpu;
	enum ax_task_state state; /* guarded by the run queue's lock */
	bool wake_pending;
	unsigned weight;
	uint64_t vruntime; /* fair: ticks / weight */
	uint64_t since;    /* when it got the CPU */
	uint64_t runtime;  /* ticks in all */
	uint64_t affinity;
	void (*entry)(void *arg);
	void *arg;
	void (*on_switch)(void *arg, bool in);
	void *stack; /* top */
	struct ax_task *joiner;
	bool gone; /* its stack is free; under the run queue's lock */
};

struct ax_runqueue {
	struct ax_lock lock;
	struct ax_task *current, *idle;
	struct ax_task *previous; /* during a switch */
	struct ax_task *system;   /* ready, in order of arrival */
	struct ax_task *fair;     /* ready, by vruntime */
	uint64_t fair_floor;      /* no ready task is behind this vruntime for long */
	struct ax_task *pinned, *pinned_owner;
	unsigned load; /* weights of the tasks that live here */
	_Atomic bool need_resched;
	struct ax_timer slice;
};

/* All but admit and leave under the run queue's lock. Optional ones may be NULL. */
struct ax_sched_class {
	const char *name;
	/* A CPU of the affinity for a new task; AX_EBUSY, AX_EINVAL. Takes what it promises. */
	int (*admit)(struct ax_task *task);
	void (*leave)(struct ax_task *task); /* optional: gives it back */
	void (*enqueue)(struct ax_runqueue *rq, struct ax_task *task, bool woken);
	struct ax_task *(*pick)(struct ax_runqueue *rq); /* takes it out of the queue; NULL */
	bool (*ready)(const struct ax_runqueue *rq);
	/* Optional. The running task used up so many ticks. */
	void (*account)(struct ax_runqueue *rq, struct ax_task *task, uint64_t ticks);
	/* Optional: never. `woken` should run rather than `running` of the same class. */
	bool (*preempts)(const struct ax_task *woken, const struct ax_task *running);
	/* Optional: as long as it likes. How long it may run while others are ready. */
	uint64_t (*slice_ns)(const struct ax_runqueue *rq, const struct ax_task *task);
};

/* By rank: a ready task of an earlier class runs before those of later ones. */
extern const struct ax_sched_class *const ax_sched_classes[];
extern const unsigned ax_sched_class_count;

/* The calling context becomes this CPU's idle task. Interrupts off until ax_sched_idle(). */
void ax_sched_init_cpu(void);
AX_NORETURN void ax_sched_idle(void);
/* At the end of an interrupt, interrupts off. */
void ax_sched_preempt(void);
/* The timer's interrupt. */
void ax_time_interrupt(void);
/* The class of tasks that name none; AX_ENOENT. */
int ax_sched_set_default(const char *name);
const char *ax_sched_default(void);
/* An admit: the CPU of the affinity that no pinned task owns and that carries the least weight. AX_EINVAL: none. */
int ax_sched_admit_anywhere(struct ax_task *task);

#endif
