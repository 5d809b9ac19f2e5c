/* SPDX-License-Identifier: Apache-2.0 */
/* Switching a CPU to the tables that ax_arch_host_tables() was given. */
#ifndef AX_AARCH64_MMU_H
#define AX_AARCH64_MMU_H

void ax_arm_use_final_tables(void);

#endif
