/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's own tables: image sections with their permissions, all RAM as data, device windows, guarded stacks.
 */
#include <ax/base/mm.h>
#include <ax/pgtable.h>
#include <ax/port.h>

extern char __text_start[], __text_end[], __rodata_start[], __rodata_end[], __data_start[], __image_end[];

extern char __boot_stack_guard[]; /* a page below the boot CPU's stack */

static struct ax_pgtable tables;
static struct ax_lock lock;
static struct ax_boot_info boot;

ax_hpa_t ax_port_virt_to_phys(const void *va)
{
	uintptr_t v = (uintptr_t)va;

	if (v >= AX_IMAGE_VA && v < AX_IMAGE_VA + boot.image_size) {
		return ax_hpa(v - AX_IMAGE_VA + boot.image.v);
	}
	return ax_hpa(v - AX_DIRECT_MAP_BASE);
}

void *ax_port_phys_to_virt(ax_hpa_t pa)
{
	return (void *)(uintptr_t)(pa.v + AX_DIRECT_MAP_BASE);
}

static void map(uint64_t va, uint64_t pa, uint64_t size, uint32_t prot)
{
	int err = ax_pgtable_map(&tables, va, ax_hpa(pa), size, prot);

	if (err) {
		ax_port_panic("cannot map %#llx at %#llx: error %d", (unsigned long long)pa, (unsigned long long)va,
			      err);
	}
}

static void map_section(const char *start, const char *end, uint32_t prot)
{
	map((uint64_t)start, ax_port_virt_to_phys(start).v, (uint64_t)(end - start), prot);
}

void ax_map_locate_image(const struct ax_boot_info *info)
{
	boot = *info;
}

/*
 * What the direct map must not show as plain data: another way to write to the image's text, memory that the tree says
 * not to map.
 */
static void restrict_direct_map(const struct ax_range *hidden, unsigned count)
{
	uint64_t text = ax_port_virt_to_phys(__text_start).v, rodata = ax_port_virt_to_phys(__rodata_start).v;
	int err = ax_pgtable_unmap(&tables, text + AX_DIRECT_MAP_BASE, (uint64_t)(__text_end - __text_start));

	err = err ? err
		  : ax_pgtable_protect(&tables, rodata + AX_DIRECT_MAP_BASE, (uint64_t)(__rodata_end - __rodata_start),
				       AX_PROT_READ);
	for (unsigned i = 0; i < count && !err; i++) {
		err = ax_pgtable_unmap(&tables, hidden[i].start + AX_DIRECT_MAP_BASE, hidden[i].size);
	}
	if (err) {
		ax_port_panic("cannot restrict the direct map: error %d", err);
	}
}

void ax_map_init(const struct ax_range *ram, unsigned count, const struct ax_range *hidden, unsigned hidden_count)
{
	if (ax_pgtable_init(&tables, ax_arch_host_format(), 0, 0)) {
		ax_port_panic("no memory for page tables");
	}
	map_section(__text_start, __text_end, AX_PROT_READ | AX_PROT_EXEC);
	map_section(__rodata_start, __rodata_end, AX_PROT_READ);
	map_section(__data_start, __boot_stack_guard, AX_PROT_READ | AX_PROT_WRITE);
	map_section(__boot_stack_guard + AX_PAGE_SIZE, __image_end, AX_PROT_READ | AX_PROT_WRITE);
	for (unsigned i = 0; i < count; i++) {
		map(ram[i].start + AX_DIRECT_MAP_BASE, ram[i].start, ram[i].size, AX_PROT_READ | AX_PROT_WRITE);
	}
	restrict_direct_map(hidden, hidden_count);
	ax_arch_host_tables(&tables.tag);
}

static int map_device(uint64_t pa, uint64_t size)
{
	return ax_pgtable_map(&tables, pa + AX_DIRECT_MAP_BASE, ax_hpa(pa), size,
			      AX_PROT_READ | AX_PROT_WRITE | AX_PROT_DEVICE);
}

void *ax_iomap(ax_hpa_t pa, uint64_t size)
{
	uint64_t start = AX_ALIGN_DOWN(pa.v, AX_PAGE_SIZE);
	uint64_t end = AX_ALIGN_UP(pa.v + size, AX_PAGE_SIZE);
	unsigned long irq = ax_port_lock(&lock);
	int err = map_device(start, end - start);

	/* Another driver's window shares pages with this one: map what is missing. */
	if (err == AX_EEXIST) {
		err = AX_OK;
		for (uint64_t page = start; page < end && (!err || err == AX_EEXIST); page += AX_PAGE_SIZE) {
			err = map_device(page, AX_PAGE_SIZE);
		}
		err = err == AX_EEXIST ? AX_OK : err;
	}
	ax_port_unlock(&lock, irq);
	return err ? NULL : ax_port_phys_to_virt(pa);
}

/* Stacks take turns in slots of one size, each with its lowest page unmapped. */
#define SLOT_SIZE AX_KIB(64)
#define SLOTS (AX_VMAP_SIZE / SLOT_SIZE < 1024 ? AX_VMAP_SIZE / SLOT_SIZE : 1024)

static uint64_t slot_used[SLOTS / 64];

static int slot_take(void)
{
	for (unsigned i = 0; i < SLOTS / 64; i++) {
		if (~slot_used[i]) {
			unsigned bit = (unsigned)__builtin_ctzll(~slot_used[i]);

			slot_used[i] |= AX_BIT(bit);
			return (int)(i * 64 + bit);
		}
	}
	return -1;
}

static void slot_give(unsigned slot)
{
	slot_used[slot / 64] &= ~AX_BIT(slot % 64);
}

void *ax_stack_alloc(size_t size)
{
	unsigned long irq;
	void *pages;
	uint64_t top = 0;
	int slot;

	AX_ASSERT(size + AX_PAGE_SIZE <= SLOT_SIZE);
	pages = ax_port_page_alloc(ax_page_order(size));
	if (!pages) {
		return NULL;
	}
	irq = ax_port_lock(&lock);
	slot = slot_take();
	if (slot >= 0) {
		top = AX_VMAP_BASE + ((uint64_t)slot + 1) * SLOT_SIZE;
		if (ax_pgtable_map(&tables, top - size, ax_port_virt_to_phys(pages), size,
				   AX_PROT_READ | AX_PROT_WRITE)) {
			slot_give((unsigned)slot);
			top = 0;
		}
	}
	ax_port_unlock(&lock, irq);
	if (!top) {
		ax_port_page_free(pages, ax_page_order(size));
	}
	return (void *)top;
}

void ax_stack_free(void *top, size_t size)
{
	unsigned long irq = ax_port_lock(&lock);
	struct ax_pgtable_leaf leaf;
	int err = ax_pgtable_walk(&tables, (uint64_t)top - size, &leaf);

	AX_ASSERT(!err);
	err = ax_pgtable_unmap(&tables, (uint64_t)top - size, size);
	AX_ASSERT(!err);
	slot_give((unsigned)(((uint64_t)top - AX_VMAP_BASE) / SLOT_SIZE - 1));
	ax_port_unlock(&lock, irq);
	ax_port_page_free(ax_port_phys_to_virt(leaf.pa), ax_page_order(size));
}
