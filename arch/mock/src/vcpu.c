/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual CPU whose guest is a script, and which records what the hypervisor does to it. */
#include "vcpu.h"
#include "machine.h"

#include <string.h>

const struct ax_mock_vcpu *ax_mock_vcpu(const struct ax_arch_vcpu *vcpu)
{
	return &vcpu->m;
}

const struct ax_arch_caps *ax_arch_caps(void)
{
	static const struct ax_arch_caps caps = {
		.name = "mock", .gpa_bits = 48, .id_bits = 8, .irq_slots = AX_MOCK_IRQ_SLOTS, .firmware = "psci"};

	return &caps;
}

int ax_arch_cpu_enable(void)
{
	return AX_OK;
}

void ax_arch_cpu_disable(void)
{
}

/* ---- life ---- */

int ax_arch_vcpu_create(const struct ax_arch_vcpu_config *config, struct ax_arch_vcpu **out)
{
	struct ax_arch_vcpu *vcpu = ax_mock_object_alloc(sizeof(*vcpu));

	if (!vcpu) {
		return AX_ENOMEM;
	}
	vcpu->m.config = *config;
	*out = vcpu;
	return AX_OK;
}

void ax_arch_vcpu_destroy(struct ax_arch_vcpu *vcpu)
{
	if (vcpu && vcpu->m.loaded) {
		ax_mock_panic("vcpu %u destroyed while loaded", vcpu->m.config.index);
	}
	ax_mock_object_free(vcpu, sizeof(*vcpu));
}

void ax_arch_vcpu_reset(struct ax_arch_vcpu *vcpu, const struct ax_arch_entry *entry)
{
	struct ax_mock_vcpu *m = &vcpu->m;

	if (m->loaded) {
		ax_mock_panic("vcpu %u reset while loaded", m->config.index);
	}
	m->resets++;
	m->entry = *entry;
	m->pc = entry->pc;
	m->sp = 0;
	m->status = 0;
	memset(m->gpr, 0, sizeof(m->gpr));
	memcpy(m->gpr, entry->arg, sizeof(entry->arg));
	memset(m->slot, 0, sizeof(m->slot));
	memset(m->line, 0, sizeof(m->line));
	memset(&m->timer, 0, sizeof(m->timer));
	m->notify_free = false;
}

void ax_arch_vcpu_load(struct ax_arch_vcpu *vcpu)
{
	if (vcpu->m.loaded || ax_arch_irq_enabled()) {
		ax_mock_panic("vcpu %u loaded twice or with interrupts on", vcpu->m.config.index);
	}
	vcpu->m.loaded = true;
	vcpu->m.loads++;
}

void ax_arch_vcpu_put(struct ax_arch_vcpu *vcpu)
{
	if (!vcpu->m.loaded || ax_arch_irq_enabled()) {
		ax_mock_panic("vcpu %u put while not loaded or with interrupts on", vcpu->m.config.index);
	}
	vcpu->m.loaded = false;
}

void ax_arch_vcpu_run(struct ax_arch_vcpu *vcpu, struct ax_exit *exit)
{
	if (!vcpu->m.loaded || ax_arch_irq_enabled()) {
		ax_mock_panic("vcpu %u run while not loaded or with interrupts on", vcpu->m.config.index);
	}
	vcpu->m.runs++;
	memset(exit, 0, sizeof(*exit));
	if (vcpu->head != vcpu->tail) {
		*exit = vcpu->queue[vcpu->head++ % AX_MOCK_QUEUE];
	} else if (vcpu->next) {
		vcpu->next(vcpu->ctx, vcpu, exit);
	} else {
		exit->reason = AX_EXIT_HALT;
	}
}

/* ---- the script ---- */

void ax_mock_vcpu_push(struct ax_arch_vcpu *vcpu, const struct ax_exit *exit)
{
	if (vcpu->tail - vcpu->head == AX_MOCK_QUEUE) {
		ax_mock_panic("vcpu %u has %u exits queued", vcpu->m.config.index, AX_MOCK_QUEUE);
	}
	vcpu->queue[vcpu->tail++ % AX_MOCK_QUEUE] = *exit;
}

void ax_mock_vcpu_script(struct ax_arch_vcpu *vcpu, ax_mock_guest_fn next, void *ctx)
{
	vcpu->next = next;
	vcpu->ctx = ctx;
}

static void *guest_page(struct ax_arch_vcpu *vcpu, ax_gpa_t gpa, size_t size, uint32_t access, struct ax_exit *exit)
{
	const struct ax_arch_vcpu_config *c = &vcpu->m.config;
	ax_hpa_t pa;

	if (AX_FIELD_GET(gpa.v, 11, 0) + size > AX_PAGE_SIZE) {
		ax_mock_panic("a scripted access must stay within a page");
	}
	if (!ax_mock_tlb_access(c->format, c->npt, gpa.v, access, &pa)) {
		memset(exit, 0, sizeof(*exit));
		exit->reason = AX_EXIT_FAULT;
		exit->fault = (struct ax_exit_fault){.gpa = gpa,
						     .gva = ax_gva(gpa.v),
						     .access = access,
						     .present = ax_mock_tlb_access(c->format, c->npt, gpa.v, 0, &pa)};
		return NULL;
	}
	return ax_mock_phys_to_virt(pa);
}

bool ax_mock_vcpu_read(struct ax_arch_vcpu *vcpu, ax_gpa_t gpa, void *buf, size_t size, struct ax_exit *exit)
{
	const void *page = guest_page(vcpu, gpa, size, AX_PROT_READ, exit);

	if (page) {
		memcpy(buf, page, size);
	}
	return page != NULL;
}

bool ax_mock_vcpu_write(struct ax_arch_vcpu *vcpu, ax_gpa_t gpa, const void *buf, size_t size, struct ax_exit *exit)
{
	void *page = guest_page(vcpu, gpa, size, AX_PROT_WRITE, exit);

	if (page) {
		memcpy(page, buf, size);
	}
	return page != NULL;
}

/* ---- completing an exit ---- */

static void step(struct ax_arch_vcpu *vcpu)
{
	vcpu->m.pc += 4;
}

void ax_arch_vcpu_mmio_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_mmio *mmio)
{
	vcpu->m.mmio_done++;
	vcpu->m.mmio = *mmio;
	if (!mmio->write && mmio->reg < AX_ARRAY_SIZE(vcpu->m.gpr)) {
		vcpu->m.gpr[mmio->reg] = mmio->data;
	}
	step(vcpu);
}

void ax_arch_vcpu_pio_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_pio *pio)
{
	vcpu->m.pio_done++;
	vcpu->m.pio = *pio;
	step(vcpu);
}

void ax_arch_vcpu_sysreg_done(struct ax_arch_vcpu *vcpu, const struct ax_exit_sysreg *sysreg)
{
	vcpu->m.sysreg_done++;
	vcpu->m.sysreg = *sysreg;
	if (!sysreg->write && sysreg->reg < AX_ARRAY_SIZE(vcpu->m.gpr)) {
		vcpu->m.gpr[sysreg->reg] = sysreg->data;
	}
	step(vcpu);
}

void ax_arch_vcpu_hypercall_done(struct ax_arch_vcpu *vcpu, const uint64_t *result, unsigned n)
{
	if (n > AX_ARRAY_SIZE(vcpu->m.result)) {
		ax_mock_panic("hypercall with %u results", n);
	}
	vcpu->m.hypercall_done++;
	vcpu->m.results = n;
	for (unsigned i = 0; i < n; i++) {
		vcpu->m.result[i] = result[i];
		vcpu->m.gpr[i] = result[i];
	}
	step(vcpu);
}

void ax_arch_vcpu_halt_done(struct ax_arch_vcpu *vcpu)
{
	vcpu->m.halt_done++;
	step(vcpu);
}

void ax_arch_vcpu_inject_fault(struct ax_arch_vcpu *vcpu, const struct ax_exit *exit)
{
	vcpu->m.faults++;
	vcpu->m.fault = *exit;
}

/* ---- interrupts ---- */

static struct ax_virq *slot_of(struct ax_arch_vcpu *vcpu, unsigned slot)
{
	if (slot >= AX_MOCK_IRQ_SLOTS) {
		ax_mock_panic("interrupt slot %u of %u", slot, AX_MOCK_IRQ_SLOTS);
	}
	return &vcpu->m.slot[slot];
}

void ax_arch_vcpu_irq_write(struct ax_arch_vcpu *vcpu, unsigned slot, const struct ax_virq *virq)
{
	struct ax_virq *s = slot_of(vcpu, slot);

	if (!virq) {
		memset(s, 0, sizeof(*s));
		return;
	}
	for (unsigned i = 0; i < AX_MOCK_IRQ_SLOTS; i++) {
		const struct ax_virq *other = &vcpu->m.slot[i];

		if (i != slot && (other->pending || other->active) && other->intid == virq->intid) {
			ax_mock_panic("interrupt %u in slots %u and %u", virq->intid, i, slot);
		}
	}
	*s = *virq;
}

bool ax_arch_vcpu_irq_read(const struct ax_arch_vcpu *vcpu, unsigned slot, struct ax_virq *virq)
{
	*virq = *slot_of((struct ax_arch_vcpu *)vcpu, slot);
	return virq->pending || virq->active;
}

void ax_arch_vcpu_irq_notify_free(struct ax_arch_vcpu *vcpu, bool on)
{
	vcpu->m.notify_free = on;
}

void ax_arch_vcpu_line(struct ax_arch_vcpu *vcpu, unsigned line, bool level)
{
	if (line >= AX_ARRAY_SIZE(vcpu->m.line)) {
		ax_mock_panic("interrupt line %u", line);
	}
	vcpu->m.line[line] = level;
}

bool ax_mock_vcpu_irq_ack(struct ax_arch_vcpu *vcpu, uint32_t intid)
{
	for (unsigned i = 0; i < AX_MOCK_IRQ_SLOTS; i++) {
		struct ax_virq *s = &vcpu->m.slot[i];

		if (s->pending && s->intid == intid) {
			s->pending = false;
			s->active = true;
			return true;
		}
	}
	return false;
}

bool ax_mock_vcpu_irq_complete(struct ax_arch_vcpu *vcpu, uint32_t intid)
{
	for (unsigned i = 0; i < AX_MOCK_IRQ_SLOTS; i++) {
		struct ax_virq *s = &vcpu->m.slot[i];

		if (s->active && s->intid == intid) {
			s->active = false;
			return true;
		}
	}
	return false;
}
