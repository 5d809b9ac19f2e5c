/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks beyond ax/port.h, and what they wait on. */
#ifndef AX_BASE_TASK_H
#define AX_BASE_TASK_H

#include <ax/base/list.h>
#include <ax/port.h>

/* The class of tasks that name none. AX_ENOENT. */
int ax_sched_set_default(const char *name);

/* A queue of tasks that wait for a condition which its owner changes. Zero-initialised is ready. */
struct ax_waitq {
	struct ax_lock lock;
	struct ax_list waiters;
};

/* Blocks the calling task until cond(arg); cond is called without locks, maybe often. A wake between test and sleep is kept. */
void ax_waitq_wait(struct ax_waitq *queue, bool (*cond)(void *arg), void *arg);
/* Has every waiter test its condition again. Any context. */
void ax_waitq_wake(struct ax_waitq *queue);

/* A lock that sleeps, handed over in order of arrival; not for interrupt context, not recursive. Zero-initialised is free. */
struct ax_mutex {
	struct ax_lock lock;
	struct ax_task *owner;
	struct ax_list waiters;
};

void ax_mutex_lock(struct ax_mutex *mutex);
void ax_mutex_unlock(struct ax_mutex *mutex);

/* Sleeps at least so long. */
void ax_task_sleep(uint64_t ns);

const char *ax_task_name(const struct ax_task *task);

#endif
