/* SPDX-License-Identifier: Apache-2.0 */
/* Software-generated interrupts: a write of ICC_SGI1R_EL1, ICC_ASGI1R_EL1 or ICC_SGI0R_EL1 (Arm IHI 0069, 12.2). */
#include "vgicv3_internal.h"

/* Sixteen PEs of one cluster, from Aff0 = 16 * RS, by a bit each; PEs that do not exist are nobody. */
static bool is_target(uint64_t value, uint32_t affinity)
{
	uint32_t cluster =
		(uint32_t)(AX_GIC_SGIR_AFF3(value) << 16 | AX_GIC_SGIR_AFF2(value) << 8 | AX_GIC_SGIR_AFF1(value));

	return affinity >> 8 == cluster && AX_FIELD_GET(affinity, 7, 4) == AX_GIC_SGIR_RS(value) &&
	       (AX_GIC_SGIR_LIST(value) >> (affinity & 15) & 1);
}

/*
 * With one security state ICC_SGI1R sends interrupts of either group; the other two, meant for Group 0 or for the other
 * state, send those the target has in Group 0.
 */
void vgic_send_sgi(struct vgic *gic, unsigned sender, uint64_t value, bool any_group)
{
	uint32_t bit = 1u << AX_GIC_SGIR_INTID(value);
	bool others = value & AX_GIC_SGIR_IRM;
	uint64_t kick = 0;
	unsigned long irq_state = ax_port_lock(&gic->lock);

	for (unsigned i = 0; i < gic->vcpus; i++) {
		struct vgic_cpu *cpu = &gic->cpu[i];
		bool chosen = others ? i != sender : is_target(value, cpu->affinity);

		if (chosen && (any_group || !(cpu->bank.group & bit))) {
			cpu->bank.latch |= bit;
			vgic_touch(gic, &cpu->bank, bit, &kick);
		}
	}
	ax_port_unlock(&gic->lock, irq_state);
	vgic_kick(gic, kick & ~AX_BIT(sender));
}
