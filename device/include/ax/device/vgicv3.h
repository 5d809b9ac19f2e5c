/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Model of a GICv3 (Arm IHI 0069) over a CPU with list registers: distributor and redistributors are emulated, the CPU
 *interface is the hardware's own virtual one, reached through struct ax_virq_port. One security state (GICD_CTLR.DS =
 *1), affinity routing always on (ARE = 1), SGIs, PPIs and SPIs; no LPIs, no extended ranges, no message-based SPIs.
 *
 * One device owns all resources: distributor, redistributors (in vCPU order) and the system registers that send SGIs.
 *
 * The run loop of a vCPU, interrupts off:
 *
 *	before_entry(chip, vcpu);
 *	... the guest runs ...
 *	after_exit(chip, vcpu);       first of all that looks at or moves an interrupt line on this CPU
 *
 * Both cost a load and a branch when nothing is in flight. Registers read by one vCPU show what another vCPU did up to
 * that one's last exit; reading a pending or active state that is in another vCPU's hands kicks it, so that a guest
 * that polls sees the truth soon.
 */
#ifndef AX_DEVICE_VGICV3_H
#define AX_DEVICE_VGICV3_H

#include <ax/device.h>

#define AX_VGICV3_MAX_VCPUS 64u
#define AX_VGICV3_MAX_SPIS 988u

#define AX_VGICV3_DIST_SIZE 0x10000u
#define AX_VGICV3_REDIST_SIZE 0x20000u /* for each vCPU */

struct ax_vgicv3_config {
	const char *name;                /* outlives the device */
	uint64_t dist_base;              /* AX_VGICV3_DIST_SIZE bytes */
	uint64_t redist_base;            /* vcpus * AX_VGICV3_REDIST_SIZE bytes */
	unsigned vcpus;                  /* 1..AX_VGICV3_MAX_VCPUS */
	const uint64_t *hw_id;           /* MPIDR_EL1 affinity of each vCPU, all different; copied */
	unsigned spis;                   /* INTIDs 32..32+spis-1; a multiple of 32, or AX_VGICV3_MAX_SPIS */
	const struct ax_virq_port *port; /* outlives the device; at least one slot */
	void *port_ctx;
};

/*
 * The device is registered on the bus, which owns it; the chip lives inside it. The model is at its reset state.
 * AX_EINVAL: a number above out of range, two equal hw_id, or a region that wraps; AX_ENOMEM.
 */
int ax_vgicv3_create(const struct ax_vgicv3_config *config, struct ax_device **dev, struct ax_irqchip **chip);

/*
 * The guest's deactivation of this PPI (16..31), on every vCPU, deactivates physical interrupt hwirq. Its line is then
 * raised once for each physical activation; it falls by itself when the guest deactivates. Before the VM runs. Other
 * INTIDs are ignored.
 */
void ax_vgicv3_link_hw(struct ax_irqchip *chip, unsigned intid, unsigned hwirq);

/*
 * The interrupt is pending or active in the model: the physical interrupt behind a linked PPI must then be active on
 * the CPU that loads the vCPU, so that it does not fire again. Any context.
 */
bool ax_vgicv3_hw_active(struct ax_irqchip *chip, unsigned vcpu, unsigned intid);

#endif
