/* SPDX-License-Identifier: Apache-2.0 */
/* Where the architecture's boot code hands over to base. */
#ifndef AX_BASE_BOOT_H
#define AX_BASE_BOOT_H

#include <ax/arch/host.h>

/* Boot CPU, temporary tables, interrupts masked, on the boot stack. info stays valid. */
AX_NORETURN void ax_base_start(const struct ax_boot_info *info);
/* Another CPU, final tables, on the stack it was started with. */
AX_NORETURN void ax_base_start_secondary(void *arg);
/* The application: called in a task once base is up. What it returns is only logged. */
int ax_main(void);

#endif
