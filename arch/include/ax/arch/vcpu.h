/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contract: the virtual CPU. Each architecture's backend implements this header; ax/vcpu.h wraps it in state and
 * statistics. Decoding ends in the backend: an exit is complete and arch-neutral when ax_arch_vcpu_run() returns.
 *
 * Context: one vCPU is used by one task at a time. load, run and put happen on the same physical CPU, run with
 * interrupts off. Functions marked "loaded" need the vCPU loaded on the calling CPU; the others work in both states,
 * from the task that owns the vCPU.
 */
#ifndef AX_ARCH_VCPU_H
#define AX_ARCH_VCPU_H

#include <ax/arch/npt.h>
#include <ax/types.h>

struct ax_arch_vcpu; /* the backend's own */

/* ---- exits ---- */

#define AX_EXIT_REASONS(X)                                                                                             \
	X(NONE, "none")           /* answered inside the backend: enter again */                                       \
	X(HYPERCALL, "hypercall") /* HVC, SMC, ecall, VMCALL */                                                        \
	X(MMIO, "mmio")           /* decoded load or store to no memory */                                             \
	X(PIO, "pio")             /* x86 port */                                                                       \
	X(SYSREG, "sysreg")       /* trapped system register, CSR or MSR the backend does not answer */                \
	X(FAULT, "fault")         /* stage-2 fault that is no decodable MMIO: fetch, page walk, permission */          \
	X(HALT, "halt")           /* WFI, HLT: nothing to do until an interrupt */                                     \
	X(IRQ, "irq")             /* a host interrupt is pending */                                                    \
	X(KICK, "kick")           /* not entered: a kick or reschedule was pending */                                  \
	X(UNDEF, "undef")         /* an instruction that does not exist for the guest: inject and go on */             \
	X(RESET, "reset")         /* the guest asked for it by an act of the CPU itself (triple fault) */              \
	X(ERROR, "error")         /* the vCPU cannot go on: stop it */

enum ax_exit_reason {
#define X(id, text) AX_EXIT_##id,
	AX_EXIT_REASONS(X)
#undef X
		AX_EXIT_COUNT
};

struct ax_exit_hypercall {
	uint64_t nr;     /* function id: x0 & 0xffffffff, a7:a6, rax */
	uint64_t arg[6]; /* x1-x6, a0-a5, rdi rsi rdx rcx r8 r9 */
	uint32_t ext;    /* RISC-V extension id (a7); immediate of HVC/SMC on Arm */
};

struct ax_exit_mmio {
	ax_gpa_t gpa;
	uint64_t data; /* write: zero-extended value; read: to be filled in by the handler */
	uint8_t width; /* 1, 2, 4, 8 */
	bool write;
	/* backend's notes for ax_arch_vcpu_mmio_done() */
	uint8_t reg, reg_width;
	bool sign_extend;
	uint8_t insn_len;
};

struct ax_exit_pio {
	uint16_t port;
	uint8_t width;
	bool write;
	uint32_t data;
};

struct ax_exit_sysreg {
	uint32_t id; /* Arm: AX_ARM_SYSREG(op0,op1,crn,crm,op2); RISC-V: CSR number; x86: MSR number */
	bool write;
	uint64_t data;
	uint8_t reg; /* backend's note */
};

struct ax_exit_fault {
	ax_gpa_t gpa;
	ax_gva_t gva;
	uint32_t access; /* one of AX_PROT_READ, _WRITE, _EXEC */
	bool walk;       /* on the guest's own page-table walk */
	bool present;    /* a translation exists but forbids the access */
};

struct ax_exit {
	enum ax_exit_reason reason;
	union {
		struct ax_exit_hypercall hypercall;
		struct ax_exit_mmio mmio;
		struct ax_exit_pio pio;
		struct ax_exit_sysreg sysreg;
		struct ax_exit_fault fault;
		uint64_t raw; /* UNDEF, ERROR: the hardware's reason for the log */
	};
};

/* ---- per-CPU enable ---- */

/* What this machine's virtualization offers, read once on the boot CPU. */
struct ax_arch_caps {
	const char *name;     /* "aarch64-nvhe" */
	unsigned gpa_bits;    /* largest guest-physical address */
	unsigned id_bits;     /* VMID/VPID width */
	unsigned irq_slots;   /* list registers or what plays their part; 0: only lines */
	const char *firmware; /* the calls a guest makes to its platform: "psci", "sbi", "none" */
};
const struct ax_arch_caps *ax_arch_caps(void);

/* On each physical CPU before the first load there. AX_ENOSYS: no virtualization here. */
int ax_arch_cpu_enable(void);
void ax_arch_cpu_disable(void);

/* ---- life ---- */

struct ax_arch_vcpu_config {
	unsigned index; /* 0-based in its VM */
	uint64_t hw_id; /* what the guest reads as its own id: MPIDR affinity, hart id, APIC id */
	const struct ax_npt_format *format;
	const struct ax_npt_tag *npt; /* outlives the vCPU; shared by the VM's vCPUs */
};

/* Where and how a guest CPU begins. */
struct ax_arch_entry {
	uint64_t pc;
	uint64_t arg[4]; /* x0-x3, a0-a3 (a0 is set to hw_id by the boot protocol, not here) */
};

/* AX_ENOMEM. */
int ax_arch_vcpu_create(const struct ax_arch_vcpu_config *config, struct ax_arch_vcpu **out);
void ax_arch_vcpu_destroy(struct ax_arch_vcpu *vcpu);
/* All architectural state to its reset value, then the entry. Not loaded. */
void ax_arch_vcpu_reset(struct ax_arch_vcpu *vcpu, const struct ax_arch_entry *entry);

/* Guest state into and out of the hardware. Interrupts off. FP/SIMD follows lazily. */
void ax_arch_vcpu_load(struct ax_arch_vcpu *vcpu);
void ax_arch_vcpu_put(struct ax_arch_vcpu *vcpu);

/* Enters the guest; returns with *exit filled. Loaded, interrupts off. Never fails: trouble is AX_EXIT_ERROR. */
void ax_arch_vcpu_run(struct ax_arch_vcpu *vcpu, struct ax_exit *exit);

/* ---- completing an exit ---- */

/* Writes a read's result to its register (extended as the instruction says) and steps over the instruction. */
void ax_arch_vcpu_mmio_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_mmio *mmio);
void ax_arch_vcpu_pio_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_pio *pio);
void ax_arch_vcpu_sysreg_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_sysreg *sysreg);
/* n results into the result registers (x0.., a0..a1, rax) and past the call. n = 0: past it, registers kept. */
void ax_arch_vcpu_hypercall_done(struct ax_arch_vcpu *vcpu, const uint64_t *result, unsigned n);
/* Past a HALT that ended. */
void ax_arch_vcpu_halt_done(struct ax_arch_vcpu *vcpu);
/* The architecture's fault for this exit into the guest: external abort, access fault, #GP, undefined instruction. */
void ax_arch_vcpu_inject_fault(struct ax_arch_vcpu *vcpu, const struct ax_exit *exit);

/* ---- interrupts ---- */

/* A virtual interrupt as an interrupt-controller model hands it to the hardware. */
struct ax_virq {
	uint32_t intid; /* as the guest sees it */
	uint32_t hwirq; /* physical interrupt the guest's deactivation completes, when hw */
	uint8_t priority;
	bool group1;
	bool pending, active;
	bool hw;
	bool eoi_exit; /* leave the guest when it completes this one (level line to be resampled) */
};

/* Slots 0..ax_arch_caps()->irq_slots-1. NULL empties a slot. Works loaded or not. */
void ax_arch_vcpu_irq_write(struct ax_arch_vcpu *vcpu, unsigned slot, const struct ax_virq *virq);
/* False when the slot is empty (the guest completed the interrupt). */
bool ax_arch_vcpu_irq_read(const struct ax_arch_vcpu *vcpu, unsigned slot, struct ax_virq *virq);
/* Ask for an exit as soon as slots run free: there are more pending than fit. */
void ax_arch_vcpu_irq_notify_free(struct ax_arch_vcpu *vcpu, bool on);
/* Plain external-interrupt line of architectures without slots; `line` as the architecture numbers them. */
void ax_arch_vcpu_line(struct ax_arch_vcpu *vcpu, unsigned line, bool level);

/* ---- guest timer ---- */

struct ax_arch_timer {
	bool line;         /* the guest's timer asserts its interrupt now */
	bool armed;        /* it will at `deadline` */
	uint64_t deadline; /* host ticks */
};
/* State of the guest's own timer. Cheap when nothing changed. */
void ax_arch_vcpu_timer(struct ax_arch_vcpu *vcpu, struct ax_arch_timer *out);
/* The hwirq behind the guest timer that a virtual interrupt may be linked to; -1: none. */
int ax_arch_vcpu_timer_hwirq(void);
/* Guest time = host time + offset: freeze while paused by moving it. Not loaded. */
void ax_arch_vcpu_set_time_offset(struct ax_arch_vcpu *vcpu, int64_t ticks);

/* ---- registers, snapshot ---- */

enum ax_arch_reg { AX_REG_PC, AX_REG_SP, AX_REG_STATUS, AX_REG_GPR0 = 16 /* + n */ };
int ax_arch_vcpu_get_reg(const struct ax_arch_vcpu *vcpu, unsigned reg, uint64_t *value); /* AX_ENOENT */
int ax_arch_vcpu_set_reg(struct ax_arch_vcpu *vcpu, unsigned reg, uint64_t value);        /* AX_ENOENT; not loaded */

/* Versioned blob. Not loaded. Returns bytes written/needed, or AX_ENOSPC, AX_EFORMAT. */
long ax_arch_vcpu_save(const struct ax_arch_vcpu *vcpu, void *buf, size_t size);
int ax_arch_vcpu_restore(struct ax_arch_vcpu *vcpu, const void *buf, size_t size);

#endif
