/* SPDX-License-Identifier: Apache-2.0 */
/* The reference the GICv3 model is compared with, and what devices and guests do to both. */
#ifndef VGICV3_REF_H
#define VGICV3_REF_H

#include "fake_cpu.h"

#define CPUS 3u
#define SPIS 64u
#define INTIDS (32 + SPIS)
#define LINKED 27u /* completed by hardware */
#define NOBODY CPUS

struct ref {
	bool latch, line, active, enabled, edge, group1;
	unsigned priority, target;
};

extern struct fake_vm vm;
extern struct ref ref[CPUS][INTIDS]; /* SPIs in row 0 */
extern unsigned groups;              /* GICD_CTLR's enables */
extern uint64_t seed;

/* A random number below n. */
unsigned any(unsigned n);
struct ref *of(unsigned cpu, unsigned intid);

/* The vCPU, or all, come out of the guest; the runner's. */
void leave(unsigned cpu);
void leave_all(void);

/* Random acts, upon the model and the reference alike. */
void line_moves(void);
void sgi_is_sent(void);
void register_is_written(void);
/* Writes the interrupt's bit to a register with a bit for each; SGIs and PPIs: of that vCPU. */
void write_bit(unsigned cpu, unsigned intid, uint32_t base);

#endif
