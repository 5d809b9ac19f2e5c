/* SPDX-License-Identifier: Apache-2.0 */
/* Between the console's screen and its keyboard. */
#ifndef AX_VMM_CONSOLE_INTERNAL_H
#define AX_VMM_CONSOLE_INTERNAL_H

#include <ax/vmm/console.h>

/* A line of the console itself. */
void ax_console_say(struct ax_console *c, const char *text);

#endif
