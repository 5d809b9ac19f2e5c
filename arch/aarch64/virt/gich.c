/* SPDX-License-Identifier: Apache-2.0 */
/* The GICv3 virtual CPU interface: list registers and what is switched with them (Arm IHI 0069, 6 and 12.4). */
#include "vcpu_state.h"

#define MAINTENANCE_HWIRQ 25u

/* Registers by number: the instruction holds the name, so a table of names becomes a switch. */
#define LR_NUMBERS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

static unsigned apr_count; /* active-priority registers a group */

static uint64_t lr_read(unsigned n)
{
	switch (n) {
#define X(i)                                                                                                           \
	case i:                                                                                                        \
		return AX_MRS(ICH_LR##i##_EL2);
		LR_NUMBERS(X)
#undef X
	default:
		return 0;
	}
}

static void lr_write(unsigned n, uint64_t value)
{
	switch (n) {
#define X(i)                                                                                                           \
	case i:                                                                                                        \
		AX_MSR(ICH_LR##i##_EL2, value);                                                                        \
		break;
		LR_NUMBERS(X)
#undef X
	default:
		break;
	}
}

/* ICH_AP<g>R<n> for n below what the priority bits implement; others are undefined instructions. */
#define APR_EACH(op)                                                                                                   \
	do {                                                                                                           \
		op(0);                                                                                                 \
		if (apr_count > 1) {                                                                                   \
			op(1);                                                                                         \
		}                                                                                                      \
		if (apr_count > 2) {                                                                                   \
			op(2);                                                                                         \
			op(3);                                                                                         \
		}                                                                                                      \
	} while (0)

/*
 * The exit was the point: after_exit and before_entry remove the cause. Until then the line stays up, and the host
 * would take it again and again: off, to be switched on at the next entry.
 */
static bool maintenance(unsigned hwirq)
{
	(void)hwirq;
	AX_MSR(ICH_HCR_EL2, 0);
	return true;
}

unsigned ax_arm_gich_lrs(void)
{
	return (unsigned)AX_FIELD_GET(AX_MRS(ICH_VTR_EL2), 4, 0) + 1;
}

int ax_arm_gich_claim(void)
{
	return ax_port_irq_claim(MAINTENANCE_HWIRQ, maintenance);
}

void ax_arm_gich_init(void)
{
	unsigned lr_count = ax_arm_gich_lrs();

	/* ICH_VTR_EL2.PREbits: 2^(bits - 5) registers a group. */
	apr_count = 1u << (AX_FIELD_GET(AX_MRS(ICH_VTR_EL2), 28, 26) + 1 - 5);
	for (unsigned i = 0; i < lr_count; i++) {
		lr_write(i, 0);
	}
	AX_MSR(ICH_HCR_EL2, 0);
	ax_port_irq_enable(MAINTENANCE_HWIRQ, true);
}

void ax_arm_gich_reset(struct ax_arch_vcpu *vcpu)
{
	vcpu->lr_used = 0;
	vcpu->notify_free = false;
	vcpu->vmcr = 0;
	for (unsigned i = 0; i < MAX_APRS; i++) {
		vcpu->ap0r[i] = 0;
		vcpu->ap1r[i] = 0;
	}
}

static uint64_t hcr(const struct ax_arch_vcpu *vcpu)
{
	return ICH_HCR_EN | (vcpu->notify_free ? ICH_HCR_UIE : 0);
}

void ax_arm_gich_rearm(const struct ax_arch_vcpu *vcpu)
{
	if (!AX_MRS(ICH_HCR_EL2)) {
		AX_MSR(ICH_HCR_EL2, hcr(vcpu));
	}
}

void ax_arm_gich_load(struct ax_arch_vcpu *vcpu)
{
	AX_MSR(ICH_VMCR_EL2, vcpu->vmcr);
#define OP(i)                                                                                                          \
	AX_MSR(ICH_AP0R##i##_EL2, vcpu->ap0r[i]);                                                                      \
	AX_MSR(ICH_AP1R##i##_EL2, vcpu->ap1r[i])
	APR_EACH(OP);
#undef OP
	for (uint32_t used = vcpu->lr_used; used; used &= used - 1) {
		unsigned n = (unsigned)__builtin_ctz(used);

		lr_write(n, vcpu->lr[n]);
	}
	AX_MSR(ICH_HCR_EL2, hcr(vcpu));
}

void ax_arm_gich_put(struct ax_arch_vcpu *vcpu)
{
	vcpu->vmcr = AX_MRS(ICH_VMCR_EL2);
#define OP(i)                                                                                                          \
	vcpu->ap0r[i] = AX_MRS(ICH_AP0R##i##_EL2);                                                                     \
	vcpu->ap1r[i] = AX_MRS(ICH_AP1R##i##_EL2)
	APR_EACH(OP);
#undef OP
	for (uint32_t used = vcpu->lr_used; used; used &= used - 1) {
		unsigned n = (unsigned)__builtin_ctz(used);

		vcpu->lr[n] = lr_read(n);
		lr_write(n, 0);
	}
	AX_MSR(ICH_HCR_EL2, 0);
}

void ax_arch_vcpu_irq_write(struct ax_arch_vcpu *vcpu, unsigned slot, const struct ax_virq *virq)
{
	uint64_t lr = 0;

	if (virq) {
		lr = virq->intid | AX_FIELD(virq->priority, 55, 48) | (virq->group1 ? LR_GROUP1 : 0) |
		     (virq->pending ? LR_PENDING : 0) | (virq->active ? LR_ACTIVE : 0);
		lr |= virq->hw ? LR_HW | AX_FIELD(virq->hwirq, 44, 32) : virq->eoi_exit ? LR_EOI : 0;
	}
	vcpu->lr_used = virq ? vcpu->lr_used | 1u << slot : vcpu->lr_used & ~(1u << slot);
	if (vcpu->loaded) {
		lr_write(slot, lr);
	} else {
		vcpu->lr[slot] = lr;
	}
}

bool ax_arch_vcpu_irq_read(const struct ax_arch_vcpu *vcpu, unsigned slot, struct ax_virq *virq)
{
	uint64_t lr;

	if (!(vcpu->lr_used & (1u << slot))) {
		return false;
	}
	lr = vcpu->loaded ? lr_read(slot) : vcpu->lr[slot];
	*virq = (struct ax_virq){
		.intid = (uint32_t)lr,
		.priority = (uint8_t)AX_FIELD_GET(lr, 55, 48),
		.group1 = lr & LR_GROUP1,
		.pending = lr & LR_PENDING,
		.active = lr & LR_ACTIVE,
		.hw = lr & LR_HW,
		.hwirq = lr & LR_HW ? (uint32_t)AX_FIELD_GET(lr, 44, 32) : 0,
		.eoi_exit = !(lr & LR_HW) && (lr & LR_EOI),
	};
	return virq->pending || virq->active;
}

void ax_arch_vcpu_irq_notify_free(struct ax_arch_vcpu *vcpu, bool on)
{
	if (vcpu->notify_free == on) {
		return;
	}
	vcpu->notify_free = on;
	if (vcpu->loaded) {
		AX_MSR(ICH_HCR_EL2, hcr(vcpu));
	}
}

void ax_arch_vcpu_line(struct ax_arch_vcpu *vcpu, unsigned line, bool level)
{
	(void)vcpu;
	(void)line;
	(void)level;
	ax_port_panic("this architecture has interrupt slots, not lines");
}
