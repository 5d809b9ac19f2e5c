/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mock machine, as tests drive it. Everything is deterministic and single-threaded: time passes when a test says
 * so, tasks switch only where they block or yield, interrupts arrive at ax_port_irq_handle().
 *
 * Two libraries: axle::arch implements ax/arch/ headers (enough under base/, which brings its own port); ax_mock adds
 * ax/port.h. Link ax_mock last.
 *
 * A misuse of a contract (a lock taken twice, a vCPU run while not loaded, a free of the wrong size) is a panic.
 */
#ifndef AX_MOCK_H
#define AX_MOCK_H

#include <ax/arch/vcpu.h>
#include <ax/port.h>

/* ---- the machine (axle::arch) ---- */

/* Memory empty, clock at a fixed start, no interrupts, TLB empty. ax_mock_reset() includes it. */
void ax_mock_arch_reset(void);

/* Physical memory: one window, reachable at AX_DIRECT_MAP_BASE + physical. Pages that nobody touched cost nothing. */
#define AX_MOCK_MEMORY_HPA 0x40000000ull
#define AX_MOCK_MEMORY_SIZE AX_GIB(4)
void *ax_mock_phys_to_virt(ax_hpa_t pa); /* panics outside the window */
ax_hpa_t ax_mock_virt_to_phys(const void *va);

/* Makes the nth allocation from now fail (1 is the next; 0: none), and with `onwards` all after it too. */
void ax_mock_fail_alloc(unsigned nth, bool onwards);
/* Whether that came to pass since the last ax_mock_fail_alloc(). */
bool ax_mock_alloc_failed(void);
/* Objects and pages not yet freed. */
size_t ax_mock_live_objects(void);
size_t ax_mock_live_pages(void);
/* How objects are allocated below the port; for the backend itself. */
void *ax_mock_object_alloc(size_t size);
void ax_mock_object_free(void *obj, size_t size);

/* Time: AX_MOCK_HZ ticks a second, so that ticks and nanoseconds cannot be mistaken for each other. */
#define AX_MOCK_HZ 62500000ull
#define AX_MOCK_CLOCK_START 1000000ull
/* Lets time pass; what falls due is delivered in order, each at its own deadline, interrupts off. */
void ax_mock_clock_advance(uint64_t ticks);
/* What ax_arch_timer_set()'s interrupt does when it comes (base/); deferred while interrupts are masked. */
void ax_mock_on_host_timer(void (*fn)(void));
/*
 * ax_arch_idle() goes on to the host timer's deadline; with none set it calls this (NULL: panic, nothing can happen).
 */
void ax_mock_on_idle(void (*fn)(void));

/*
 * Runs fn(arg) and returns true when it panics (or powers off), which then ends fn. The text is in
 * ax_mock_panic_text(). Elsewhere a panic prints its text and aborts.
 */
bool ax_mock_panics(void (*fn)(void *), void *arg);
const char *ax_mock_panic_text(void);
AX_NORETURN void ax_mock_panic(const char *fmt, ...) AX_PRINTF(1, 2);

/* ---- page-table formats and the TLB (axle::arch) ---- */

const struct ax_npt_format *ax_mock_format_stage2(void); /* 3 levels, 40 bits, 8 KiB root, break-before-make */
const struct ax_npt_format *ax_mock_format_sv39x4(void); /* 3 levels, 41 bits, 16 KiB root */
const struct ax_npt_format *ax_mock_format_ept(void);    /* 4 levels, 48 bits, no leaf in the root */
/* 8 entries a table, 3 levels: 512 pages in all, so that a test goes through everything. */
const struct ax_npt_format *ax_mock_format_tiny(bool break_before_make);

/*
 * One memory access by a CPU: uses a cached translation if there is one, otherwise walks the tables and caches both
 * the translation and the tables passed on the way. False: no translation, or it forbids the access (AX_PROT_READ,
 * ...).
 */
bool ax_mock_tlb_access(const struct ax_npt_format *f, const struct ax_npt_tag *tag, uint64_t addr, uint32_t access,
			ax_hpa_t *pa);
/* Caches the translations of all leaves in [addr, addr+size). */
void ax_mock_tlb_fill(const struct ax_npt_format *f, const struct ax_npt_tag *tag, uint64_t addr, uint64_t size);
/*
 * Compares every cached translation with the tables: to be called when no change is under way. Counts as violation a
 * cached translation that the tables no longer give. Violations noticed on the way, at publish and at page free: a live
 * entry changed without break-before-make; a page freed that is still cached as a table or as a translation's target.
 */
void ax_mock_tlb_check(void);
unsigned ax_mock_tlb_violations(void);
const char *ax_mock_tlb_violation(void); /* the first one; "" */
void ax_mock_tlb_reset(void);
unsigned ax_mock_tlb_entries(void);
unsigned ax_mock_invalidations(void); /* calls of format->invalidate since the reset */
/* The port's page allocator tells the TLB. */
void ax_mock_tlb_page_freed(ax_hpa_t pa, uint64_t size);
/* Tag given to ax_arch_host_tables() last; root 0: none. */
struct ax_npt_tag ax_mock_host_tables(void);

/* ---- virtual CPUs (axle::arch) ---- */

#define AX_MOCK_IRQ_SLOTS 4u
#define AX_MOCK_TIMER_HWIRQ 27u

/* What a backend was asked to do, for a test to read. */
struct ax_mock_vcpu {
	struct ax_arch_vcpu_config config;
	struct ax_arch_entry entry;
	bool loaded, notify_free, line[4];
	unsigned resets, runs, loads, cpu;
	unsigned mmio_done, pio_done, sysreg_done, hypercall_done, halt_done, faults;
	struct ax_exit_mmio mmio; /* of the last mmio_done, and so on */
	struct ax_exit_pio pio;
	struct ax_exit_sysreg sysreg;
	struct ax_exit fault;
	uint64_t result[6];
	unsigned results;
	struct ax_virq slot[AX_MOCK_IRQ_SLOTS];
	struct ax_arch_timer timer;
	int64_t time_offset;
	uint64_t pc, sp, status, gpr[31];
};
const struct ax_mock_vcpu *ax_mock_vcpu(const struct ax_arch_vcpu *vcpu);

/* The guest as a script: queued exits come first, then what `next` produces; without either the guest halts. */
typedef void (*ax_mock_guest_fn)(void *ctx, struct ax_arch_vcpu *vcpu, struct ax_exit *exit);
void ax_mock_vcpu_push(struct ax_arch_vcpu *vcpu, const struct ax_exit *exit); /* up to 256 */
void ax_mock_vcpu_script(struct ax_arch_vcpu *vcpu, ax_mock_guest_fn next, void *ctx);

/* Guest's side of interrupts: acknowledges the slot holding a pending intid / completes it. False: not there. */
bool ax_mock_vcpu_irq_ack(struct ax_arch_vcpu *vcpu, uint32_t intid);
bool ax_mock_vcpu_irq_complete(struct ax_arch_vcpu *vcpu, uint32_t intid);
void ax_mock_vcpu_set_timer(struct ax_arch_vcpu *vcpu, const struct ax_arch_timer *timer);
/*
 * Guest's side of memory, through stage 2 and the TLB, within one page. False: *exit is the fault, to be returned by
 * the script.
 */
bool ax_mock_vcpu_read(struct ax_arch_vcpu *vcpu, ax_gpa_t gpa, void *buf, size_t size, struct ax_exit *exit);
bool ax_mock_vcpu_write(struct ax_arch_vcpu *vcpu, ax_gpa_t gpa, const void *buf, size_t size, struct ax_exit *exit);

/* ---- the port (ax_mock) ---- */

/* Everything as new; forgets leaks. Call in each test's set-up, and for each fuzzer input. */
void ax_mock_reset(void);
/* Panics unless all memory was freed, no lock is held, no timer queued, no task left and the TLB saw no violation. */
void ax_mock_check_clean(void);

/* Limits on the page allocator: the largest order it gives (default: 1 GiB), and pages in all (0: the window). */
void ax_mock_page_limit(unsigned max_order, size_t pages);
/* Runs in the next page allocation, once: what another CPU does meanwhile. NULL: off. */
void ax_mock_on_page_alloc(void (*fn)(void));
/* Sees each page block just before it is freed: to check that it was scrubbed. NULL: off. */
void ax_mock_on_page_free(void (*fn)(void *va, unsigned order));

unsigned ax_mock_locks_held(void);
unsigned ax_mock_timers(void); /* armed */

/* CPUs: 4 unless set. Tests run on CPU 0, tasks on the first CPU of their affinity. */
void ax_mock_set_cpu_count(unsigned count);
void ax_mock_set_cpu(unsigned cpu);
unsigned ax_mock_kicks(unsigned cpu);

/* A hardware interrupt becomes pending on the calling CPU; ax_port_irq_handle() takes it when enabled. */
void ax_mock_irq_raise(unsigned hwirq);
bool ax_mock_irq_active(unsigned hwirq);
bool ax_mock_irq_enabled(unsigned hwirq);

/* Runs one ready task until it blocks, yields or ends. False: none is ready. Not from a task. */
bool ax_mock_run_one(void);
/* Until no task is ready; returns how many are left, blocked. Panics after a million switches. */
unsigned ax_mock_run_until_idle(void);
unsigned ax_mock_tasks(void);

/* The log: lines "level: text\n", the last 64 KiB. */
const char *ax_mock_log(void);
unsigned ax_mock_log_count(const char *text); /* lines that contain text */
void ax_mock_log_clear(void);
void ax_mock_log_echo(bool on); /* to stderr as well */

#endif
