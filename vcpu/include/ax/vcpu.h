/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arch-neutral vCPU: state, statistics, kick and binding to a task, around the backend's ax/arch/vcpu.h.
 *
 * A kick is never lost: the kicker raises `kicked` before it looks where the vCPU is; the vCPU says where it is before
 * it looks at `kicked`, the last time with interrupts off right before the entry, where a kick's interrupt stays
 * pending and ends guest mode at once.
 */
#ifndef AX_VCPU_H
#define AX_VCPU_H

#include <ax/arch/vcpu.h>
#include <ax/err.h>
#include <ax/port.h>

enum ax_vcpu_state {
	AX_VCPU_OFF,      /* created or powered off by the guest (PSCI CPU_OFF, HSM stop) */
	AX_VCPU_STARTING, /* CPU_ON won; not yet reset by its own task */
	AX_VCPU_RUNNING,  /* its task enters the guest */
	AX_VCPU_HALTED,   /* in WFI/HLT until an interrupt */
	AX_VCPU_STOPPED,  /* an unrecoverable error: only a VM reset helps */
};

struct ax_vcpu_reason_stats {
	uint64_t count, ticks, min, max; /* host ticks from exit to the next entry */
};

struct ax_vcpu_stats {
	struct ax_vcpu_reason_stats reason[AX_EXIT_COUNT];
};

struct ax_vcpu {
	struct ax_arch_vcpu *arch;
	unsigned index;
	_Atomic unsigned state;          /* enum ax_vcpu_state; leaves OFF and STARTING under `lock` */
	_Atomic bool kicked;             /* leave guest mode, look at the VM */
	_Atomic bool in_guest;           /* from before the last look at `kicked` to the exit */
	_Atomic int cpu;                 /* physical CPU it is loaded on; -1 */
	struct ax_lock lock;             /* guards task and entry */
	struct ax_task *task;            /* NULL: none; then nobody waits */
	struct ax_arch_entry entry;      /* valid in STARTING */
	struct ax_vcpu_stats stats;      /* written by its own task only */
	uint64_t exit_ticks;             /* when the last exit happened */
	enum ax_exit_reason exit_reason; /* AX_EXIT_COUNT: no exit since the reset */
	void *owner;                     /* the VM */
};

/* AX_ENOMEM. The vCPU starts OFF. */
int ax_vcpu_init(struct ax_vcpu *vcpu, const struct ax_arch_vcpu_config *config, void *owner);
void ax_vcpu_destroy(struct ax_vcpu *vcpu);

/* Back to OFF from any state, kicks forgotten, statistics kept. Nobody runs it. */
void ax_vcpu_reset(struct ax_vcpu *vcpu);

/* The task that runs the vCPU, for kicks to wake; NULL before it is joined. */
void ax_vcpu_bind_task(struct ax_vcpu *vcpu, struct ax_task *task);

/* OFF -> STARTING, one winner among racing callers. AX_ESTATE: it is not off. Any context. */
int ax_vcpu_power_on(struct ax_vcpu *vcpu, const struct ax_arch_entry *entry);
/* STARTING -> RUNNING, by its own task, which then resets the backend's part to *entry. False: it is not starting. */
bool ax_vcpu_begin(struct ax_vcpu *vcpu, struct ax_arch_entry *entry);

/* The task got or lost its CPU (ax_task_params.on_switch). Interrupts off. Doing it twice does nothing. */
void ax_vcpu_load(struct ax_vcpu *vcpu);
void ax_vcpu_put(struct ax_vcpu *vcpu);

/*
 * Enters the guest once, unless kicked or a reschedule is due (AX_EXIT_KICK). Interrupts off, loaded. Accounts the time
 * since the last exit to that exit's reason: sleep in HALT and other tasks' turns included.
 */
void ax_vcpu_run(struct ax_vcpu *vcpu, struct ax_exit *exit);

/* Any context: makes it leave guest mode, or wakes its task from HALT. */
void ax_vcpu_kick(struct ax_vcpu *vcpu);
/* Whether it was kicked since the last call. Its own task calls it before it looks at what a kick announces. */
bool ax_vcpu_take_kick(struct ax_vcpu *vcpu);

const char *ax_exit_reason_name(enum ax_exit_reason reason);
const char *ax_vcpu_state_name(enum ax_vcpu_state state);

#endif
