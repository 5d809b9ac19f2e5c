/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

struct ax_vm_config config;
struct ax_vm *vm;
unsigned stops, loads;
enum ax_vm_stop stop_reason;
int load_error;
char console[256];

static const struct ax_vm_config small = {
	.name = "test",
	.vcpus = VCPUS,
	.gpa_bits = 40,
	.ram_count = 1,
	.ram = {{.gpa = {RAM_BASE}, .size = RAM_SIZE, .prot = AX_PROT_RWX}},
	.dtb_gpa = {DTB},
	.entry = {ENTRY},
	.device_count = 3,
	.device =
		{
			{.name = "console",
			 .model = "pl011",
			 .range_count = 1,
			 .range = {{AX_BUS_MMIO, UART_BASE, 0x1000}},
			 .irq_count = 1,
			 .irq = {UART_IRQ}},
			{.name = "timer", .model = "arm-vtimer", .irq_count = 1, .irq = {TIMER_IRQ}},
			{.name = "gic",
			 .model = "vgicv3",
			 .range_count = 2,
			 .range = {{AX_BUS_MMIO, DIST_BASE, 0x10000}, {AX_BUS_MMIO, REDIST_BASE, VCPUS * 0x20000}}},
		},
};

static void write_console(void *ctx, const uint8_t *text, size_t size)
{
	size_t used = strlen(console);

	(void)ctx;
	for (size_t i = 0; i < size && used + 1 < sizeof(console); i++) {
		console[used++] = (char)text[i];
	}
	console[used] = '\0';
}

static int load(void *ctx, struct ax_vm *loaded)
{
	static const char kernel[] = "kernel";

	(void)ctx;
	loads++;
	if (load_error) {
		return load_error;
	}
	return ax_aspace_load(loaded->aspace, ax_gpa(ENTRY), kernel, sizeof(kernel));
}

static void stopped(void *ctx, struct ax_vm *ended, enum ax_vm_stop reason)
{
	(void)ctx;
	ck_assert_uint_eq(ended->state, AX_VM_STOPPED);
	stops++;
	stop_reason = reason;
}

static const struct ax_vm_hooks hooks = {.console = {.write = write_console}, .load = load, .stopped = stopped};

void set_up_config(void)
{
	ax_mock_reset();
	config = small;
	vm = NULL;
	stops = 0;
	loads = 0;
	load_error = 0;
	stop_reason = AX_STOP_NONE;
	console[0] = '\0';
}

int create(void)
{
	return ax_vm_create(&config, 1, &hooks, NULL, &vm);
}

void set_up(void)
{
	set_up_config();
	ck_assert_int_eq(create(), AX_OK);
	ck_assert_int_eq(ax_vm_start(vm), AX_OK);
	ax_mock_run_until_idle();
}

void tear_down(void)
{
	if (vm) {
		ck_assert_int_eq(ax_vm_stop(vm), AX_OK);
		ck_assert_int_eq(ax_vm_destroy(vm), AX_OK);
	}
	ax_mock_check_clean();
}

const struct ax_mock_vcpu *mock(unsigned vcpu)
{
	return ax_mock_vcpu(vm->vcpu[vcpu].arch);
}

void exit_with(unsigned vcpu, const struct ax_exit *exit)
{
	ax_mock_vcpu_push(vm->vcpu[vcpu].arch, exit);
	ax_vcpu_kick(&vm->vcpu[vcpu]);
	ax_mock_run_until_idle();
}

int64_t call(unsigned vcpu, uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct ax_exit exit = {.reason = AX_EXIT_HYPERCALL, .hypercall = {.nr = nr, .arg = {a0, a1, a2}}};

	exit_with(vcpu, &exit);
	return (int64_t)mock(vcpu)->result[0];
}

struct ax_exit mmio(uint64_t gpa, unsigned width, bool write, uint64_t data)
{
	return (struct ax_exit){
		.reason = AX_EXIT_MMIO,
		.mmio = {.gpa = {gpa}, .width = (uint8_t)width, .write = write, .data = data, .reg = 5},
	};
}

int main(void)
{
	Suite *suite = suite_create("axvm");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, lifecycle_tests());
	suite_add_tcase(suite, running_tests());
	suite_add_tcase(suite, exit_tests());
	suite_add_tcase(suite, timer_tests());
	suite_add_tcase(suite, psci_tests());
	suite_add_tcase(suite, suspend_tests());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
