/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: interrupts to their handlers, expected faults to guest_try(), all else ends the guest. */
#include "cpu.h"

/* Exception classes (Arm ARM DDI 0487, ESR_EL1) */
enum { EC_UNKNOWN = 0x00, EC_SYSREG = 0x18, EC_FETCH = 0x21, EC_PC_ALIGN = 0x22, EC_DATA = 0x25 };

#define ESR_EC(esr) (unsigned)((esr) >> 26 & 0x3f)
#define ESR_WRITE (1u << 6)

static enum guest_fault_kind fault_kind(uint64_t esr)
{
	switch (ESR_EC(esr)) {
	case EC_UNKNOWN:
	case EC_SYSREG:
		return GUEST_FAULT_UNDEF;
	case EC_FETCH:
	case EC_PC_ALIGN:
		return GUEST_FAULT_FETCH;
	case EC_DATA:
		return esr & ESR_WRITE ? GUEST_FAULT_WRITE : GUEST_FAULT_READ;
	default:
		return GUEST_FAULT_OTHER;
	}
}

static void synchronous(struct frame *frame, bool serror)
{
	struct cpu *cpu = this_cpu();
	uint64_t esr = guest_sysreg_read(esr_el1), far = guest_sysreg_read(far_el1);

	if (!cpu->try_sp) {
		guest_panic(serror ? "SError" : "exception", frame->elr, far, esr);
	}
	cpu->fault.kind = serror ? GUEST_FAULT_OTHER : fault_kind(esr);
	cpu->fault.addr = far;
	cpu->fault.code = esr;
	frame->elr = (uint64_t)guest_try_faulted;
}

void guest_exception(struct frame *frame, unsigned kind)
{
	/* Four kinds for each place it came from; only the second four, this level with its own stack, may happen. */
	if (kind == 5) {
		guest_irq_dispatch();
	} else if (kind == 4 || kind == 7) {
		synchronous(frame, kind == 7);
	} else {
		guest_panic("exception from a wrong place", frame->elr, kind, guest_sysreg_read(esr_el1));
	}
}

void guest_try(void (*fn)(void *), void *arg, struct guest_fault *fault)
{
	struct cpu *cpu = this_cpu();

	cpu->fault.kind = GUEST_FAULT_NONE;
	guest_try_call(fn, arg, &cpu->try_sp);
	*fault = cpu->fault;
}
