/* SPDX-License-Identifier: Apache-2.0 */
/* Stage-2 tables: geometry, entries and invalidation (Arm ARM D8.2, D8.3.2, D8.14). */
#include "vcpu_state.h"

#define PTE_VALID AX_BIT(0)
#define PTE_TABLE AX_BIT(1) /* at the last level: a page */
#define PTE_MEMATTR_NORMAL AX_FIELD(0xf, 5, 2)
#define PTE_MEMATTR_DEVICE AX_FIELD(0x1, 5, 2) /* Device-nGnRE */
#define PTE_S2AP_READ AX_BIT(6)
#define PTE_S2AP_WRITE AX_BIT(7)
#define PTE_INNER_SHAREABLE AX_FIELD(3, 9, 8)
#define PTE_ACCESSED AX_BIT(10)
#define PTE_XN AX_BIT(54)
#define PTE_ADDRESS AX_MASK(47, 12)

static uint64_t make_leaf(ax_hpa_t pa, bool page, uint32_t prot)
{
	uint64_t pte = pa.v | PTE_VALID | PTE_ACCESSED | PTE_INNER_SHAREABLE | (page ? PTE_TABLE : 0);

	pte |= prot & AX_PROT_DEVICE ? PTE_MEMATTR_DEVICE : PTE_MEMATTR_NORMAL;
	pte |= prot & AX_PROT_READ ? PTE_S2AP_READ : 0;
	pte |= prot & AX_PROT_WRITE ? PTE_S2AP_WRITE : 0;
	pte |= prot & AX_PROT_EXEC ? 0 : PTE_XN;
	return pte;
}

static uint64_t make_table(ax_hpa_t next)
{
	return next.v | PTE_VALID | PTE_TABLE;
}

static enum ax_pte_kind kind(uint64_t pte, bool last)
{
	if (!(pte & PTE_VALID)) {
		return AX_PTE_NONE;
	}
	return (pte & PTE_TABLE) && !last ? AX_PTE_TABLE : AX_PTE_LEAF;
}

static ax_hpa_t pte_pa(uint64_t pte, unsigned level)
{
	(void)level;
	return ax_hpa(pte & PTE_ADDRESS);
}

static uint32_t pte_prot(uint64_t pte, unsigned level)
{
	uint32_t prot = 0;

	(void)level;
	prot |= pte & PTE_S2AP_READ ? AX_PROT_READ : 0;
	prot |= pte & PTE_S2AP_WRITE ? AX_PROT_WRITE : 0;
	prot |= pte & PTE_XN ? 0 : AX_PROT_EXEC;
	prot |= (pte & AX_FIELD(0xf, 5, 2)) == PTE_MEMATTR_DEVICE ? AX_PROT_DEVICE : 0;
	return prot;
}

static void publish(void)
{
	ax_dsb(ishst);
}

/* Beyond this many pages dropping the whole VM's translations is cheaper. */
#define FLUSH_ALL_PAGES 512u

/* TLBI by IPA works for the VMID in VTTBR_EL2; then combined stage 1+2 entries of that VMID must go too (D8.14.5). */
static void invalidate(const struct ax_npt_tag *tag, uint64_t addr, uint64_t size)
{
	unsigned long irq = ax_port_irq_save();
	uint64_t loaded = AX_MRS(vttbr_el2);

	ax_dsb(ishst);
	AX_MSR(vttbr_el2, ax_arm_vttbr(tag));
	ax_isb();
	if (size / AX_PAGE_SIZE > FLUSH_ALL_PAGES) {
		__asm__ volatile("tlbi vmalls12e1is" : : : "memory");
	} else {
		for (uint64_t a = addr; a - addr < size; a += AX_PAGE_SIZE) {
			__asm__ volatile("tlbi ipas2e1is, %0" : : "r"(AX_FIELD_GET(a, 47, 12)) : "memory");
		}
		ax_dsb(ish);
		__asm__ volatile("tlbi vmalle1is" : : : "memory");
	}
	ax_dsb(ish);
	AX_MSR(vttbr_el2, loaded);
	ax_isb();
	ax_port_irq_restore(irq);
}

/*
 * The last level differs with the number of levels, so each geometry has its own pair of encoders.
 * T0SZ gives the input size, SL0 the start level (2 - start level for the 4K granule).
 */
#define ENCODERS(levels)                                                                                               \
	static uint64_t make_leaf_##levels(ax_hpa_t pa, unsigned level, uint32_t prot)                                 \
	{                                                                                                              \
		return make_leaf(pa, level + 1 == (levels), prot);                                                     \
	}                                                                                                              \
	static enum ax_pte_kind kind_##levels(uint64_t pte, unsigned level)                                            \
	{                                                                                                              \
		return kind(pte, level + 1 == (levels));                                                               \
	}
ENCODERS(3)
ENCODERS(4)

#define GEOMETRY(t0sz, sl0, n, ...)                                                                                    \
	{                                                                                                              \
		t0sz, sl0,                                                                                             \
		{                                                                                                      \
			.levels = (n), .break_before_make = true, .make_leaf = make_leaf_##n,                          \
			.make_table = make_table, .kind = kind_##n, .pte_pa = pte_pa, .pte_prot = pte_prot,            \
			.publish = publish, .invalidate = invalidate, __VA_ARGS__                                      \
		}                                                                                                      \
	}

static const struct geometry {
	uint8_t t0sz, sl0;
	struct ax_npt_format format;
} geometries[] = {
	GEOMETRY(28, 1, 3, .name = "arm-stage2-36", .level = {{30, 6, true}, {21, 9, true}, {12, 9, true}}),
	GEOMETRY(24, 1, 3, .name = "arm-stage2-40", .level = {{30, 10, true}, {21, 9, true}, {12, 9, true}},
		 .root_order = 1),
	GEOMETRY(20, 2, 4, .name = "arm-stage2-44",
		 .level = {{39, 5, false}, {30, 9, true}, {21, 9, true}, {12, 9, true}}),
	GEOMETRY(16, 2, 4, .name = "arm-stage2-48",
		 .level = {{39, 9, false}, {30, 9, true}, {21, 9, true}, {12, 9, true}}),
};

#define DEFAULT_GPA_BITS 40u

/* ID_AA64MMFR0_EL1.PARange (D19.2.64). */
unsigned ax_arm_stage2_pa_bits(void)
{
	static const uint8_t bits[] = {32, 36, 40, 42, 44, 48};
	uint64_t range = AX_FIELD_GET(AX_MRS(id_aa64mmfr0_el1), 3, 0);

	return range < AX_ARRAY_SIZE(bits) ? bits[range] : 48;
}

const struct ax_npt_format *ax_arch_npt_guest_format(unsigned gpa_bits)
{
	unsigned most = ax_arm_stage2_pa_bits();

	gpa_bits = gpa_bits ? gpa_bits : AX_MIN(DEFAULT_GPA_BITS, most);
	for (size_t i = 0; i < AX_ARRAY_SIZE(geometries); i++) {
		unsigned bits = ax_npt_bits(&geometries[i].format);

		if (bits >= gpa_bits && bits <= AX_MAX(most, 36u)) {
			return &geometries[i].format;
		}
	}
	return NULL;
}

/* VTCR_EL2 (D19.2.155): write-back walks, inner shareable, 4K, 8-bit VMID. */
uint64_t ax_arm_stage2_vtcr(const struct ax_npt_format *format)
{
	const struct geometry *g = AX_CONTAINER_OF(format, struct geometry, format);
	uint64_t range = AX_FIELD_GET(AX_MRS(id_aa64mmfr0_el1), 3, 0);

	return AX_BIT(31) | AX_FIELD(AX_MIN(range, 5u), 18, 16) | AX_FIELD(3, 13, 12) | AX_FIELD(1, 11, 10) |
	       AX_FIELD(1, 9, 8) | AX_FIELD(g->sl0, 7, 6) | g->t0sz;
}
