/* SPDX-License-Identifier: Apache-2.0 */
/* The final tables, for CPUs that start after them. */
#ifndef AX_AARCH64_MMU_H
#define AX_AARCH64_MMU_H

#include <ax/types.h>

/* Root of the tables that ax_arch_host_tables() was given. */
uint64_t ax_arm_host_root(void);
/* Sets SCTLR_EL2.WXN: from here on nothing is both writable and executable, whatever a table says. */
void ax_arm_forbid_writable_code(void);

#endif
