/* SPDX-License-Identifier: Apache-2.0 */
/* Physical CPUs. Index 0 is the boot CPU; the others follow the order of the device tree. */
#ifndef AX_BASE_SMP_H
#define AX_BASE_SMP_H

#include <ax/types.h>

#define AX_MAX_CPUS 64u

/* CPUs that run, which is ax_port_cpu_count(); hardware id (MPIDR affinity, hart, APIC id) of one of them. */
unsigned ax_cpu_count(void);
uint64_t ax_cpu_hw_id(unsigned cpu);

/* Ticks a CPU spent in its idle loop since it started. */
uint64_t ax_cpu_idle_ticks(unsigned cpu);

#endif
