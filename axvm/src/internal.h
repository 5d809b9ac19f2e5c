/* SPDX-License-Identifier: Apache-2.0 */
/* What axvm's files share: the run context of a vCPU, the ladder, the tables of exits, models and firmware. */
#ifndef AX_AXVM_INTERNAL_H
#define AX_AXVM_INTERNAL_H

#include <ax/vm.h>

/* What becomes of a vCPU after an exit: the rungs between a guest's mistake and the rest of the machine. */
enum ax_step {
	AX_STEP_HANDLED,   /* enter again */
	AX_STEP_INJECT,    /* the architecture's fault for this exit, then enter again */
	AX_STEP_STOP_VCPU, /* off, until another vCPU starts it */
	AX_STEP_STOP_VM,
};

/* The guest's timer as an input of its interrupt controller. */
struct ax_vtimer {
	struct ax_irq_line line; /* NULL chip: the VM has no timer interrupt */
	int hwirq;               /* physical interrupt linked to it; -1: none */
	bool level;              /* as last told to the controller */
	bool stale;              /* the physical interrupt's state on this CPU is not yet this vCPU's */
};

/* PSCI STAT_COUNT and STAT_RESIDENCY, by state type: standby, power-down. */
struct ax_suspend_stats {
	uint64_t count, ticks;
};

/* A vCPU in the run loop. Used by its task and, interrupts off, by that task's on_switch. */
struct ax_run {
	struct ax_vm *vm;
	struct ax_vcpu *vcpu;
	struct ax_exit exit;
	unsigned long irq; /* interrupt state to restore where the loop may block */
	bool bound;        /* the vCPU's state belongs on whatever CPU the task has */
	struct ax_vtimer timer;
	struct ax_timer alarm; /* ends HALT when the guest's timer is due */
	struct ax_suspend_stats suspend[2];
};

/* ---- run.c ---- */

/* The vCPU's task. arg: struct ax_run. */
void ax_run_task(void *arg);
void ax_run_on_switch(void *arg, bool in);
/* Interrupts on, and off again: around code that may block or take long. */
void ax_run_irq_open(struct ax_run *run);
void ax_run_irq_close(struct ax_run *run);
/* All state of the calling vCPU to reset, to go on at entry. */
void ax_run_restart(struct ax_run *run, const struct ax_arch_entry *entry);
/* The same after a sleep: interrupts in flight, which are the controller's, stay. */
void ax_run_resume(struct ax_run *run, const struct ax_arch_entry *entry);

/* ---- halt.c ---- */

void ax_halt_init(struct ax_run *run);
/* Sleeps until an interrupt is pending for the vCPU, it is kicked, or its VM ends. Interrupts off. */
void ax_halt_wait(struct ax_run *run);

/* ---- vtimer.c ---- */

/* Tells the controller a change of the timer's level. Interrupts off, vCPU loaded. Returns the timer's state. */
struct ax_arch_timer ax_vtimer_sync(struct ax_run *run);
/* The vCPU was loaded / put: whose the physical interrupt is. Interrupts off. */
void ax_vtimer_load(struct ax_vtimer *timer);
void ax_vtimer_put(struct ax_vtimer *timer);

/* ---- exit_*.c ---- */

enum ax_step ax_exit_dispatch(struct ax_run *run);

enum ax_step ax_exit_mmio(struct ax_run *run);
enum ax_step ax_exit_pio(struct ax_run *run);
enum ax_step ax_exit_sysreg(struct ax_run *run);
enum ax_step ax_exit_fault(struct ax_run *run);

/* ---- firmware ---- */

/* The calls a guest makes to its platform. */
struct ax_firmware {
	const char *name;                                                             /* as ax_arch_caps() has it */
	enum ax_step (*call)(struct ax_run *run);                                     /* answers exit.hypercall */
	void (*boot)(const struct ax_vm_config *config, struct ax_arch_entry *entry); /* vCPU 0's first registers */
};

/* NULL: no such firmware. */
const struct ax_firmware *ax_firmware_find(const char *name);
extern const struct ax_firmware ax_firmware_psci;

/* An entry point must be aligned, executable RAM. */
bool ax_vm_entry_valid(const struct ax_vm *vm, uint64_t entry);
/* All of [gpa, gpa+size) is RAM of one range with at least these permissions. */
bool ax_vm_is_ram(const struct ax_vm *vm, uint64_t gpa, uint64_t size, uint32_t prot);

/* ---- lifecycle.c ---- */

/* No task of the VM is left, and none will be. AX_EBUSY, AX_ESTATE. */
int ax_vm_retire(struct ax_vm *vm);

/* ---- devices ---- */

/* Builds and registers all devices of the configuration. Errors as ax_vm_create; the caller destroys the bus. */
int ax_devices_create(struct ax_vm *vm);

static inline bool ax_vm_running(const struct ax_vm *vm)
{
	return vm->state == AX_VM_RUNNING;
}

#endif
