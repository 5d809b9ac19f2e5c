/* SPDX-License-Identifier: Apache-2.0 */
/* Exits that are an access: to a device, to memory that stage 2 does not give yet, to a system register. */
#include "internal.h"

/* Memory first touched (copy on write). Copies a page or more, so with interrupts on. */
static enum ax_step memory_fault(struct ax_run *run, ax_gpa_t gpa, uint32_t access)
{
	struct ax_vm *vm = run->vm;
	int err;

	ax_run_irq_open(run);
	err = ax_aspace_fault(vm->aspace, gpa, access);
	ax_run_irq_close(run);
	if (err == AX_OK) {
		return AX_STEP_HANDLED;
	}
	if (err == AX_ENOENT || err == AX_EFAULT) {
		ax_port_log_limited(&vm->budget, AX_LOG_WARN, "vm %s: vcpu %u: fault at %#llx (access %#x): %s",
				    vm->config->name, run->vcpu->index, (unsigned long long)gpa.v, (unsigned)access,
				    err == AX_ENOENT ? "nothing there" : "not allowed");
		return AX_STEP_INJECT;
	}
	ax_port_log_limited(
		&vm->budget, AX_LOG_ERROR,
		"vm %s: no memory for the page at %#llx (error %d): vm stopped; free host memory and start it again",
		vm->config->name, (unsigned long long)gpa.v, err);
	return AX_STEP_STOP_VM;
}

enum ax_step ax_exit_mmio(struct ax_run *run)
{
	struct ax_exit_mmio *mmio = &run->exit.mmio;
	struct ax_access access = {
		.data = mmio->data, .vcpu = run->vcpu->index, .width = mmio->width, .write = mmio->write};
	int err = ax_bus_access(&run->vm->bus, AX_BUS_MMIO, mmio->gpa.v, &access);

	if (err == AX_ENOENT) {
		return memory_fault(run, mmio->gpa, mmio->write ? AX_PROT_WRITE : AX_PROT_READ);
	}
	if (err) {
		ax_port_log_limited(&run->vm->budget, AX_LOG_WARN,
				    "vm %s: vcpu %u: %s of %u bytes at %#llx refused (error %d)", run->vm->config->name,
				    run->vcpu->index, mmio->write ? "write" : "read", (unsigned)mmio->width,
				    (unsigned long long)mmio->gpa.v, err);
		return AX_STEP_INJECT;
	}
	mmio->data = access.data;
	ax_arch_vcpu_mmio_done(run->vcpu->arch, mmio);
	return AX_STEP_HANDLED;
}

enum ax_step ax_exit_fault(struct ax_run *run)
{
	return memory_fault(run, run->exit.fault.gpa, run->exit.fault.access);
}

/* Ports float: what nobody answers reads as ones and swallows writes. */
enum ax_step ax_exit_pio(struct ax_run *run)
{
	struct ax_exit_pio *pio = &run->exit.pio;
	struct ax_access access = {
		.data = pio->data, .vcpu = run->vcpu->index, .width = pio->width, .write = pio->write};

	if (ax_bus_access(&run->vm->bus, AX_BUS_PIO, pio->port, &access) != AX_OK) {
		access.data = ~0ull;
	}
	pio->data = (uint32_t)access.data;
	ax_arch_vcpu_pio_done(run->vcpu->arch, pio);
	return AX_STEP_HANDLED;
}

enum ax_step ax_exit_sysreg(struct ax_run *run)
{
	struct ax_exit_sysreg *sysreg = &run->exit.sysreg;
	struct ax_access access = {.data = sysreg->data, .vcpu = run->vcpu->index, .width = 8, .write = sysreg->write};

	if (ax_bus_access(&run->vm->bus, AX_BUS_SYSREG, sysreg->id, &access) != AX_OK) {
		ax_port_log_limited(&run->vm->budget, AX_LOG_WARN, "vm %s: vcpu %u: %s of unknown system register %#x",
				    run->vm->config->name, run->vcpu->index, sysreg->write ? "write" : "read",
				    (unsigned)sysreg->id);
		return AX_STEP_INJECT;
	}
	sysreg->data = access.data;
	ax_arch_vcpu_sysreg_done(run->vcpu->arch, sysreg);
	return AX_STEP_HANDLED;
}
