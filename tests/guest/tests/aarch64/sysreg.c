/* SPDX-License-Identifier: Apache-2.0 */
/* System registers: what a guest does not have is undefined, and no number of them does harm. */
#include <guest.h>

#define INSN_MRS_X0 0xd5200000u
#define INSN_MSR_X0 0xd5000000u
#define SYSREG(op0, op1, crn, crm, op2) ((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)

/* A scratch page of code behind the image: one access and a return each. */
static uint64_t code_page(void)
{
	return (guest_image_end() + 0x1fffff) & ~0x1ffffful;
}

static void put(uint64_t addr, uint32_t insn)
{
	*(volatile uint32_t *)addr = insn;
	*(volatile uint32_t *)(addr + 4) = GUEST_INSN_RETURN;
}

static enum guest_fault_kind access(uint32_t insn)
{
	put(code_page(), insn);
	guest_sync_code(code_page(), 8);
	return guest_try_fetch(code_page());
}

GUEST_TEST(registers_above_the_guests_level_are_undefined)
{
	static const uint32_t regs[] = {
		SYSREG(3, 4, 1, 1, 0),   /* HCR_EL2 */
		SYSREG(3, 4, 12, 0, 0),  /* VBAR_EL2 */
		SYSREG(3, 4, 2, 1, 0),   /* VTTBR_EL2 */
		SYSREG(3, 4, 14, 0, 3),  /* CNTVOFF_EL2 */
		SYSREG(3, 4, 12, 11, 0), /* ICH_HCR_EL2 */
		SYSREG(3, 6, 1, 1, 0),   /* SCR_EL3 */
	};

	for (unsigned i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		EXPECT(access(INSN_MRS_X0 | regs[i]) == GUEST_FAULT_UNDEF);
		EXPECT(access(INSN_MSR_X0 | regs[i]) == GUEST_FAULT_UNDEF);
	}
}

GUEST_TEST(registers_nobody_defined_are_undefined)
{
	static const uint32_t regs[] = {SYSREG(3, 0, 5, 5, 7), SYSREG(3, 3, 6, 7, 5), SYSREG(2, 0, 15, 15, 7),
					SYSREG(3, 7, 1, 2, 3)};

	for (unsigned i = 0; i < sizeof(regs) / sizeof(regs[0]); i++) {
		EXPECT(access(INSN_MRS_X0 | regs[i]) == GUEST_FAULT_UNDEF);
		EXPECT(access(INSN_MSR_X0 | regs[i]) == GUEST_FAULT_UNDEF);
	}
}

GUEST_TEST(unallocated_instructions_are_undefined)
{
	static const uint32_t insns[] = {0x00000000, 0x0000dead, 0xffffffff};

	for (unsigned i = 0; i < sizeof(insns) / sizeof(insns[0]); i++) {
		EXPECT(access(insns[i]) == GUEST_FAULT_UNDEF);
	}
}

GUEST_TEST(a_read_of_every_system_register_gives_a_value_or_undefined)
{
	uint64_t code = code_page();
	unsigned values = 0, undefined = 0, others = 0;

	/* op0 is 2 or 3; the rest of the encoding counts through bits 5 to 18. */
	for (uint32_t i = 0; i < 0x8000; i++) {
		put(code + 8 * i, INSN_MRS_X0 | SYSREG(2u, 0u, 0u, 0u, 0u) | i << 5);
	}
	guest_sync_code(code, 8 * 0x8000);
	for (uint32_t i = 0; i < 0x8000; i++) {
		enum guest_fault_kind kind = guest_try_fetch(code + 8 * i);

		values += kind == GUEST_FAULT_NONE;
		undefined += kind == GUEST_FAULT_UNDEF;
		others += kind != GUEST_FAULT_NONE && kind != GUEST_FAULT_UNDEF;
	}
	guest_irq_init();
	EXPECT(values > 50);
	EXPECT(undefined > 30000);
	EXPECT(others == 0);
}

GUEST_TEST(the_identity_a_guest_reads_is_that_of_its_vcpu)
{
	EXPECT((guest_sysreg_read(mpidr_el1) & 0xff00ffffff) == guest_cpu_id());
	EXPECT((guest_sysreg_read(CurrentEL) >> 2 & 3) == 1);
	EXPECT((guest_sysreg_read(id_aa64pfr0_el1) >> 8 & 0xf) == 0 || !guest_on_axle()); /* no EL2 for the guest */
}
