/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trapped system registers as one table: what a guest reads and what a write does. A register without a row goes on as
 * an exit and ends, if no device claims it, as an undefined instruction.
 */
#include "vcpu_state.h"

#include <ax/regs/arm_sysreg.h>

enum policy {
	ID,     /* the host's value masked: what the guest may know and use */
	ZERO,   /* reads as zero, writes are ignored */
	SHADOW, /* remembered, no effect */
	IGNORE, /* write or operation without effect */
};

struct trapped {
	uint32_t first, last; /* ids, inclusive */
	enum policy policy;
	uint64_t (*read)(void); /* ID: NULL reads zero */
	uint64_t mask, set;     /* ID: (value & mask) | set */
	unsigned shadow;
};

#define ID_READER(reg)                                                                                                 \
	static uint64_t read_##reg(void)                                                                               \
	{                                                                                                              \
		return AX_MRS(reg);                                                                                    \
	}
ID_READER(id_aa64pfr0_el1)
ID_READER(id_aa64pfr1_el1)
ID_READER(id_aa64dfr0_el1)
ID_READER(id_aa64isar0_el1)
ID_READER(id_aa64isar1_el1)
ID_READER(id_aa64mmfr0_el1)
ID_READER(id_aa64mmfr1_el1)
ID_READER(id_aa64mmfr2_el1)
ID_READER(revidr_el1)
ID_READER(aidr_el1)

/* Nibbles of an ID register, by index. */
#define N(i) AX_MASK(4 * (i) + 3, 4 * (i))

#define R(op0, op1, crn, crm, op2) AX_ARM_SYSREG(op0, op1, crn, crm, op2)
#define ONE(...) R(__VA_ARGS__), R(__VA_ARGS__)

/* Sorted by id. ID fields: Arm ARM D19.2.60 and following. */
static const struct trapped table[] = {
	/* set/way maintenance: the guest's caches are coherent; nothing to do for it (op0 1) */
	{R(1, 0, 7, 6, 2), R(1, 0, 7, 6, 2), IGNORE, NULL, 0, 0, 0},
	{R(1, 0, 7, 10, 2), R(1, 0, 7, 10, 2), IGNORE, NULL, 0, 0, 0},
	{R(1, 0, 7, 14, 2), R(1, 0, 7, 14, 2), IGNORE, NULL, 0, 0, 0},
	/* debug: no breakpoints work yet; the registers Linux clears at boot, and the OS lock, are there */
	{R(2, 0, 0, 0, 4), R(2, 0, 0, 1, 7), ZERO, NULL, 0, 0, 0},
	{ONE(2, 0, 0, 2, 0), ZERO, NULL, 0, 0, 0},
	{ONE(2, 0, 0, 2, 2), SHADOW, NULL, 0, 0, SHADOW_MDSCR},
	{R(2, 0, 0, 2, 4), R(2, 0, 0, 15, 7), ZERO, NULL, 0, 0, 0},
	{ONE(2, 0, 1, 0, 0), ZERO, NULL, 0, 0, 0},                 /* MDRAR_EL1 */
	{ONE(2, 0, 1, 0, 4), IGNORE, NULL, 0, 0, 0},               /* OSLAR_EL1 */
	{ONE(2, 0, 1, 1, 4), ID, NULL, 0, AX_BIT(3), 0},           /* OSLSR_EL1: lock implemented, open */
	{ONE(2, 0, 1, 3, 4), ZERO, NULL, 0, 0, 0},                 /* OSDLR_EL1 */
	{ONE(2, 0, 1, 4, 4), ZERO, NULL, 0, 0, 0},                 /* DBGPRCR_EL1 */
	{R(2, 0, 7, 8, 6), R(2, 0, 7, 9, 6), ZERO, NULL, 0, 0, 0}, /* DBGCLAIM */
	{ONE(3, 0, 0, 0, 6), ID, read_revidr_el1, ~0ull, 0, 0},
	/* AArch32 identification: EL0 is AArch64 only */
	{R(3, 0, 0, 1, 0), R(3, 0, 0, 3, 7), ZERO, NULL, 0, 0, 0},
	/* PFR0: EL0, EL1 in AArch64; FP, AdvSIMD, GIC, CSV2, CSV3; no EL2, EL3, RAS, SVE, SEL2, MPAM, AMU, RME */
	{ONE(3, 0, 0, 4, 0), ID, read_id_aa64pfr0_el1, N(4) | N(5) | N(6) | N(14) | N(15) | N(12), 0x11, 0},
	{ONE(3, 0, 0, 4, 1), ID, read_id_aa64pfr1_el1, N(0) | N(1), 0, 0}, /* BT, SSBS; no MTE, SME */
	{R(3, 0, 0, 4, 2), R(3, 0, 0, 4, 7), ZERO, NULL, 0, 0, 0},
	/* DFR0: the debug version and breakpoint counts as they are; no PMU, trace, SPE, double lock */
	{ONE(3, 0, 0, 5, 0), ID, read_id_aa64dfr0_el1, N(0) | N(3) | N(5) | N(7), 0, 0},
	{R(3, 0, 0, 5, 1), R(3, 0, 0, 5, 7), ZERO, NULL, 0, 0, 0},
	{ONE(3, 0, 0, 6, 0), ID, read_id_aa64isar0_el1, ~N(6), 0, 0}, /* no TME */
	/* ISAR1: no pointer authentication (APA, API, GPA, GPI), no LS64 */
	{ONE(3, 0, 0, 6, 1), ID, read_id_aa64isar1_el1, ~(N(1) | N(2) | N(6) | N(7) | N(15)), 0, 0},
	{R(3, 0, 0, 6, 2), R(3, 0, 0, 6, 7), ZERO, NULL, 0, 0, 0},
	{ONE(3, 0, 0, 7, 0), ID, read_id_aa64mmfr0_el1, ~(N(14) | N(15)), 0, 0}, /* no FGT, ECV */
	/* MMFR1: no VHE, LORegions, nested features, HCX */
	{ONE(3, 0, 0, 7, 1), ID, read_id_aa64mmfr1_el1, ~(N(2) | N(4) | N(10)), 0, 0},
	{ONE(3, 0, 0, 7, 2), ID, read_id_aa64mmfr2_el1, ~(N(2) | N(6) | N(13) | N(14) | N(15)), 0, 0},
	{R(3, 0, 0, 7, 3), R(3, 0, 0, 7, 7), ZERO, NULL, 0, 0, 0},
	{ONE(3, 0, 1, 0, 1), SHADOW, NULL, 0, 0, SHADOW_ACTLR},
	{ONE(3, 1, 0, 0, 7), ID, read_aidr_el1, ~0ull, 0, 0},
};

static const struct trapped *find(uint32_t id)
{
	size_t lo = 0, hi = AX_ARRAY_SIZE(table);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (id > table[mid].last) {
			lo = mid + 1;
		} else if (id < table[mid].first) {
			hi = mid;
		} else {
			return &table[mid];
		}
	}
	return NULL;
}

bool ax_arm_trap_sysreg(struct ax_arch_vcpu *vcpu, struct ax_exit_sysreg *access)
{
	const struct trapped *t = find(access->id);

	if (!t || (t->policy == ID && access->write) || (t->policy == IGNORE && !access->write)) {
		return false;
	}
	if (t->policy == SHADOW && access->write) {
		vcpu->shadow[t->shadow] = access->data;
	} else if (t->policy == SHADOW) {
		access->data = vcpu->shadow[t->shadow];
	} else if (t->policy == ID) {
		access->data = ((t->read ? t->read() : 0) & t->mask) | t->set;
	} else {
		access->data = access->write ? access->data : 0;
	}
	return true;
}
