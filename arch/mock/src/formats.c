/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four page-table formats of the mock, each like a real one in what matters to an engine: geometry, what makes an entry
 * valid, how a table differs from a leaf, whether a live entry may be changed in place.
 */
#include "tlb.h"

#include <ax/arch/host.h>
#include <ax/mock.h>

#define PA_MASK AX_MASK(47, 12)

/* ---- like Arm: bit 0 valid; bit 1 a table, or in the last level a page ---- */

#define ARM_VALID AX_BIT(0)
#define ARM_TABLE AX_BIT(1)
#define ARM_NORMAL AX_BIT(2)
#define ARM_READ AX_BIT(6)
#define ARM_WRITE AX_BIT(7)
#define ARM_XN AX_BIT(54)

static uint64_t arm_leaf(ax_hpa_t pa, unsigned last, unsigned level, uint32_t prot)
{
	uint64_t pte = (pa.v & PA_MASK) | ARM_VALID;

	pte |= level == last ? ARM_TABLE : 0;
	pte |= prot & AX_PROT_READ ? ARM_READ : 0;
	pte |= prot & AX_PROT_WRITE ? ARM_WRITE : 0;
	pte |= prot & AX_PROT_EXEC ? 0 : ARM_XN;
	return pte | (prot & AX_PROT_DEVICE ? 0 : ARM_NORMAL);
}

static uint64_t arm_table(ax_hpa_t next)
{
	return (next.v & PA_MASK) | ARM_VALID | ARM_TABLE;
}

static enum ax_pte_kind arm_kind(uint64_t pte, unsigned last, unsigned level)
{
	if (!(pte & ARM_VALID) || (level == last && !(pte & ARM_TABLE))) {
		return AX_PTE_NONE;
	}
	return level < last && (pte & ARM_TABLE) ? AX_PTE_TABLE : AX_PTE_LEAF;
}

static ax_hpa_t plain_pa(uint64_t pte, unsigned level)
{
	(void)level;
	return ax_hpa(pte & PA_MASK);
}

static uint32_t arm_prot(uint64_t pte, unsigned level)
{
	(void)level;
	return (pte & ARM_READ ? AX_PROT_READ : 0) | (pte & ARM_WRITE ? AX_PROT_WRITE : 0) |
	       (pte & ARM_XN ? 0 : AX_PROT_EXEC) | (pte & ARM_NORMAL ? 0 : AX_PROT_DEVICE);
}

/* ---- like RISC-V: bit 0 valid; a table has no permission; the page number starts at bit 10 ---- */

#define SV_VALID AX_BIT(0)
#define SV_USER AX_BIT(4)
#define SV_IO AX_BIT(62)

static uint64_t sv_leaf(ax_hpa_t pa, unsigned level, uint32_t prot)
{
	(void)level;
	return (pa.v >> 2) | SV_VALID | SV_USER | (uint64_t)(prot & AX_PROT_RWX) << 1 |
	       (prot & AX_PROT_DEVICE ? SV_IO : 0);
}

static uint64_t sv_table(ax_hpa_t next)
{
	return (next.v >> 2) | SV_VALID;
}

static enum ax_pte_kind sv_kind(uint64_t pte, unsigned level)
{
	(void)level;
	if (!(pte & SV_VALID)) {
		return AX_PTE_NONE;
	}
	return AX_FIELD_GET(pte, 3, 1) ? AX_PTE_LEAF : AX_PTE_TABLE;
}

static ax_hpa_t sv_pa(uint64_t pte, unsigned level)
{
	(void)level;
	return ax_hpa(AX_FIELD_GET(pte, 53, 10) << AX_PAGE_SHIFT);
}

static uint32_t sv_prot(uint64_t pte, unsigned level)
{
	(void)level;
	return (uint32_t)AX_FIELD_GET(pte, 3, 1) | (pte & SV_IO ? AX_PROT_DEVICE : 0);
}

/* ---- like x86 EPT: no valid bit, an entry is present when it permits anything; bit 7 a large leaf ---- */

#define EPT_WB AX_FIELD(6, 5, 3)
#define EPT_LARGE AX_BIT(7)
#define EPT_LAST 3u

static uint64_t ept_leaf(ax_hpa_t pa, unsigned level, uint32_t prot)
{
	return (pa.v & PA_MASK) | (prot & AX_PROT_RWX) | (prot & AX_PROT_DEVICE ? 0 : EPT_WB) |
	       (level == EPT_LAST ? 0 : EPT_LARGE);
}

static uint64_t ept_table(ax_hpa_t next)
{
	return (next.v & PA_MASK) | AX_PROT_RWX;
}

static enum ax_pte_kind ept_kind(uint64_t pte, unsigned level)
{
	if (!(pte & AX_PROT_RWX)) {
		return AX_PTE_NONE;
	}
	return level == EPT_LAST || (pte & EPT_LARGE) ? AX_PTE_LEAF : AX_PTE_TABLE;
}

static uint32_t ept_prot(uint64_t pte, unsigned level)
{
	(void)level;
	return (uint32_t)(pte & AX_PROT_RWX) | (AX_FIELD_GET(pte, 5, 3) ? 0 : AX_PROT_DEVICE);
}

/* ---- the formats; the arm-like functions take the number of the last level, which each format knows ---- */

static uint64_t stage2_leaf(ax_hpa_t pa, unsigned level, uint32_t prot)
{
	return arm_leaf(pa, 2, level, prot);
}

static enum ax_pte_kind stage2_kind(uint64_t pte, unsigned level)
{
	return arm_kind(pte, 2, level);
}

static uint64_t host_leaf(ax_hpa_t pa, unsigned level, uint32_t prot)
{
	return arm_leaf(pa, 3, level, prot);
}

static enum ax_pte_kind host_kind(uint64_t pte, unsigned level)
{
	return arm_kind(pte, 3, level);
}

/* A format and its publish and invalidate, which must know whose they are. */
#define FORMAT(id, ...)                                                                                                \
	static const struct ax_npt_format id;                                                                          \
	static void id##_publish(void)                                                                                 \
	{                                                                                                              \
		ax_mock_tlb_publish(&id);                                                                              \
	}                                                                                                              \
	static void id##_invalidate(const struct ax_npt_tag *tag, uint64_t addr, uint64_t size)                        \
	{                                                                                                              \
		ax_mock_tlb_invalidate(&id, tag, addr, size);                                                          \
	}                                                                                                              \
	static const struct ax_npt_format id = {.publish = id##_publish, .invalidate = id##_invalidate, __VA_ARGS__}

FORMAT(stage2, .name = "mock-stage2-40", .levels = 3, .root_order = 1, .break_before_make = true,
       .level = {{30, 10, true}, {21, 9, true}, {12, 9, true}}, .make_leaf = stage2_leaf, .make_table = arm_table,
       .kind = stage2_kind, .pte_pa = plain_pa, .pte_prot = arm_prot);

FORMAT(sv39x4, .name = "mock-sv39x4", .levels = 3, .root_order = 2,
       .level = {{30, 11, true}, {21, 9, true}, {12, 9, true}}, .make_leaf = sv_leaf, .make_table = sv_table,
       .kind = sv_kind, .pte_pa = sv_pa, .pte_prot = sv_prot);

FORMAT(ept, .name = "mock-ept-48", .levels = 4, .level = {{39, 9, false}, {30, 9, true}, {21, 9, true}, {12, 9, true}},
       .make_leaf = ept_leaf, .make_table = ept_table, .kind = ept_kind, .pte_pa = plain_pa, .pte_prot = ept_prot);

FORMAT(host, .name = "mock-host-48", .levels = 4, .break_before_make = true,
       .level = {{39, 9, false}, {30, 9, true}, {21, 9, true}, {12, 9, true}}, .make_leaf = host_leaf,
       .make_table = arm_table, .kind = host_kind, .pte_pa = plain_pa, .pte_prot = arm_prot);

#define TINY(shift)                                                                                                    \
	{                                                                                                              \
		shift, 3, true                                                                                         \
	}

FORMAT(tiny_arm, .name = "mock-tiny-arm", .levels = 3, .break_before_make = true,
       .level = {TINY(18), TINY(15), TINY(12)}, .make_leaf = stage2_leaf, .make_table = arm_table, .kind = stage2_kind,
       .pte_pa = plain_pa, .pte_prot = arm_prot);

FORMAT(tiny_sv, .name = "mock-tiny-sv", .levels = 3, .level = {TINY(18), TINY(15), TINY(12)}, .make_leaf = sv_leaf,
       .make_table = sv_table, .kind = sv_kind, .pte_pa = sv_pa, .pte_prot = sv_prot);

const struct ax_npt_format *ax_mock_format_tiny(bool break_before_make)
{
	return break_before_make ? &tiny_arm : &tiny_sv;
}

const struct ax_npt_format *ax_mock_format_stage2(void)
{
	return &stage2;
}

const struct ax_npt_format *ax_mock_format_sv39x4(void)
{
	return &sv39x4;
}

const struct ax_npt_format *ax_mock_format_ept(void)
{
	return &ept;
}

const struct ax_npt_format *ax_arch_host_format(void)
{
	return &host;
}

const struct ax_npt_format *ax_arch_npt_guest_format(unsigned gpa_bits)
{
	static const struct ax_npt_format *const by_width[] = {&stage2, &sv39x4, &ept};

	for (unsigned i = 0; i < AX_ARRAY_SIZE(by_width); i++) {
		if (gpa_bits <= ax_npt_bits(by_width[i])) {
			return by_width[i];
		}
	}
	return NULL;
}
