/* SPDX-License-Identifier: Apache-2.0 */
/* A vCPU with nothing to do: its task sleeps until there is. */
#include "internal.h"

static void on_alarm(struct ax_timer *alarm)
{
	ax_vcpu_kick(AX_CONTAINER_OF(alarm, struct ax_run, alarm)->vcpu);
}

void ax_halt_init(struct ax_run *run)
{
	ax_port_timer_init(&run->alarm, on_alarm);
}

static bool interrupt_pending(const struct ax_run *run)
{
	struct ax_irqchip *chip = run->vm->irqchip;

	return chip && chip->ops->pending(chip, run->vcpu->index);
}

/*
 * HALTED is visible before the conditions are looked at: a kick that comes later wakes the task, and a wake before the
 * block makes the block return.
 */
void ax_halt_wait(struct ax_run *run)
{
	struct ax_vcpu *vcpu = run->vcpu;
	bool alarm = false;

	vcpu->state = AX_VCPU_HALTED;
	for (;;) {
		struct ax_arch_timer timer = ax_vtimer_sync(run);

		if (ax_vcpu_take_kick(vcpu) || interrupt_pending(run) || !ax_vm_running(run->vm)) {
			break;
		}
		if (timer.armed) {
			ax_port_timer_set(&run->alarm, timer.deadline);
			alarm = true;
		}
		ax_run_irq_open(run);
		ax_port_task_block();
		ax_run_irq_close(run);
	}
	if (alarm) {
		ax_port_timer_cancel(&run->alarm);
	}
	vcpu->state = AX_VCPU_RUNNING;
}
