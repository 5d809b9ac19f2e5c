/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory at boot: RAM of the device tree minus what is spoken for goes to the page allocator. First only what the boot
 * code mapped, enough for the final tables; then, under those, all of it.
 */
#include <ax/base/dt.h>
#include <ax/base/mm.h>
#include <ax/port.h>

#include <libfdt.h>

#define MAX_BANKS 16u
#define MAX_TAKEN 128u

static struct ax_range bank[MAX_BANKS], taken[MAX_TAKEN], hidden[MAX_TAKEN];
static unsigned banks, takens, hiddens;
static uint64_t reserved;

static uint64_t end_of(struct ax_range r)
{
	return r.start + r.size;
}

static struct ax_range intersect(struct ax_range a, struct ax_range b)
{
	uint64_t start = AX_MAX(a.start, b.start), end = AX_MIN(end_of(a), end_of(b));

	return (struct ax_range){start, end > start ? end - start : 0};
}

/* Keeps `taken` sorted and in whole pages. */
static void take(uint64_t start, uint64_t size)
{
	struct ax_range r = {AX_ALIGN_DOWN(start, AX_PAGE_SIZE), 0};
	unsigned at = takens;

	if (size == 0) {
		return;
	}
	if (takens == MAX_TAKEN) {
		ax_port_panic("more than %u reserved ranges of memory", MAX_TAKEN);
	}
	r.size = AX_ALIGN_UP(start + size, AX_PAGE_SIZE) - r.start;
	for (; at > 0 && taken[at - 1].start > r.start; at--) {
		taken[at] = taken[at - 1];
	}
	taken[at] = r;
	takens++;
}

/* Calls add() for the parts of r that are not taken. */
static void add_free(struct ax_range r, void (*add)(struct ax_range))
{
	uint64_t at = r.start;

	for (unsigned i = 0; i < takens && at < end_of(r); i++) {
		if (end_of(taken[i]) <= at || taken[i].start >= end_of(r)) {
			continue;
		}
		if (taken[i].start > at) {
			add((struct ax_range){at, taken[i].start - at});
		}
		at = AX_MAX(at, end_of(taken[i]));
	}
	if (at < end_of(r)) {
		add((struct ax_range){at, end_of(r) - at});
	}
}

static uint64_t wanted, found;

static void look(struct ax_range r)
{
	if (!found && r.size >= wanted) {
		found = r.start;
	}
}

/* A place for bookkeeping in what the boot code mapped. */
static uint64_t carve(struct ax_range window, uint64_t size)
{
	wanted = size;
	found = 0;
	for (unsigned i = 0; i < banks && !found; i++) {
		add_free(intersect(bank[i], window), look);
	}
	if (!found) {
		ax_port_panic("no room for %llu KiB of page bookkeeping", (unsigned long long)size >> 10);
	}
	take(found, size);
	return found;
}

/* RAM in whole pages. */
static void gather_banks(void)
{
	unsigned n = ax_dt_memory(bank, MAX_BANKS);

	if (n == MAX_BANKS) {
		ax_port_log(AX_LOG_WARN, "memory banks beyond %u, if any, are not used", MAX_BANKS);
	}

	for (unsigned i = 0; i < n; i++) {
		uint64_t start = AX_ALIGN_UP(bank[i].start, AX_PAGE_SIZE),
			 end = AX_ALIGN_DOWN(end_of(bank[i]), AX_PAGE_SIZE);

		if (end > start) {
			bank[banks++] = (struct ax_range){start, end - start};
		}
	}
}

/* What the tree says not to map, in whole pages and only where there is RAM to map. */
static void gather_hidden(void)
{
	static struct ax_range no_map[MAX_TAKEN];
	unsigned n = ax_dt_no_map(no_map, MAX_TAKEN);

	for (unsigned i = 0; i < n; i++) {
		uint64_t start = AX_ALIGN_DOWN(no_map[i].start, AX_PAGE_SIZE);
		struct ax_range pages = {start, AX_ALIGN_UP(end_of(no_map[i]), AX_PAGE_SIZE) - start};

		for (unsigned b = 0; b < banks && hiddens < MAX_TAKEN; b++) {
			hidden[hiddens] = intersect(pages, bank[b]);
			hiddens += hidden[hiddens].size ? 1 : 0;
		}
	}
}

static void gather(const struct ax_boot_info *info)
{
	static struct ax_range more[MAX_TAKEN];
	unsigned n = ax_dt_reserved(more, MAX_TAKEN);

	gather_banks();
	gather_hidden();
	if (!banks) {
		ax_port_panic("the device tree has no memory");
	}
	if (n == MAX_TAKEN) {
		ax_port_panic("%u or more reserved ranges of memory: raise MAX_TAKEN", n);
	}
	ax_modules_keep_ram(bank, banks);
	take(info->image.v, info->image_size);
	take(info->dtb.v, fdt_totalsize(ax_dt()));
	for (unsigned i = 0; i < n; i++) {
		take(more[i].start, more[i].size);
	}
	for (unsigned i = 0; i < ax_module_count(); i++) {
		take(ax_module_at(i)->hpa.v, ax_module_at(i)->size);
	}
}

void ax_mm_init(const struct ax_boot_info *info)
{
	struct ax_range window = {info->window.v, info->window_size};
	uint64_t books[MAX_BANKS], ram = 0;

	ax_map_locate_image(info);
	ax_modules_init();
	gather(info);
	for (unsigned i = 0; i < banks; i++) {
		ram += bank[i].size;
		books[i] = carve(window, ax_pages_books_size(bank[i]));
	}
	for (unsigned i = 0; i < banks; i++) {
		if (ax_pages_add_bank(bank[i], ax_port_phys_to_virt(ax_hpa(books[i])))) {
			ax_port_panic("more than %u banks of memory", MAX_BANKS);
		}
		add_free(intersect(bank[i], window), ax_pages_add);
	}
	ax_map_init(bank, banks, hidden, hiddens);
	for (unsigned i = 0; i < banks; i++) {
		struct ax_range low = intersect(bank[i], (struct ax_range){0, window.start});
		struct ax_range high = intersect(bank[i], (struct ax_range){end_of(window), ~0ull - end_of(window)});

		add_free(low, ax_pages_add);
		add_free(high, ax_pages_add);
	}
	reserved = ram - (ax_pages_stats().total << AX_PAGE_SHIFT);
}

uint64_t ax_mm_reserved(void)
{
	return reserved;
}

void *ax_port_page_alloc(unsigned order)
{
	ax_hpa_t pa = ax_pages_alloc(order);
	void *va;

	if (pa.v == ~0ull) {
		return NULL;
	}
	va = ax_port_phys_to_virt(pa);
	ax_arch_zero_pages(va, AX_PAGE_SIZE << order);
	return va;
}

void ax_port_page_free(void *va, unsigned order)
{
	if (va) {
		ax_pages_free(ax_port_virt_to_phys(va), order);
	}
}

/* The allocator remembers free blocks only: what is in use has the size it is freed with. */
void ax_port_page_split(void *va, unsigned order)
{
	(void)va;
	(void)order;
}
