/* SPDX-License-Identifier: Apache-2.0 */
/* Entry points between the architecture's boot code, base and the application. */
#ifndef AX_BASE_BOOT_H
#define AX_BASE_BOOT_H

#include <ax/arch/host.h>

/* The boot CPU, from boot code: interrupts masked, stack in the image. *info stays valid. */
AX_NORETURN void ax_base_start(const struct ax_boot_info *info);
/* Every other CPU, with the argument that ax_arch_cpu_start() was given, on the stack it was given. */
AX_NORETURN void ax_base_start_secondary(void *arg);

/* The application: the first task, when all CPUs run. Returning powers the machine off. */
int ax_main(void);

#endif
