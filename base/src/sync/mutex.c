/* SPDX-License-Identifier: Apache-2.0 */
/* The mutex: who comes second sleeps until the one before hands it over. */
#include <ax/base/sync.h>

/* On the stack of the task that waits. */
struct ax_mutex_waiter {
	struct ax_mutex_waiter *next;
	struct ax_task *task;
	bool granted;
};

void ax_mutex_lock(struct ax_mutex *mutex)
{
	struct ax_mutex_waiter self = {.task = ax_port_task_current()}, **at;
	unsigned long irq = ax_port_lock(&mutex->lock);

	if (!mutex->held) {
		mutex->held = true;
		ax_port_unlock(&mutex->lock, irq);
		return;
	}
	for (at = &mutex->first; *at; at = &(*at)->next) {
	}
	*at = &self;
	while (!self.granted) {
		ax_port_unlock(&mutex->lock, irq);
		ax_port_task_block();
		irq = ax_port_lock(&mutex->lock);
	}
	ax_port_unlock(&mutex->lock, irq);
}

void ax_mutex_unlock(struct ax_mutex *mutex)
{
	unsigned long irq = ax_port_lock(&mutex->lock);
	struct ax_mutex_waiter *next = mutex->first;
	struct ax_task *task = NULL;

	mutex->held = next != NULL;
	if (next) {
		mutex->first = next->next;
		task = next->task;
		next->granted = true;
	}
	ax_port_unlock(&mutex->lock, irq);
	if (task) {
		ax_port_task_wake(task);
	}
}
