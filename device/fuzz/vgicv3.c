/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile guests and busy devices against the GICv3 model. The input is a program of 12-byte steps; the fake CPUs panic
 * when the model puts an interrupt into two slots of a CPU or into a state the hardware does not have.
 */
#include "../tests/fake_cpu.h"

#include <string.h>

#define CPUS 3u
#define SPIS 96u
#define MAX_STEPS 4096u

struct step {
	uint8_t op, cpu, width, resource;
	uint32_t offset, value;
};

/* The last kind of resource is the distributor again: its first page, where most of the registers are. */
static void access_step(struct fake_vm *vm, const struct step *s, bool write)
{
	static const uint64_t size[] = {AX_GICD_SIZE, CPUS * (uint64_t)AX_GICR_SIZE, 3, 0x1000};
	unsigned kind = s->resource % 4;
	struct ax_access access = {.offset = s->offset % size[kind],
				   .data = s->value * 0x0000000100000001ull,
				   .resource = kind == 3 ? 0 : kind,
				   .vcpu = s->cpu % CPUS,
				   .width = (uint8_t)(1u << (s->width & 3)),
				   .write = write};

	/* The bus sees to that. */
	if (kind != 2 && access.offset + access.width > size[kind]) {
		return;
	}
	if (write) {
		vm->dev->ops->write(vm->dev, &access);
	} else {
		vm->dev->ops->read(vm->dev, &access);
	}
}

static void save_and_restore(struct fake_vm *vm, const struct step *s)
{
	static uint8_t blob[8192];
	long size = vm->dev->ops->save(vm->dev, blob, sizeof(blob));

	AX_ASSERT(size > 0);
	blob[s->value % (uint32_t)size] ^= s->width;
	AX_ASSERT(vm->dev->ops->restore(vm->dev, blob, (size_t)size) == AX_OK || s->width);
}

static void run(struct fake_vm *vm, const struct step *s)
{
	unsigned cpu = s->cpu % CPUS;

	switch (s->op % 12) {
	case 0:
	case 1:
	case 2:
		access_step(vm, s, true);
		break;
	case 3:
		access_step(vm, s, false);
		break;
	case 4:
	case 5:
		set_line(vm, s->cpu, s->value & 0x3ff, s->width & 1);
		break;
	case 6:
		fake_enter(vm, cpu);
		break;
	case 7:
		fake_exit(vm, cpu);
		break;
	case 8:
		fake_ack(vm, cpu);
		break;
	case 9:
		fake_complete(vm, cpu, vm->cpu[cpu].slot[s->value % FAKE_SLOTS].intid);
		break;
	case 10:
		fake_exit(vm, cpu);
		vm->chip->ops->reset_vcpu(vm->chip, cpu);
		break;
	default:
		for (unsigned i = 0; i < CPUS; i++) {
			fake_exit(vm, i);
		}
		save_and_restore(vm, s);
	}
	(void)vm->chip->ops->pending(vm->chip, cpu);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fake_vm vm;
	size_t steps = AX_MIN(size / sizeof(struct step), MAX_STEPS);

	fake_vm_create(&vm, CPUS, SPIS);
	ax_vgicv3_link_hw(vm.chip, 27, 27);
	if (size % 2) {
		fake_enable_all(&vm, CPUS, SPIS);
	}
	for (size_t i = 0; i < steps; i++) {
		struct step step;

		memcpy(&step, data + i * sizeof(step), sizeof(step));
		run(&vm, &step);
	}
	fake_vm_destroy(&vm);
	return 0;
}
