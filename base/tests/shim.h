/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in for the parts of base that a test leaves out. All of it is weak: a part that is linked wins. */
#ifndef AX_BASE_TESTS_SHIM_H
#define AX_BASE_TESTS_SHIM_H

#include <ax/base/smp.h>

/* The mock machine and CPU 0 as new. */
void shim_reset(void);
/* The calls made of ax_port_cpu_kick() for other CPUs since the reset. */
unsigned shim_kicks(void);

#endif
