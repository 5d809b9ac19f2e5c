/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bus of a VM: sorted ranges, filled before the VM runs and only read afterwards, so that look-up needs no lock.
 */
#include <ax/device.h>
#include <ax/port.h>
#include <string.h>

#define FIRST_CAPACITY 8u

void ax_bus_init(struct ax_bus *bus)
{
	*bus = (struct ax_bus){0};
}

/* The table with room for `more` further elements; NULL, and the table untouched, when there is no memory. */
static void *reserve(void *table, size_t element, unsigned count, unsigned more, unsigned *capacity)
{
	unsigned wanted = AX_MAX(*capacity, FIRST_CAPACITY);
	void *grown;

	if (count + more <= *capacity) {
		return table;
	}
	while (wanted < count + more) {
		wanted *= 2;
	}
	grown = ax_port_alloc(wanted * element);
	if (!grown) {
		return NULL;
	}
	if (table) {
		memcpy(grown, table, count * element);
		ax_port_free(table, *capacity * element);
	}
	*capacity = wanted;
	return grown;
}

/*
 * The last range that begins at or below addr, the only one that can hold it; if all begin above, the first. Halves
 * what is left without a branch to mispredict. count is at least 1.
 */
static const struct ax_bus_slot *nearest(const struct ax_bus_slot *slot, unsigned count, uint64_t addr)
{
	while (count > 1) {
		unsigned half = count / 2;

		slot = slot[half].base <= addr ? slot + half : slot;
		count -= half;
	}
	return slot;
}

static bool overlaps(const struct ax_bus *bus, const struct ax_resource *res)
{
	unsigned count = bus->kind[res->bus].count;
	uint64_t end = res->base + (res->size - 1);
	const struct ax_bus_slot *slot;

	if (!count) {
		return false;
	}
	slot = nearest(bus->kind[res->bus].slot, count, end);
	return slot->base <= end && slot->end >= res->base;
}

static bool resources_overlap(const struct ax_resource *a, const struct ax_resource *b)
{
	return a->bus == b->bus && a->base <= b->base + (b->size - 1) && b->base <= a->base + (a->size - 1);
}

static int check_resource(const struct ax_bus *bus, const struct ax_device *dev, unsigned index)
{
	const struct ax_resource *res = &dev->resource[index];

	if (res->bus >= AX_BUS_KINDS || res->size == 0) {
		return AX_EINVAL;
	}
	if (res->base + (res->size - 1) < res->base) {
		return AX_ERANGE;
	}
	if (overlaps(bus, res)) {
		return AX_EEXIST;
	}
	for (unsigned i = 0; i < index; i++) {
		if (resources_overlap(&dev->resource[i], res)) {
			return AX_EEXIST;
		}
	}
	return AX_OK;
}

static void insert(struct ax_bus *bus, struct ax_device *dev, unsigned index)
{
	const struct ax_resource *res = &dev->resource[index];
	struct ax_bus_slot *slot = bus->kind[res->bus].slot;
	unsigned *count = &bus->kind[res->bus].count;
	unsigned at = 0;

	while (at < *count && slot[at].base < res->base) {
		at++;
	}
	memmove(&slot[at + 1], &slot[at], (*count - at) * sizeof(*slot));
	slot[at] = (struct ax_bus_slot){
		.base = res->base, .end = res->base + (res->size - 1), .dev = dev, .resource = index};
	(*count)++;
}

/* Memory for all of a device's resources, before any of them is entered. */
static int reserve_all(struct ax_bus *bus)
{
	struct ax_device **device = reserve(bus->device, sizeof(*device), bus->device_count, 1, &bus->device_capacity);

	if (!device) {
		return AX_ENOMEM;
	}
	bus->device = device;
	for (unsigned k = 0; k < AX_BUS_KINDS; k++) {
		struct ax_bus_slot *slot = reserve(bus->kind[k].slot, sizeof(*slot), bus->kind[k].count,
						   AX_DEVICE_MAX_RESOURCES, &bus->kind[k].capacity);

		if (!slot) {
			return AX_ENOMEM;
		}
		bus->kind[k].slot = slot;
	}
	return AX_OK;
}

int ax_bus_register(struct ax_bus *bus, struct ax_device *dev)
{
	int err;

	if (bus->sealed) {
		return AX_ESTATE;
	}
	if (dev->resource_count > AX_DEVICE_MAX_RESOURCES) {
		return AX_EINVAL;
	}
	for (unsigned i = 0; i < dev->resource_count; i++) {
		err = check_resource(bus, dev, i);
		if (err) {
			return err;
		}
	}
	err = reserve_all(bus);
	if (err) {
		return err;
	}
	for (unsigned i = 0; i < dev->resource_count; i++) {
		insert(bus, dev, i);
	}
	bus->device[bus->device_count++] = dev;
	return AX_OK;
}

void ax_bus_seal(struct ax_bus *bus)
{
	bus->sealed = true;
}

int ax_bus_access(const struct ax_bus *bus, enum ax_bus_kind kind, uint64_t addr, struct ax_access *access)
{
	const struct ax_bus_slot *slot;
	struct ax_device *dev;

	if (!bus->kind[kind].count) {
		return AX_ENOENT;
	}
	slot = nearest(bus->kind[kind].slot, bus->kind[kind].count, addr);
	if (addr < slot->base || addr > slot->end) {
		return AX_ENOENT;
	}
	/* A system register is one id, however wide. */
	if (kind != AX_BUS_SYSREG && slot->end - addr < access->width - 1ull) {
		return AX_EFAULT;
	}
	access->offset = addr - slot->base;
	access->resource = slot->resource;
	dev = slot->dev;
	return access->write ? dev->ops->write(dev, access) : dev->ops->read(dev, access);
}

void ax_bus_reset(struct ax_bus *bus)
{
	for (unsigned i = 0; i < bus->device_count; i++) {
		if (bus->device[i]->ops->reset) {
			bus->device[i]->ops->reset(bus->device[i]);
		}
	}
}

void ax_bus_destroy(struct ax_bus *bus)
{
	while (bus->device_count) {
		struct ax_device *dev = bus->device[--bus->device_count];

		dev->ops->destroy(dev);
	}
	if (bus->device) {
		ax_port_free(bus->device, bus->device_capacity * sizeof(struct ax_device *));
	}
	for (unsigned k = 0; k < AX_BUS_KINDS; k++) {
		if (bus->kind[k].slot) {
			ax_port_free(bus->kind[k].slot, bus->kind[k].capacity * sizeof(struct ax_bus_slot));
		}
	}
	ax_bus_init(bus);
}
