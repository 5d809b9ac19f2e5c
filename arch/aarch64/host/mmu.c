/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor's own translation: stage 1 of EL2, 48 bits, 4K granule (Arm ARM D8.3). */
#include "mmu.h"

#include <ax/aarch64/sysreg.h>
#include <ax/arch/host.h>

#define PTE_VALID AX_BIT(0)
#define PTE_TABLE AX_BIT(1) /* at level 3: a page */
#define PTE_ATTR(i) AX_FIELD(i, 4, 2)
#define PTE_AP_RES1 AX_BIT(6)
#define PTE_READ_ONLY AX_BIT(7)
#define PTE_INNER_SHAREABLE AX_FIELD(3, 9, 8)
#define PTE_ACCESSED AX_BIT(10)
#define PTE_XN AX_BIT(54)
#define PTE_ADDRESS AX_MASK(47, 12)
#define LAST_LEVEL 3u

static uint64_t make_leaf(ax_hpa_t pa, unsigned level, uint32_t prot)
{
	uint64_t pte = pa.v | PTE_VALID | PTE_ACCESSED | PTE_AP_RES1;

	pte |= level == LAST_LEVEL ? PTE_TABLE : 0;
	pte |= prot & AX_PROT_DEVICE ? PTE_ATTR(MAIR_IDX_DEVICE) : PTE_ATTR(MAIR_IDX_NORMAL) | PTE_INNER_SHAREABLE;
	pte |= prot & AX_PROT_WRITE ? 0 : PTE_READ_ONLY;
	pte |= prot & AX_PROT_EXEC ? 0 : PTE_XN;
	return pte;
}

static uint64_t make_table(ax_hpa_t next)
{
	return next.v | PTE_VALID | PTE_TABLE;
}

static enum ax_pte_kind kind(uint64_t pte, unsigned level)
{
	if (!(pte & PTE_VALID)) {
		return AX_PTE_NONE;
	}
	return (pte & PTE_TABLE) && level != LAST_LEVEL ? AX_PTE_TABLE : AX_PTE_LEAF;
}

static ax_hpa_t pte_pa(uint64_t pte, unsigned level)
{
	(void)level;
	return ax_hpa(pte & PTE_ADDRESS);
}

static uint32_t pte_prot(uint64_t pte, unsigned level)
{
	uint32_t prot = AX_PROT_READ;

	(void)level;
	prot |= pte & PTE_READ_ONLY ? 0 : AX_PROT_WRITE;
	prot |= pte & PTE_XN ? 0 : AX_PROT_EXEC;
	prot |= AX_FIELD_GET(pte, 4, 2) == MAIR_IDX_DEVICE ? AX_PROT_DEVICE : 0;
	return prot;
}

static void publish(void)
{
	ax_dsb(ishst);
	ax_isb();
}

/* Beyond this many pages one flush of everything is cheaper than one a page. */
#define FLUSH_ALL_PAGES 512u

static void invalidate(const struct ax_npt_tag *tag, uint64_t addr, uint64_t size)
{
	(void)tag;
	ax_dsb(ishst);
	if (size / AX_PAGE_SIZE > FLUSH_ALL_PAGES) {
		__asm__ volatile("tlbi alle2is" : : : "memory");
	} else {
		for (uint64_t a = addr; a < addr + size; a += AX_PAGE_SIZE) {
			__asm__ volatile("tlbi vae2is, %0" : : "r"(AX_FIELD_GET(a, 55, 12)) : "memory");
		}
	}
	ax_dsb(ish);
	ax_isb();
}

static const struct ax_npt_format host_format = {
	.name = "arm-el2-48",
	.levels = 4,
	.break_before_make = true,
	.level = {{39, 9, false}, {30, 9, true}, {21, 9, true}, {12, 9, true}},
	.make_leaf = make_leaf,
	.make_table = make_table,
	.kind = kind,
	.pte_pa = pte_pa,
	.pte_prot = pte_prot,
	.publish = publish,
	.invalidate = invalidate,
};

const struct ax_npt_format *ax_arch_host_format(void)
{
	return &host_format;
}

static uint64_t final_root;

uint64_t ax_arm_host_root(void)
{
	return final_root;
}

void ax_arm_forbid_writable_code(void)
{
	AX_MSR(sctlr_el2, AX_MRS(sctlr_el2) | SCTLR_WXN);
	ax_isb();
}

void ax_arch_host_tables(const struct ax_npt_tag *tag)
{
	final_root = tag->root.v;
	ax_dsb(ish);
	AX_MSR(ttbr0_el2, final_root);
	ax_isb();
	__asm__ volatile("tlbi alle2" : : : "memory");
	ax_dsb(nsh);
	ax_isb();
	ax_arm_forbid_writable_code();
}
