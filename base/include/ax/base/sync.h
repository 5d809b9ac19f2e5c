/* SPDX-License-Identifier: Apache-2.0 */
/* Locks that sleep. Spin locks are the port's (ax_port_lock). */
#ifndef AX_BASE_SYNC_H
#define AX_BASE_SYNC_H

#include <ax/port.h>

struct ax_mutex_waiter;

/* Zero-initialised is free. Handed over in order of arrival; not recursive, not for interrupt context. */
struct ax_mutex {
	struct ax_lock lock;
	bool held;
	struct ax_mutex_waiter *first;
};

void ax_mutex_lock(struct ax_mutex *mutex);
void ax_mutex_unlock(struct ax_mutex *mutex);

#endif
