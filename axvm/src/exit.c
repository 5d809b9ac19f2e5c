/* SPDX-License-Identifier: Apache-2.0 */
/* Which handler answers which exit, and the handlers of a few lines. */
#include "internal.h"

static enum ax_step exit_none(struct ax_run *run)
{
	(void)run;
	return AX_STEP_HANDLED;
}

static enum ax_step exit_hypercall(struct ax_run *run)
{
	const struct ax_firmware *firmware = run->vm->firmware;

	return firmware->call ? firmware->call(run) : AX_STEP_INJECT;
}

static enum ax_step exit_halt(struct ax_run *run)
{
	ax_halt_wait(run);
	ax_arch_vcpu_halt_done(run->vcpu->arch);
	return AX_STEP_HANDLED;
}

/* A host interrupt or a reschedule: let whoever it made ready run. */
static enum ax_step exit_kick(struct ax_run *run)
{
	if (ax_port_task_need_resched()) {
		ax_run_irq_open(run);
		ax_port_task_yield();
		ax_run_irq_close(run);
	}
	return AX_STEP_HANDLED;
}

static enum ax_step exit_irq(struct ax_run *run)
{
	ax_port_irq_handle();
	return exit_kick(run);
}

static enum ax_step exit_undef(struct ax_run *run)
{
	ax_port_log_limited(&run->vm->budget, AX_LOG_WARN, "vm %s: vcpu %u: undefined instruction (%#llx)",
			    run->vm->config->name, run->vcpu->index, (unsigned long long)run->exit.raw);
	return AX_STEP_INJECT;
}

static enum ax_step exit_reset(struct ax_run *run)
{
	ax_vm_end(run->vm, AX_STOP_REBOOT);
	return AX_STEP_HANDLED;
}

static enum ax_step exit_error(struct ax_run *run)
{
	ax_port_log_limited(&run->vm->budget, AX_LOG_ERROR, "vm %s: vcpu %u cannot go on (exit %u, %#llx): vm stopped",
			    run->vm->config->name, run->vcpu->index, (unsigned)run->exit.reason,
			    (unsigned long long)run->exit.raw);
	return AX_STEP_STOP_VM;
}

/* Interrupts are off; those that may block or copy pages open them. */
static enum ax_step (*const handler[AX_EXIT_COUNT])(struct ax_run *run) = {
	[AX_EXIT_NONE] = exit_none,        [AX_EXIT_HYPERCALL] = exit_hypercall,
	[AX_EXIT_MMIO] = ax_exit_mmio,     [AX_EXIT_PIO] = ax_exit_pio,
	[AX_EXIT_SYSREG] = ax_exit_sysreg, [AX_EXIT_FAULT] = ax_exit_fault,
	[AX_EXIT_HALT] = exit_halt,        [AX_EXIT_IRQ] = exit_irq,
	[AX_EXIT_KICK] = exit_kick,        [AX_EXIT_UNDEF] = exit_undef,
	[AX_EXIT_RESET] = exit_reset,      [AX_EXIT_ERROR] = exit_error,
};

enum ax_step ax_exit_dispatch(struct ax_run *run)
{
	unsigned reason = run->exit.reason;

	return reason < AX_EXIT_COUNT ? handler[reason](run) : exit_error(run);
}
