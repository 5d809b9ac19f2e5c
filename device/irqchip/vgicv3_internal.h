/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GICv3 model's state and the seams between its files:
 *
 *	vgicv3.c         create, the bus side, the interrupt-line side
 *	vgicv3_dist.c    GICD registers             vgicv3_redist.c  GICR registers
 *	vgicv3_bank.c    registers with an entry for each interrupt, the same in both
 *	vgicv3_sgi.c     ICC_SGI1R and its kin
 *	vgicv3_lr.c      the vCPU's slots (list registers)
 *	vgicv3_state.c   reset, save, restore
 *
 * Locking: one lock a VM, vgic.lock, a leaf: nothing is called under it but the port's slot_write, slot_read and
 *notify_free for the calling vCPU. Devices raise lines with their own lock held, so the order is device, then vGIC.
 *Kicks are collected and sent after release.
 */
#ifndef AX_VGICV3_INTERNAL_H
#define AX_VGICV3_INTERNAL_H

#include <ax/arch/vcpu.h>
#include <ax/device/vgicv3.h>
#include <ax/port.h>
#include <ax/regs/gicv3.h>
#include <stdatomic.h>

/* Kept out of line, so that the way past it saves no registers. */
#define VGIC_SLOW __attribute__((noinline))

#define VGIC_MAX_SLOTS 16u
#define VGIC_BANK 32u       /* interrupts a bank */
#define VGIC_NOBODY 0xffu   /* no vCPU */
#define VGIC_PRIORITY 0xf8u /* implemented bits: 32 levels */

/*
 * 32 interrupts: a vCPU's SGIs and PPIs, or a row of SPIs. An interrupt is pending when one of latch, taken, or
 * (level-sensitive) line is set. While it is in a slot, the slot holds the truth and this what was last seen of it.
 */
struct vgic_bank {
	uint32_t valid; /* interrupts that exist */
	uint32_t group, enable, edge;
	uint32_t line;  /* level of the input */
	uint32_t latch; /* pending by an edge or by software */
	uint32_t active;
	uint32_t loaded; /* in a slot of its holder */
	uint32_t taken;  /* loaded; what was latched is in the slot, not yet acknowledged */
	uint32_t linked; /* deactivation by hardware */
	uint32_t hot;    /* its bit in vgic.hot; private interrupts have none */
	uint8_t priority[VGIC_BANK];
	uint8_t target[VGIC_BANK]; /* vCPU it is routed to, or VGIC_NOBODY */
	uint8_t holder[VGIC_BANK]; /* vCPU in whose slot it is, when loaded */
};

struct vgic_cpu {
	_Atomic bool dirty; /* slots no longer match the banks; set under the lock */
	uint32_t used;      /* slots in use; like the slots, only the vCPU's own run loop touches it */
	bool overflow;      /* more to deliver than slots: asked for exits as they run free */
	uint8_t index;
	uint32_t affinity; /* Aff3.Aff2.Aff1.Aff0 */
	_Atomic uint32_t waker;
	struct vgic_bank bank;
	struct ax_virq slot[VGIC_MAX_SLOTS]; /* as written or last read */
};

struct vgic {
	struct ax_device dev;
	struct ax_irqchip chip;
	struct ax_lock lock;
	unsigned vcpus, spi_banks, slots;
	uint32_t hot;          /* SPI banks that may hold something deliverable or active; only these are searched */
	_Atomic uint32_t ctlr; /* GICD_CTLR: the two group enables; changed under the lock */
	struct vgic_cpu *cpu;
	struct vgic_bank *spi;
	uint64_t *route;           /* GICD_IROUTER, by SPI */
	uint32_t hwirq[VGIC_BANK]; /* behind linked private interrupts */
};

static inline struct vgic *vgic_of_device(const struct ax_device *dev)
{
	return AX_CONTAINER_OF(dev, struct vgic, dev);
}

static inline struct vgic *vgic_of_chip(struct ax_irqchip *chip)
{
	return AX_CONTAINER_OF(chip, struct vgic, chip);
}

/* Of an interrupt that exists. */
static inline struct vgic_bank *vgic_bank_of(struct vgic *gic, unsigned vcpu, unsigned intid)
{
	return intid < AX_GIC_PRIVATE ? &gic->cpu[vcpu].bank : &gic->spi[intid / VGIC_BANK - 1];
}

static inline uint32_t vgic_pending(const struct vgic_bank *bank)
{
	return bank->latch | bank->taken | (bank->line & ~bank->edge);
}

/* Pending, enabled, and of a group the distributor forwards. */
static inline uint32_t vgic_deliverable(const struct vgic *gic, const struct vgic_bank *bank)
{
	uint32_t ctlr = atomic_load_explicit(&gic->ctlr, memory_order_relaxed);
	uint32_t group1 = 0u - (ctlr >> 1 & 1), group0 = 0u - (ctlr & 1);

	return vgic_pending(bank) & bank->enable & ((bank->group & group1) | (~bank->group & group0));
}

/* The vCPU that has to do with interrupt n of a bank now. */
static inline unsigned vgic_owner(const struct vgic_bank *bank, unsigned n)
{
	return bank->loaded & 1u << n ? bank->holder[n] : bank->target[n];
}

static inline uint32_t vgic_all_banks(const struct vgic *gic)
{
	return (uint32_t)AX_MASK(gic->spi_banks - 1, 0);
}

/*
 * Something about these interrupts changed: the vCPUs whose slots may be affected become dirty and join *kick. Locked.
 */
void vgic_touch(struct vgic *gic, const struct vgic_bank *bank, uint32_t bits, uint64_t *kick);
/* Sends what was collected. Not locked. */
void vgic_send_kicks(struct vgic *gic, uint64_t kick);
static inline void vgic_kick(struct vgic *gic, uint64_t kick)
{
	if (kick) {
		vgic_send_kicks(gic, kick);
	}
}

/* ---- registers ---- */

/* One access to a frame. */
struct vgic_access {
	struct vgic *gic;
	struct vgic_cpu *redist; /* whose frame it is; NULL: the distributor */
	struct vgic_bank *bank;  /* of a register with an entry for each interrupt */
	uint64_t kick;
	unsigned at;          /* byte offset in the row, or in the bank's part of it */
	unsigned width, vcpu; /* who accesses */
};

/* A row of a register map. Handlers of rows with a bank run locked, the others not. */
struct vgic_reg {
	uint32_t first, end; /* offsets, end exclusive */
	uint16_t bank_bytes; /* what a bank takes; 0: no entry for each interrupt */
	uint8_t widths;      /* sum of the widths it may be accessed by, aligned */
	uint64_t (*read)(struct vgic_access *a);
	void (*write)(struct vgic_access *a, uint64_t value);
};

/*
 * A frame's registers. The low 4 KiB go by block, since each register array there takes a whole number of blocks; the
 * few rows above are in a list. What no row names, and widths that a row does not, reads as zero and ignores writes.
 */
#define VGIC_BLOCK 0x80u
#define VGIC_BLOCKS (0x1000u / VGIC_BLOCK)

struct vgic_map {
	struct vgic_reg block[VGIC_BLOCKS];
	struct vgic_reg high[2];
};

extern const struct vgic_map vgic_dist_map, vgic_rd_map, vgic_sgi_map;

#define VGIC_W4 4u
#define VGIC_W1_4 (1u | 4u)
#define VGIC_W4_8 (4u | 8u)

/* The register array at `base`, a block or more of it. */
#define VGIC_ROW(base, size, bank_bytes, widths, read, write)                                                          \
	[(base) / VGIC_BLOCK...((base) + (size)-1) /                                                                   \
		VGIC_BLOCK] = {base, (base) + (size), bank_bytes, widths, read, write}

/* Rows that are alike in the distributor and in SGI_base. */
#define VGIC_BANK_ROWS                                                                                                 \
	VGIC_ROW(AX_GICD_IGROUPR, 0x80, 4, VGIC_W4, vgic_read_group, vgic_write_group),                                \
		VGIC_ROW(AX_GICD_ISENABLER, 0x80, 4, VGIC_W4, vgic_read_enable, vgic_set_enable),                      \
		VGIC_ROW(AX_GICD_ICENABLER, 0x80, 4, VGIC_W4, vgic_read_enable, vgic_clear_enable),                    \
		VGIC_ROW(AX_GICD_ISPENDR, 0x80, 4, VGIC_W4, vgic_read_pending, vgic_set_pending),                      \
		VGIC_ROW(AX_GICD_ICPENDR, 0x80, 4, VGIC_W4, vgic_read_pending, vgic_clear_pending),                    \
		VGIC_ROW(AX_GICD_ISACTIVER, 0x80, 4, VGIC_W4, vgic_read_active, vgic_set_active),                      \
		VGIC_ROW(AX_GICD_ICACTIVER, 0x80, 4, VGIC_W4, vgic_read_active, vgic_clear_active),                    \
		VGIC_ROW(AX_GICD_IPRIORITYR, 0x400, 32, VGIC_W1_4, vgic_read_priority, vgic_write_priority),           \
		VGIC_ROW(AX_GICD_ICFGR, 0x100, 8, VGIC_W4, vgic_read_config, vgic_write_config)

uint64_t vgic_reg_read(const struct vgic_map *map, struct vgic_access *a, uint32_t offset);
void vgic_reg_write(const struct vgic_map *map, struct vgic_access *a, uint32_t offset, uint64_t value);

uint64_t vgic_read_group(struct vgic_access *a);
void vgic_write_group(struct vgic_access *a, uint64_t value);
uint64_t vgic_read_enable(struct vgic_access *a);
void vgic_set_enable(struct vgic_access *a, uint64_t value);
void vgic_clear_enable(struct vgic_access *a, uint64_t value);
uint64_t vgic_read_pending(struct vgic_access *a);
void vgic_set_pending(struct vgic_access *a, uint64_t value);
void vgic_clear_pending(struct vgic_access *a, uint64_t value);
uint64_t vgic_read_active(struct vgic_access *a);
void vgic_set_active(struct vgic_access *a, uint64_t value);
void vgic_clear_active(struct vgic_access *a, uint64_t value);
uint64_t vgic_read_priority(struct vgic_access *a);
void vgic_write_priority(struct vgic_access *a, uint64_t value);
uint64_t vgic_read_config(struct vgic_access *a);
void vgic_write_config(struct vgic_access *a, uint64_t value);

/* GICD_IIDR and GICR_IIDR. */
#define VGIC_IIDR AX_GIC_IIDR('A', 0, 1, AX_GIC_IMPLEMENTER_ARM)

/* The part of a 64-bit register that an access sees, and the register after a write. */
uint64_t vgic_part(const struct vgic_access *a, uint64_t reg);
uint64_t vgic_merge(const struct vgic_access *a, uint64_t reg, uint64_t value);

/* ICC_SGI1R_EL1 (any_group), ICC_ASGI1R_EL1 and ICC_SGI0R_EL1 written by vCPU `sender`. */
void vgic_send_sgi(struct vgic *gic, unsigned sender, uint64_t value, bool any_group);

/* ---- slots ---- */

void vgic_before_entry(struct ax_irqchip *chip, unsigned vcpu);
void vgic_after_exit(struct ax_irqchip *chip, unsigned vcpu);
/* Empties the slots; what was pending or active in them is so in the banks. Locked, vCPU not in the guest. */
void vgic_release_slots(struct vgic *gic, struct vgic_cpu *cpu, uint64_t *kick);

/* ---- state ---- */

/* The vCPU an IROUTER value names. */
uint8_t vgic_route_target(const struct vgic *gic, uint64_t route);
/* Private interrupts, slots and the redistributor's own registers. Locked, vCPU not in the guest. */
void vgic_reset_cpu(struct vgic *gic, struct vgic_cpu *cpu, uint64_t *kick);
void vgic_reset(struct ax_device *dev);
long vgic_save(const struct ax_device *dev, void *buf, size_t size);
int vgic_restore(struct ax_device *dev, const void *buf, size_t size);

#endif
