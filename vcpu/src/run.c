/* SPDX-License-Identifier: Apache-2.0 */
/* Entry to the guest: load and put, the kick protocol, the account of exits. */
#include <stdatomic.h>

#include <ax/vcpu.h>

void ax_vcpu_load(struct ax_vcpu *vcpu)
{
	if (vcpu->cpu >= 0) {
		return;
	}
	ax_arch_vcpu_load(vcpu->arch);
	vcpu->cpu = (int)ax_port_cpu();
}

void ax_vcpu_put(struct ax_vcpu *vcpu)
{
	if (vcpu->cpu < 0) {
		return;
	}
	ax_arch_vcpu_put(vcpu->arch);
	vcpu->cpu = -1;
}

/* Closes the account of the last exit: what happened until `now` was its handling. */
static void account(struct ax_vcpu *vcpu, uint64_t now)
{
	struct ax_vcpu_reason_stats *stats;
	uint64_t ticks = now - vcpu->exit_ticks;

	if (vcpu->exit_reason >= AX_EXIT_COUNT) {
		return;
	}
	stats = &vcpu->stats.reason[vcpu->exit_reason];
	stats->min = stats->count == 0 ? ticks : AX_MIN(stats->min, ticks);
	stats->max = AX_MAX(stats->max, ticks);
	stats->ticks += ticks;
	stats->count++;
}

void ax_vcpu_run(struct ax_vcpu *vcpu, struct ax_exit *exit)
{
	uint64_t now = ax_port_ticks();

	account(vcpu, now);
	vcpu->in_guest = true;
	if (ax_vcpu_take_kick(vcpu) || ax_port_task_need_resched()) {
		exit->reason = AX_EXIT_KICK;
	} else {
		ax_arch_vcpu_run(vcpu->arch, exit);
		now = ax_port_ticks();
	}
	vcpu->in_guest = false;
	vcpu->exit_ticks = now;
	vcpu->exit_reason = exit->reason;
}

bool ax_vcpu_take_kick(struct ax_vcpu *vcpu)
{
	return vcpu->kicked && atomic_exchange(&vcpu->kicked, false);
}

void ax_vcpu_kick(struct ax_vcpu *vcpu)
{
	unsigned long irq;
	int cpu;

	vcpu->kicked = true;
	if (vcpu->in_guest) {
		cpu = vcpu->cpu;
		if (cpu >= 0) {
			ax_port_cpu_kick((unsigned)cpu);
		}
		return;
	}
	if (vcpu->state == AX_VCPU_RUNNING) {
		return;
	}
	/* The lock keeps the task from being joined and freed in between. */
	irq = ax_port_lock(&vcpu->lock);
	if (vcpu->task) {
		ax_port_task_wake(vcpu->task);
	}
	ax_port_unlock(&vcpu->lock, irq);
}

const char *ax_exit_reason_name(enum ax_exit_reason reason)
{
	static const char *const name[] = {
#define X(id, text) [AX_EXIT_##id] = text,
		AX_EXIT_REASONS(X)
#undef X
	};

	return (unsigned)reason < AX_EXIT_COUNT ? name[reason] : "?";
}
