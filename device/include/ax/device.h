/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulated devices: what a device is, the bus that finds it, the interrupt line it drives, the serial port it may own
 * and the guest memory it may reach. Portable C over ax/port.h; knows neither vCPU nor address space.
 */
#ifndef AX_DEVICE_H
#define AX_DEVICE_H

#include <ax/err.h>
#include <ax/types.h>

/* ---- devices ---- */

enum ax_bus_kind { AX_BUS_MMIO, AX_BUS_PIO, AX_BUS_SYSREG, AX_BUS_KINDS };

/* A range on a bus that a device answers. Sysreg ranges are in register ids. */
struct ax_resource {
	enum ax_bus_kind bus;
	uint64_t base, size;
};

/* One access, complete: within one resource of one device, width 1, 2, 4 or 8 (MMIO may be unaligned). */
struct ax_access {
	uint64_t offset;   /* from the resource's base */
	uint64_t data;     /* write: zero-extended; read: the device's answer, to be filled in */
	unsigned resource; /* index in the device's list */
	unsigned vcpu;     /* who does it */
	uint8_t width;
	bool write;
};

struct ax_device;

/*
 * access: any vCPU, concurrently; the device locks for itself. AX_OK, or a negative error which becomes a fault in the
 * guest. Never blocks. reset: the VM is stopped. save returns bytes (AX_ENOSPC when buf is too small); restore refuses
 * what it does not understand (AX_EFORMAT) and then leaves the device as reset. destroy frees the device; timers are
 * cancelled first.
 */
struct ax_device_ops {
	int (*read)(struct ax_device *dev, struct ax_access *access);
	int (*write)(struct ax_device *dev, const struct ax_access *access);
	void (*reset)(struct ax_device *dev);
	long (*save)(const struct ax_device *dev, void *buf, size_t size);
	int (*restore)(struct ax_device *dev, const void *buf, size_t size);
	void (*destroy)(struct ax_device *dev);
};

#define AX_DEVICE_MAX_RESOURCES 4u

/* Embedded as the first member of each model. */
struct ax_device {
	const struct ax_device_ops *ops;
	const char *name; /* from the configuration; outlives the device */
	unsigned resource_count;
	struct ax_resource resource[AX_DEVICE_MAX_RESOURCES];
};

/* ---- bus ---- */

struct ax_bus_slot {
	uint64_t base, end; /* end is the last address, so that the top of the space is representable */
	struct ax_device *dev;
	unsigned resource;
};

/* One per VM. Filled, then sealed; after that look-up is a binary search without a lock. */
struct ax_bus {
	struct {
		struct ax_bus_slot *slot; /* sorted by base */
		unsigned count, capacity;
	} kind[AX_BUS_KINDS];
	struct ax_device **device; /* in order of registration */
	unsigned device_count, device_capacity;
	bool sealed;
};

void ax_bus_init(struct ax_bus *bus);
/*
 * Takes ownership on success. AX_EEXIST: overlaps another; AX_ESTATE: sealed; AX_ERANGE: wraps; AX_EINVAL: empty;
 * AX_ENOMEM.
 */
int ax_bus_register(struct ax_bus *bus, struct ax_device *dev);
void ax_bus_seal(struct ax_bus *bus);
/*
 * Finds the device and lets it answer. AX_ENOENT: nobody there; AX_EFAULT: across the end of a resource; or the
 * device's error. addr is absolute on the bus; access->offset and ->resource are filled in.
 */
int ax_bus_access(const struct ax_bus *bus, enum ax_bus_kind kind, uint64_t addr, struct ax_access *access);
void ax_bus_reset(struct ax_bus *bus);
/* Destroys the devices in reverse order and frees the tables. */
void ax_bus_destroy(struct ax_bus *bus);

/* ---- interrupt lines ---- */

struct ax_irqchip;
struct ax_virq_port;

/* An interrupt controller model, seen from the devices and from the run loop of its vCPUs. */
struct ax_irqchip_ops {
	/* Level of an input. vcpu matters for private inputs only. Any context. */
	void (*set_line)(struct ax_irqchip *chip, unsigned intid, unsigned vcpu, bool level);
	/*
	 * The run loop, on the vCPU's own CPU with interrupts off: hand interrupts to the hardware / take back what the
	 * guest did.
	 */
	void (*before_entry)(struct ax_irqchip *chip, unsigned vcpu);
	void (*after_exit)(struct ax_irqchip *chip, unsigned vcpu);
	/* An enabled interrupt is pending that should end this vCPU's HALT. Any context. */
	bool (*pending)(struct ax_irqchip *chip, unsigned vcpu);
	/*
	 * vCPU powered on or off: its private interrupts to reset state, its slots empty; what waited in them for
	 * others to take is free to go. On the vCPU's own task, out of the guest.
	 */
	void (*reset_vcpu)(struct ax_irqchip *chip, unsigned vcpu);
};

struct ax_irqchip {
	const struct ax_irqchip_ops *ops;
	const struct ax_virq_port *port;
	void *port_ctx;
};

/* What a controller model asks of its VM: the hardware slots of a vCPU, and to have a vCPU look at its interrupts. */
struct ax_virq;
struct ax_virq_port {
	unsigned slots;
	void (*slot_write)(void *ctx, unsigned vcpu, unsigned slot, const struct ax_virq *virq);
	bool (*slot_read)(void *ctx, unsigned vcpu, unsigned slot, struct ax_virq *virq);
	void (*notify_free)(void *ctx, unsigned vcpu, bool on);
	/* Wakes it from HALT or makes it exit, so that before_entry runs. Any context. */
	void (*kick)(void *ctx, unsigned vcpu);
};

/* One input of a controller, as a device holds it. A NULL chip is a line to nowhere. */
struct ax_irq_line {
	struct ax_irqchip *chip;
	unsigned intid, vcpu;
};

static inline void ax_irq_line_set(const struct ax_irq_line *line, bool level)
{
	if (line->chip) {
		line->chip->ops->set_line(line->chip, line->intid, line->vcpu, level);
	}
}

/* ---- serial ports ---- */

/* Where a serial model's output goes. Never blocks: text that does not fit is lost and counted by the sink. */
struct ax_serial_sink {
	void (*write)(void *ctx, const uint8_t *text, size_t size);
	void *ctx;
	/*
	 * The guest has emptied a FIFO that refused input: more may be pushed, from here too. No device lock held. May
	 * be NULL.
	 */
	void (*room)(void *ctx);
};

/* A serial model as its console sees it: input typed by a person. Returns how many bytes its FIFO took. Any context. */
struct ax_serial {
	struct ax_device dev;
	size_t (*input)(struct ax_serial *serial, const uint8_t *text, size_t size);
};

/* ---- guest memory ---- */

/* The only way a device reaches guest memory. AX_EFAULT unless the whole range is RAM with that permission. */
struct ax_guest_memory {
	int (*read)(void *ctx, ax_gpa_t gpa, void *buf, size_t size);
	int (*write)(void *ctx, ax_gpa_t gpa, const void *buf, size_t size);
	void *ctx;
};

#endif
