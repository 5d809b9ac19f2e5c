/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the port share. */
#ifndef AX_MOCK_PORT_H
#define AX_MOCK_PORT_H

#include "machine.h"

void ax_mock_pages_reset(void);
void ax_mock_sync_reset(void);
void ax_mock_irq_reset(void);
void ax_mock_task_reset(void);

#endif
