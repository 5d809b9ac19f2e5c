/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmware calls with every argument, from several vCPUs: 32-byte records { u8 vcpu, u8 immediate, u16 what, u32 id,
 * u64 arg[3] }. Whatever a guest asks for, the VM is in a known state afterwards, can be stopped, and leaves nothing
 * behind.
 */
#include <string.h>

#include <ax/mock.h>
#include <ax/vm.h>

#define RAM_BASE 0x40000000ull

struct record {
	uint8_t vcpu, immediate;
	uint16_t what;
	uint32_t id;
	uint64_t arg[3];
};

static const struct ax_vm_config config = {
	.name = "fuzz",
	.vcpus = 4,
	.gpa_bits = 40,
	.ram_count = 1,
	.ram = {{.gpa = {RAM_BASE}, .size = AX_MIB(1), .prot = AX_PROT_RWX}},
	.entry = {RAM_BASE},
};

/* Arguments that are near something: a CPU, the entry, a function id. */
static uint64_t shape(uint64_t arg, unsigned how)
{
	switch (how & 3) {
	case 0:
		return arg;
	case 1:
		return RAM_BASE + (arg & 0x1fffff);
	case 2:
		return arg & 7;
	default:
		return 0x84000000u + (arg & 0x4000001f);
	}
}

static void call(struct ax_vm *vm, const struct record *r)
{
	unsigned vcpu = r->vcpu % config.vcpus;
	struct ax_exit exit = {
		.reason = AX_EXIT_HYPERCALL,
		.hypercall = {.nr = shape(r->id, r->what), .ext = r->immediate & 1},
	};

	for (unsigned i = 0; i < 3; i++) {
		exit.hypercall.arg[i] = shape(r->arg[i], r->what >> (2 * i + 2));
	}
	if (vm->vcpu[vcpu].state != AX_VCPU_OFF) {
		ax_mock_vcpu_push(vm->vcpu[vcpu].arch, &exit);
	}
	ax_vcpu_kick(&vm->vcpu[vcpu]);
	ax_mock_run_until_idle();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ax_vm *vm;

	ax_mock_reset();
	if (ax_vm_create(&config, 1, NULL, NULL, &vm) != AX_OK || ax_vm_start(vm) != AX_OK) {
		__builtin_trap();
	}
	ax_mock_run_until_idle();
	for (unsigned n = 0; n < 64 && size >= sizeof(struct record); n++) {
		struct record r;

		memcpy(&r, data, sizeof(r));
		data += sizeof(r);
		size -= sizeof(r);
		call(vm, &r);
		if (vm->state == AX_VM_STOPPED && ax_vm_start(vm) != AX_OK) {
			__builtin_trap();
		}
		ax_mock_run_until_idle();
	}
	if (vm->state != AX_VM_RUNNING || ax_vm_stop(vm) != AX_OK || ax_vm_destroy(vm) != AX_OK) {
		__builtin_trap();
	}
	ax_mock_check_clean();
	return 0;
}
