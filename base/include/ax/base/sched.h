/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduling classes. Every CPU has one run queue with a place for each class; the class of lowest rank that has a ready task
 * runs. All functions are called with the queue's lock held and interrupts off, and may not block or allocate.
 */
#ifndef AX_BASE_SCHED_H
#define AX_BASE_SCHED_H

#include <ax/base/list.h>
#include <ax/port.h>

#define AX_TASK_NAME_MAX 31u
#define AX_SCHED_NO_SLICE (~0ull)

/* Part of a run queue that classes use. */
struct ax_sched_queue {
	struct ax_task *owner;   /* pinned: the task this CPU belongs to */
	bool owner_ready;        /* pinned: it waits to run */
	struct ax_list fair;     /* fair: ready tasks by virtual run time */
	uint64_t fair_clock;     /* fair: the least virtual run time that a task may join with */
};

/* Part of a task that classes use. */
struct ax_sched_entity {
	struct ax_list link;
	uint64_t virtual_time;   /* fair: ticks run, over weight */
	unsigned weight;         /* 1..1024 */
};

struct ax_sched_class {
	const char *name;
	unsigned rank;
	/* The task becomes one of this CPU's / leaves it; not ready. attach: AX_EBUSY when the CPU cannot take it. */
	int (*attach)(struct ax_sched_queue *queue, struct ax_task *task);
	void (*detach)(struct ax_sched_queue *queue, struct ax_task *task);
	/* It is ready; woken: it had slept. */
	void (*enqueue)(struct ax_sched_queue *queue, struct ax_task *task, bool woken);
	/* Takes the next one out of the queue; NULL: none is ready. */
	struct ax_task *(*pick)(struct ax_sched_queue *queue);
	/* The running task has used so many ticks. */
	void (*account)(struct ax_sched_queue *queue, struct ax_task *task, uint64_t ticks);
	/* Ticks the task, about to run or running, may go on before others of its class have a turn; AX_SCHED_NO_SLICE. */
	uint64_t (*slice)(const struct ax_sched_queue *queue, const struct ax_task *task);
	/* A task of this class just became ready: is it to replace `running`, of the same class? */
	bool (*preempts)(const struct ax_sched_queue *queue, const struct ax_task *ready, const struct ax_task *running);
};

/* The classes of this build, by rank; ends with NULL. */
extern const struct ax_sched_class *const ax_sched_classes[];

extern const struct ax_sched_class ax_sched_pinned, ax_sched_fair;

struct ax_sched_entity *ax_sched_entity(struct ax_task *task);
struct ax_task *ax_sched_task(struct ax_sched_entity *entity);

#endif
