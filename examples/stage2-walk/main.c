/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page-table engine of addrspace/ on its own: a table shaped like Arm's stage 2 for a small guest, a block that is
 * split and becomes whole again, and how the hardware would walk it. The mock machine stands in for a host kernel.
 */
#include <ax/mock.h>
#include <ax/pgtable.h>
#include <ax/port.h>

#include <inttypes.h>
#include <stdio.h>

#define RAM_GPA 0x40000000u
#define RAM_HPA AX_MIB(2112) /* where the guest's RAM lies in the host's */
#define UART_GPA 0x09000000u
#define VMID 1u
#define RW (AX_PROT_READ | AX_PROT_WRITE)

static const char *prot_name(uint32_t prot)
{
	static char text[6];

	snprintf(text, sizeof(text), "%c%c%c%s", prot & AX_PROT_READ ? 'r' : '-', prot & AX_PROT_WRITE ? 'w' : '-',
		 prot & AX_PROT_EXEC ? 'x' : '-', prot & AX_PROT_DEVICE ? " d" : "");
	return text;
}

static const char *size_name(uint64_t size)
{
	return size == AX_GIB(1) ? "1 GiB" : size == AX_MIB(2) ? "2 MiB" : "4 KiB";
}

/* Every leaf in order, neighbours of one size and permission that continue each other as one line. */
static void print_leaves(const struct ax_pgtable *pt, const char *title)
{
	struct ax_pgtable_leaf leaf, next;
	uint64_t top = 1ull << ax_npt_bits(pt->format);

	printf("%s: %zu table pages\n", title, pt->pages);
	for (int err = ax_pgtable_next(pt, 0, top, &leaf); !err; leaf = next) {
		unsigned count = 1;

		for (;; count++) {
			uint64_t end = leaf.addr + count * leaf.size;

			err = ax_pgtable_next(pt, end, top, &next);
			if (err || next.addr != end || next.size != leaf.size || next.prot != leaf.prot ||
			    next.pa.v != leaf.pa.v + count * leaf.size) {
				break;
			}
		}
		printf("  %#011" PRIx64 " -> %#011" PRIx64 "  %3u x %s  %s\n", leaf.addr, leaf.pa.v, count,
		       size_name(leaf.size), prot_name(leaf.prot));
	}
}

/* What the hardware does: from the root down, one index a level, until an entry is no table. */
static void print_walk(const struct ax_pgtable *pt, uint64_t gpa)
{
	static const char *const kind_name[] = {
		[AX_PTE_NONE] = "nothing", [AX_PTE_TABLE] = "table", [AX_PTE_LEAF] = "leaf"};
	const struct ax_npt_format *f = pt->format;
	const uint64_t *table = ax_port_phys_to_virt(pt->tag.root);
	struct ax_pgtable_leaf leaf;

	printf("walk of %#" PRIx64 ":\n", gpa);
	for (unsigned level = 0; level < f->levels; level++) {
		unsigned index = (unsigned)(gpa >> f->level[level].shift) & ((1u << f->level[level].bits) - 1);
		enum ax_pte_kind kind = f->kind(table[index], level);

		printf("  level %u, entry %3u: %s\n", level, index, kind_name[kind]);
		if (kind != AX_PTE_TABLE) {
			break;
		}
		table = ax_port_phys_to_virt(f->pte_pa(table[index], level));
	}
	if (ax_pgtable_walk(pt, gpa, &leaf)) {
		printf("  a fault: the hypervisor decides\n");
		return;
	}
	printf("  host %#" PRIx64 " %s\n", leaf.pa.v + (gpa - leaf.addr), prot_name(leaf.prot));
}

int main(void)
{
	struct ax_pgtable pt;
	int err;

	ax_mock_reset();
	err = ax_pgtable_init(&pt, ax_mock_format_stage2(), VMID, 0);
	err = err ? err : ax_pgtable_map(&pt, RAM_GPA, ax_hpa(RAM_HPA), AX_MIB(16), AX_PROT_RWX);
	err = err ? err : ax_pgtable_map(&pt, UART_GPA, ax_hpa(UART_GPA), AX_PAGE_SIZE, RW | AX_PROT_DEVICE);
	if (err) {
		return 1;
	}
	print_leaves(&pt, "16 MiB of RAM and a UART");

	/* Nobody may write this page: the block around it is split into 512 pages. */
	err = ax_pgtable_protect(&pt, RAM_GPA + AX_MIB(2) + AX_KIB(16), AX_PAGE_SIZE, AX_PROT_READ);
	print_leaves(&pt, "one page made read-only");
	print_walk(&pt, RAM_GPA + AX_MIB(2) + AX_KIB(16) + 0x123);
	print_walk(&pt, RAM_GPA + AX_MIB(4));
	print_walk(&pt, RAM_GPA + AX_MIB(16));

	err = err ? err : ax_pgtable_protect(&pt, RAM_GPA + AX_MIB(2), AX_MIB(2), AX_PROT_RWX);
	print_leaves(&pt, "the block is whole again");
	ax_pgtable_destroy(&pt);
	printf("pages left behind: %zu\n", ax_mock_live_pages());
	return err ? 1 : 0;
}
