/* SPDX-License-Identifier: Apache-2.0 */
/* The mock vCPU's timer, registers and snapshot. */
#include "machine.h"
#include "vcpu.h"

#include <string.h>

#define SAVE_MAGIC 0x6d6f636bu
#define SAVE_VERSION 1u

/* What save and restore carry. */
struct saved {
	uint32_t magic, version;
	uint64_t pc, sp, status, gpr[31];
	int64_t time_offset;
};

void ax_arch_vcpu_timer(struct ax_arch_vcpu *vcpu, struct ax_arch_timer *out)
{
	*out = vcpu->m.timer;
	if (out->armed && ax_arch_ticks() >= out->deadline) {
		out->armed = false;
		out->line = true;
	}
}

void ax_mock_vcpu_set_timer(struct ax_arch_vcpu *vcpu, const struct ax_arch_timer *timer)
{
	vcpu->m.timer = *timer;
}

int ax_arch_vcpu_timer_hwirq(void)
{
	return (int)AX_MOCK_TIMER_HWIRQ;
}

void ax_arch_vcpu_set_time_offset(struct ax_arch_vcpu *vcpu, int64_t ticks)
{
	vcpu->m.time_offset = ticks;
}

static uint64_t *reg_of(struct ax_mock_vcpu *m, unsigned reg)
{
	switch (reg) {
	case AX_REG_PC:
		return &m->pc;
	case AX_REG_SP:
		return &m->sp;
	case AX_REG_STATUS:
		return &m->status;
	default:
		return reg - AX_REG_GPR0 < AX_ARRAY_SIZE(m->gpr) ? &m->gpr[reg - AX_REG_GPR0] : NULL;
	}
}

int ax_arch_vcpu_get_reg(const struct ax_arch_vcpu *vcpu, unsigned reg, uint64_t *value)
{
	const uint64_t *r = reg_of((struct ax_mock_vcpu *)&vcpu->m, reg);

	if (!r) {
		return AX_ENOENT;
	}
	*value = *r;
	return AX_OK;
}

int ax_arch_vcpu_set_reg(struct ax_arch_vcpu *vcpu, unsigned reg, uint64_t value)
{
	uint64_t *r = reg_of(&vcpu->m, reg);

	if (!r) {
		return AX_ENOENT;
	}
	*r = value;
	return AX_OK;
}

long ax_arch_vcpu_save(const struct ax_arch_vcpu *vcpu, void *buf, size_t size)
{
	const struct ax_mock_vcpu *m = &vcpu->m;
	struct saved s = {SAVE_MAGIC, SAVE_VERSION, m->pc, m->sp, m->status, {0}, m->time_offset};

	if (buf) {
		if (size < sizeof(s)) {
			return AX_ENOSPC;
		}
		memcpy(s.gpr, m->gpr, sizeof(s.gpr));
		memcpy(buf, &s, sizeof(s));
	}
	return (long)sizeof(s);
}

int ax_arch_vcpu_restore(struct ax_arch_vcpu *vcpu, const void *buf, size_t size)
{
	struct saved s;

	if (size < sizeof(s)) {
		return AX_EFORMAT;
	}
	memcpy(&s, buf, sizeof(s));
	if (s.magic != SAVE_MAGIC || s.version != SAVE_VERSION) {
		return AX_EFORMAT;
	}
	vcpu->m.pc = s.pc;
	vcpu->m.sp = s.sp;
	vcpu->m.status = s.status;
	vcpu->m.time_offset = s.time_offset;
	memcpy(vcpu->m.gpr, s.gpr, sizeof(s.gpr));
	return AX_OK;
}
