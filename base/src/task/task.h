/* SPDX-License-Identifier: Apache-2.0 */
/* Between the scheduler's core and the life of a task. */
#ifndef AX_BASE_TASK_H
#define AX_BASE_TASK_H

#include <ax/base/sched.h>

/* First thing in a task that was switched to. */
void ax_sched_finish_switch(void);
AX_NORETURN void ax_sched_exit(void);

#endif
