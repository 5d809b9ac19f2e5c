/* SPDX-License-Identifier: Apache-2.0 */
/* Stand-ins over the mock machine. */
#include "shim.h"

#include <ax/base/dt.h>
#include <ax/base/mm.h>
#include <ax/mock.h>
#include <ax/port.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEAK __attribute__((weak))

/* The tables that a linker script bounds: no rows. */
__asm__(".pushsection .rodata\n"
	".globl __axmodules_start, __axmodules_end, __ax_drivers_start, __ax_drivers_end\n"
	"__axmodules_start:\n__axmodules_end:\n__ax_drivers_start:\n__ax_drivers_end:\n"
	".popsection");

WEAK struct ax_cpu ax_cpus[AX_MAX_CPUS];
static unsigned kicks;

void shim_reset(void)
{
	ax_mock_arch_reset();
	memset(ax_cpus, 0, sizeof(ax_cpus));
	for (unsigned i = 0; i < AX_MAX_CPUS; i++) {
		ax_cpus[i].index = i;
	}
	ax_cpus[0].online = true;
	ax_arch_set_percpu(&ax_cpus[0]);
	kicks = 0;
}

unsigned shim_kicks(void)
{
	return kicks;
}

WEAK void ax_port_panic(const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ax_mock_panic("%s", text);
}

WEAK void ax_port_log(enum ax_log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
}

WEAK unsigned ax_port_cpu(void)
{
	return ((struct ax_cpu *)ax_arch_percpu())->index;
}

WEAK unsigned ax_port_cpu_count(void)
{
	unsigned n = 0;

	while (n < AX_MAX_CPUS && ax_cpus[n].online) {
		n++;
	}
	return n;
}

WEAK void ax_port_cpu_kick(unsigned cpu)
{
	kicks += cpu != ax_port_cpu();
}

WEAK void ax_smp_ipi(enum ax_ipi ipi)
{
	(void)ipi;
}

WEAK ax_hpa_t ax_port_virt_to_phys(const void *va)
{
	return ax_mock_virt_to_phys(va);
}

WEAK void *ax_port_phys_to_virt(ax_hpa_t pa)
{
	return ax_mock_phys_to_virt(pa);
}

WEAK void *ax_port_page_alloc(unsigned order)
{
	ax_hpa_t pa = ax_pages_alloc(order);

	return pa.v == ~0ull ? NULL : memset(ax_port_phys_to_virt(pa), 0, AX_PAGE_SIZE << order);
}

WEAK void ax_port_page_free(void *va, unsigned order)
{
	if (va) {
		ax_pages_free(ax_port_virt_to_phys(va), order);
	}
}

/* Without the page allocator nothing asks for pages. */
WEAK ax_hpa_t ax_pages_alloc(unsigned order)
{
	(void)order;
	return ax_hpa(~0ull);
}

WEAK void ax_pages_free(ax_hpa_t pa, unsigned order)
{
	(void)pa;
	(void)order;
}

WEAK void *ax_port_alloc(size_t size)
{
	return ax_mock_object_alloc(size);
}

WEAK void ax_port_free(void *obj, size_t size)
{
	ax_mock_object_free(obj, size);
}

/* Host frames are large under a sanitizer: more room than on the machine. */
#define ROOM 16u

WEAK void *ax_stack_alloc(size_t size)
{
	char *low = ax_mock_object_alloc(size * ROOM);

	return low ? low + size * ROOM : NULL;
}

WEAK void ax_stack_free(void *top, size_t size)
{
	ax_mock_object_free((char *)top - size * ROOM, size * ROOM);
}

WEAK int ax_irq_register(unsigned hwirq, ax_irq_fn fn, void *arg)
{
	(void)hwirq;
	(void)fn;
	(void)arg;
	return AX_OK;
}

WEAK void ax_irq_enable(unsigned hwirq, bool on)
{
	(void)hwirq;
	(void)on;
}
