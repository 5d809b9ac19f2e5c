/* SPDX-License-Identifier: Apache-2.0 */
/* The vCPU's task: once powered on it enters the guest and answers its exits, until the vCPU is off or the VM ends. */
#include "internal.h"

/* What a resumed vCPU keeps of its interrupts in flight; a GICv3 has at most so many list registers. */
#define MAX_SLOTS 16u

void ax_run_irq_open(struct ax_run *run)
{
	ax_port_irq_restore(run->irq);
}

void ax_run_irq_close(struct ax_run *run)
{
	run->irq = ax_port_irq_save();
}

static void bind(struct ax_run *run)
{
	ax_vcpu_load(run->vcpu);
	ax_vtimer_load(&run->timer);
	run->bound = true;
}

static void unbind(struct ax_run *run)
{
	run->bound = false;
	ax_vcpu_put(run->vcpu);
	ax_vtimer_put(&run->timer);
}

void ax_run_on_switch(void *arg, bool in)
{
	struct ax_run *run = arg;

	if (!run->bound) {
		return;
	}
	if (in) {
		ax_vcpu_load(run->vcpu);
		ax_vtimer_load(&run->timer);
	} else {
		ax_vcpu_put(run->vcpu);
		ax_vtimer_put(&run->timer);
	}
}

void ax_run_restart(struct ax_run *run, const struct ax_arch_entry *entry)
{
	if (run->bound) {
		unbind(run);
	}
	ax_arch_vcpu_reset(run->vcpu->arch, entry);
	bind(run);
}

void ax_run_resume(struct ax_run *run, const struct ax_arch_entry *entry)
{
	struct ax_virq kept[MAX_SLOTS];
	uint32_t used = 0;
	unsigned slots = AX_MIN(run->vm->virq_port.slots, MAX_SLOTS);

	for (unsigned i = 0; i < slots; i++) {
		used |= ax_arch_vcpu_irq_read(run->vcpu->arch, i, &kept[i]) ? 1u << i : 0;
	}
	ax_run_restart(run, entry);
	for (unsigned i = 0; i < slots; i++) {
		if (used & (1u << i)) {
			ax_arch_vcpu_irq_write(run->vcpu->arch, i, &kept[i]);
		}
	}
}

/* A step that leaves the guest's path. Interrupts off. */
static void apply(struct ax_run *run, enum ax_step step)
{
	struct ax_vm *vm = run->vm;

	switch (step) {
	case AX_STEP_HANDLED:
		break;
	case AX_STEP_INJECT:
		ax_arch_vcpu_inject_fault(run->vcpu->arch, &run->exit);
		break;
	case AX_STEP_STOP_VCPU:
		run->vcpu->state = AX_VCPU_OFF;
		break;
	case AX_STEP_STOP_VM:
		run->vcpu->state = AX_VCPU_STOPPED;
		ax_vm_end(vm, AX_STOP_FAULT);
		break;
	}
}

static void enter_once(struct ax_run *run)
{
	struct ax_irqchip *chip = run->vm->irqchip;
	struct ax_vcpu *vcpu = run->vcpu;
	enum ax_step step;

	if (chip) {
		chip->ops->before_entry(chip, vcpu->index);
	}
	ax_vcpu_run(vcpu, &run->exit);
	if (chip) {
		chip->ops->after_exit(chip, vcpu->index);
	}
	step = ax_exit_dispatch(run);
	if (step != AX_STEP_HANDLED) {
		apply(run, step);
	}
}

/* Until the vCPU is off or stopped, or the VM ends. */
static void guest_loop(struct ax_run *run, const struct ax_arch_entry *entry)
{
	struct ax_irqchip *chip = run->vm->irqchip;

	ax_run_irq_close(run);
	if (chip) {
		chip->ops->reset_vcpu(chip, run->vcpu->index);
	}
	ax_run_restart(run, entry);
	for (;;) {
		ax_vtimer_sync(run);
		/*
		 * What a kick announces is looked at after it is taken: the VM's state here, interrupts before the
		 * entry. The timer comes first, since a line that moves kicks.
		 */
		ax_vcpu_take_kick(run->vcpu);
		if (!ax_vm_running(run->vm) || run->vcpu->state != AX_VCPU_RUNNING) {
			break;
		}
		enter_once(run);
	}
	unbind(run);
	/* Shared interrupts that waited in its slots go to who can take them. */
	if (chip) {
		chip->ops->reset_vcpu(chip, run->vcpu->index);
	}
	ax_run_irq_open(run);
}

void ax_run_task(void *arg)
{
	struct ax_run *run = arg;
	struct ax_vm *vm = run->vm;
	struct ax_arch_entry entry;

	while (ax_vm_running(vm)) {
		if (ax_vcpu_begin(run->vcpu, &entry)) {
			guest_loop(run, &entry);
		} else {
			ax_port_task_block();
		}
	}
	if (--vm->live_tasks == 0) {
		vm->state = AX_VM_STOPPED;
		if (vm->hooks && vm->hooks->stopped) {
			vm->hooks->stopped(vm->hooks_ctx, vm, (enum ax_vm_stop)vm->stop_reason);
		}
	}
}
