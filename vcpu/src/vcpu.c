/* SPDX-License-Identifier: Apache-2.0 */
/* Life, power state and task of a vCPU. */
#include <ax/vcpu.h>

int ax_vcpu_init(struct ax_vcpu *vcpu, const struct ax_arch_vcpu_config *config, void *owner)
{
	*vcpu = (struct ax_vcpu){.index = config->index, .cpu = -1, .exit_reason = AX_EXIT_COUNT, .owner = owner};
	return ax_arch_vcpu_create(config, &vcpu->arch);
}

void ax_vcpu_destroy(struct ax_vcpu *vcpu)
{
	ax_arch_vcpu_destroy(vcpu->arch);
	vcpu->arch = NULL;
}

void ax_vcpu_reset(struct ax_vcpu *vcpu)
{
	vcpu->state = AX_VCPU_OFF;
	vcpu->kicked = false;
	vcpu->exit_reason = AX_EXIT_COUNT;
}

void ax_vcpu_bind_task(struct ax_vcpu *vcpu, struct ax_task *task)
{
	unsigned long irq = ax_port_lock(&vcpu->lock);

	vcpu->task = task;
	/* Whoever kicked before found nobody to wake. */
	if (task && vcpu->kicked) {
		ax_port_task_wake(task);
	}
	ax_port_unlock(&vcpu->lock, irq);
}

int ax_vcpu_power_on(struct ax_vcpu *vcpu, const struct ax_arch_entry *entry)
{
	unsigned long irq = ax_port_lock(&vcpu->lock);
	bool won = vcpu->state == AX_VCPU_OFF;

	if (won) {
		vcpu->entry = *entry;
		vcpu->state = AX_VCPU_STARTING;
	}
	ax_port_unlock(&vcpu->lock, irq);
	if (!won) {
		return AX_ESTATE;
	}
	ax_vcpu_kick(vcpu);
	return AX_OK;
}

bool ax_vcpu_begin(struct ax_vcpu *vcpu, struct ax_arch_entry *entry)
{
	unsigned long irq = ax_port_lock(&vcpu->lock);
	bool starting = vcpu->state == AX_VCPU_STARTING;

	if (starting) {
		*entry = vcpu->entry;
		vcpu->state = AX_VCPU_RUNNING;
	}
	ax_port_unlock(&vcpu->lock, irq);
	return starting;
}

const char *ax_vcpu_state_name(enum ax_vcpu_state state)
{
	static const char *const name[] = {
		[AX_VCPU_OFF] = "off",       [AX_VCPU_STARTING] = "starting", [AX_VCPU_RUNNING] = "running",
		[AX_VCPU_HALTED] = "halted", [AX_VCPU_STOPPED] = "stopped",
	};

	return (unsigned)state < AX_ARRAY_SIZE(name) ? name[state] : "?";
}
