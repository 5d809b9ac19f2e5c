/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port: everything Axle's modules ask of the kernel they live in. `base/` implements it for the Axle image,
 * `arch/mock` for the build host; another kernel (xv6, Zephyr, yours) implements it to lift a module.
 *
 * Unless a function says otherwise it may be called from any task, with interrupts on or off, not from an
 * interrupt handler that interrupted a holder of the lock it takes.
 */
#ifndef AX_PORT_H
#define AX_PORT_H

#include <ax/types.h>

/* ---- memory ---- */

/*
 * 2^order pages of AX_PAGE_SIZE, physically contiguous, aligned to their size, zeroed. NULL when out of memory.
 * Cost: proportional to the size (zeroing).
 */
void *ax_port_page_alloc(unsigned order);
/* Gives back what ax_port_page_alloc() returned for the same order. NULL is ignored. */
void ax_port_page_free(void *va, unsigned order);
/* From now on an allocated block of `order` (at least 1) is two of order - 1, each to be given back by itself. */
void ax_port_page_split(void *va, unsigned order);

/* A zeroed object, aligned for any scalar; NULL when out of memory. Free with the same size. */
void *ax_port_alloc(size_t size);
void ax_port_free(void *obj, size_t size);

/* Translation between the host's direct map and physical addresses; both ends in RAM the host owns. */
ax_hpa_t ax_port_virt_to_phys(const void *va);
void *ax_port_phys_to_virt(ax_hpa_t pa);

/* ---- mutual exclusion ---- */

/* A spin lock that also masks this CPU's interrupts. Zero-initialised is unlocked. Not recursive. */
struct ax_lock {
	uint32_t held;
};

/* Takes the lock; returns the interrupt state to hand to ax_port_unlock(). Spinning yields the CPU (YIELD, PAUSE). */
unsigned long ax_port_lock(struct ax_lock *lock);
void ax_port_unlock(struct ax_lock *lock, unsigned long irq_state);

/* ---- time ---- */

/* The host's monotonic counter, raw, and its conversion to and from nanoseconds. Same on every CPU. */
uint64_t ax_port_ticks(void);
uint64_t ax_port_ticks_to_ns(uint64_t ticks);
uint64_t ax_port_ns_to_ticks(uint64_t ns);

struct ax_timer;
/* Runs in interrupt context on the CPU that armed the timer; may re-arm it; may not block. */
typedef void (*ax_timer_fn)(struct ax_timer *timer);

/* A one-shot timer, embedded in its user's object. The fields belong to the port. */
struct ax_timer {
	ax_timer_fn fn;
	uint64_t deadline;             /* host ticks */
	struct ax_timer *next, **link; /* queue; link is NULL when idle */
	uint32_t cpu;
};

void ax_port_timer_init(struct ax_timer *timer, ax_timer_fn fn);
/* Arms or re-arms for an absolute tick on the calling CPU; a deadline in the past fires as soon as it may. */
void ax_port_timer_set(struct ax_timer *timer, uint64_t deadline);
/* After this returns fn is not running and will not run. Not from fn itself. */
void ax_port_timer_cancel(struct ax_timer *timer);

/* ---- CPUs and host interrupts ---- */

/* The calling CPU, 0-based and dense; stable only while interrupts are off or the task is bound to one CPU. */
unsigned ax_port_cpu(void);
unsigned ax_port_cpu_count(void);
/* Makes `cpu` leave guest mode soon, if it is in it. May be called for the own CPU (no effect). Any context. */
void ax_port_cpu_kick(unsigned cpu);

/*
 * A backend's own per-CPU hardware interrupt (virtual timer, maintenance). The handler runs with interrupts off on
 * the CPU that took it. It returns true to complete the interrupt now, false to leave it active because the guest
 * will complete it (deactivation through a hardware-linked virtual interrupt).
 */
typedef bool (*ax_port_irq_fn)(unsigned hwirq);
int ax_port_irq_claim(unsigned hwirq, ax_port_irq_fn fn); /* once; AX_EBUSY when taken, AX_ERANGE */
void ax_port_irq_enable(unsigned hwirq, bool on);         /* on the calling CPU */
void ax_port_irq_set_active(unsigned hwirq, bool active); /* on the calling CPU */
/* Takes the pending host interrupt(s) now. Called with interrupts off right after an exit for one. */
void ax_port_irq_handle(void);

/* ---- tasks (axvm only) ---- */

struct ax_task; /* the host's own */

struct ax_task_params {
	const char *name; /* copied */
	void (*entry)(void *arg);
	void *arg;
	uint64_t affinity; /* bit n: may run on CPU n; 0: any */
	const char *sched; /* scheduling class, "pinned", "fair"; NULL: the host's default */
	unsigned weight;   /* fair share, 1..1024; 0: 100 */
	/* Called, interrupts off, when the task gets or loses a CPU; may be NULL. */
	void (*on_switch)(void *arg, bool in);
};

/* Creates a task that is ready to run. AX_ENOMEM, AX_EINVAL (no CPU in affinity), AX_ENOENT (no such class). */
int ax_port_task_spawn(const struct ax_task_params *params, struct ax_task **out);
/* Waits until the task's entry has returned, then frees it. Not for the calling task. */
void ax_port_task_join(struct ax_task *task);
/* Blocks the calling task until a wake that came after the last block returned: a wake is never lost. */
void ax_port_task_block(void);
/* Any context. */
void ax_port_task_wake(struct ax_task *task);
/* True when the calling task should leave guest mode to let another run; cheap; interrupts off. */
bool ax_port_task_need_resched(void);
/* Lets others run. Interrupts on. */
void ax_port_task_yield(void);
struct ax_task *ax_port_task_current(void);

/* Masks this CPU's interrupts / restores what the matching call returned. */
unsigned long ax_port_irq_save(void);
void ax_port_irq_restore(unsigned long state);

/* ---- diagnostics ---- */

enum ax_log_level { AX_LOG_ERROR, AX_LOG_WARN, AX_LOG_INFO, AX_LOG_DEBUG, AX_LOG_TRACE };

/* One line without newline. May be called from any context; never blocks. */
void ax_port_log(enum ax_log_level level, const char *fmt, ...) AX_PRINTF(2, 3);

/*
 * A budget for lines that a guest can trigger: at most AX_LOG_BURST lines a second for each object; the rest are
 * counted and the count is printed with the next line that passes. Zero-initialised is ready.
 */
#define AX_LOG_BURST 10u
struct ax_log_budget {
	uint64_t window; /* start, host ticks */
	uint32_t lines, suppressed;
};
void ax_port_log_limited(struct ax_log_budget *budget, enum ax_log_level level, const char *fmt, ...) AX_PRINTF(3, 4);

/* The host's own invariant is broken. Never for anything a guest controls. */
AX_NORETURN void ax_port_panic(const char *fmt, ...) AX_PRINTF(1, 2);

#define AX_ASSERT(cond)                                                                                                \
	do {                                                                                                           \
		if (!(cond)) {                                                                                         \
			ax_port_panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond);                       \
		}                                                                                                      \
	} while (0)

#endif
