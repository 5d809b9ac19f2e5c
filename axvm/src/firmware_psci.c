/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware of an Arm guest: PSCI 1.1 (DEN0022) and the general calls of SMCCC 1.1 (DEN0028),
 * by HVC or SMC. A call answers in x0 and keeps all other registers; what is not in the table answers NOT_SUPPORTED.
 */
#include "internal.h"

enum psci_error { /* DEN0022, return error codes */
		  PSCI_SUCCESS = 0,
		  PSCI_NOT_SUPPORTED = -1,
		  PSCI_INVALID_PARAMETERS = -2,
		  PSCI_DENIED = -3,
		  PSCI_ALREADY_ON = -4,
		  PSCI_ON_PENDING = -5,
		  PSCI_INVALID_ADDRESS = -9,
};

#define PSCI_VERSION_1_1 0x00010001
#define SMCCC_VERSION_1_1 0x10001

#define FUNCTION_64 AX_BIT(30) /* the call passes 64-bit arguments (DEN0028, function identifiers) */

#define AFFINITY_LEVELS 4u
/* Aff3 and Aff2-0 in a target_cpu (DEN0022, CPU_ON). */
#define AFFINITY_MASK (AX_MASK(39, 32) | AX_MASK(23, 0))

/* power_state, original format (DEN0022, CPU_SUSPEND). */
#define POWER_STATE_ID AX_MASK(15, 0)
#define POWER_STATE_DOWN AX_BIT(16)
#define POWER_STATE_LEVEL AX_MASK(25, 24)

enum affinity_info { AFFINITY_ON = 0, AFFINITY_OFF = 1, AFFINITY_ON_PENDING = 2 };
enum hw_state { HW_ON = 0, HW_OFF = 1, HW_STANDBY = 2 };

/* Answers a call; what it returns goes to x0. `arg` is already cut to the width of the call. */
typedef int64_t (*psci_fn)(struct ax_run *run, const uint64_t arg[3]);

/* No answer: the vCPU goes on elsewhere, or its VM ends; or it is off. */
#define NO_RETURN INT64_MIN
#define POWERED_OFF (INT64_MIN + 1)

static struct ax_vcpu *find_target(struct ax_vm *vm, uint64_t target)
{
	for (unsigned i = 0; i < vm->vcpu_count; i++) {
		if (ax_vm_hw_id(i) == target) {
			return &vm->vcpu[i];
		}
	}
	return NULL;
}

static enum affinity_info affinity_state(const struct ax_vcpu *vcpu)
{
	switch ((enum ax_vcpu_state)vcpu->state) {
	case AX_VCPU_OFF:
		return AFFINITY_OFF;
	case AX_VCPU_STARTING:
		return AFFINITY_ON_PENDING;
	default:
		return AFFINITY_ON;
	}
}

static int64_t cpu_on(struct ax_run *run, const uint64_t arg[3])
{
	struct ax_vcpu *target = find_target(run->vm, arg[0]);
	struct ax_arch_entry entry = {.pc = arg[1], .arg = {arg[2]}};

	if (!target) {
		return PSCI_INVALID_PARAMETERS;
	}
	if (!ax_vm_entry_valid(run->vm, entry.pc)) {
		return PSCI_INVALID_ADDRESS;
	}
	if (ax_vcpu_power_on(target, &entry) == AX_OK) {
		return PSCI_SUCCESS;
	}
	return affinity_state(target) == AFFINITY_ON_PENDING ? PSCI_ON_PENDING : PSCI_ALREADY_ON;
}

/* Also CPU_FREEZE: only CPU_ON ends either. */
static int64_t cpu_off(struct ax_run *run, const uint64_t arg[3])
{
	(void)run;
	(void)arg;
	return POWERED_OFF;
}

/* The state of an affinity instance: on when any CPU in it is. */
static int64_t affinity_info(struct ax_run *run, const uint64_t arg[3])
{
	static const uint64_t significant[AFFINITY_LEVELS] = {AX_MASK(39, 32) | AX_MASK(23, 0),
							      AX_MASK(39, 32) | AX_MASK(23, 8),
							      AX_MASK(39, 32) | AX_MASK(23, 16), AX_MASK(39, 32)};
	bool found = false, pending = false;

	if (arg[1] >= AFFINITY_LEVELS || (arg[0] & ~AFFINITY_MASK)) {
		return PSCI_INVALID_PARAMETERS;
	}
	for (unsigned i = 0; i < run->vm->vcpu_count; i++) {
		enum affinity_info state;

		if ((ax_vm_hw_id(i) ^ arg[0]) & significant[arg[1]]) {
			continue;
		}
		state = affinity_state(&run->vm->vcpu[i]);
		if (state == AFFINITY_ON) {
			return AFFINITY_ON;
		}
		found = true;
		pending |= state == AFFINITY_ON_PENDING;
	}
	if (!found) {
		return PSCI_INVALID_PARAMETERS;
	}
	return pending ? AFFINITY_ON_PENDING : AFFINITY_OFF;
}

static int64_t node_hw_state(struct ax_run *run, const uint64_t arg[3])
{
	const struct ax_vcpu *target = find_target(run->vm, arg[0]);
	int64_t state;

	if (!target || arg[1] >= AFFINITY_LEVELS) {
		return PSCI_INVALID_PARAMETERS;
	}
	if (arg[1] > 0) {
		return HW_ON; /* the caller's own cluster, and there is no other */
	}
	state = affinity_state(target) == AFFINITY_OFF ? HW_OFF : HW_ON;
	return target->state == AX_VCPU_HALTED ? HW_STANDBY : state;
}

static bool power_state_valid(uint64_t state)
{
	return (state & ~(POWER_STATE_ID | POWER_STATE_DOWN | POWER_STATE_LEVEL)) == 0;
}

/* Waits for a wake-up event, then goes on after the call (standby) or, all registers at reset, at the entry. */
static int64_t suspend(struct ax_run *run, bool down, uint64_t pc, uint64_t context)
{
	struct ax_suspend_stats *stats = &run->suspend[down];
	struct ax_arch_entry entry = {.pc = pc, .arg = {context}};
	uint64_t start = ax_port_ticks();

	if (down && !ax_vm_entry_valid(run->vm, pc)) {
		return PSCI_INVALID_ADDRESS;
	}
	ax_halt_wait(run);
	stats->count++;
	stats->ticks += ax_port_ticks() - start;
	if (!down) {
		return PSCI_SUCCESS;
	}
	ax_run_resume(run, &entry);
	return NO_RETURN;
}

static int64_t cpu_suspend(struct ax_run *run, const uint64_t arg[3])
{
	if (!power_state_valid(arg[0])) {
		return PSCI_INVALID_PARAMETERS;
	}
	return suspend(run, arg[0] & POWER_STATE_DOWN, arg[1], arg[2]);
}

static int64_t cpu_default_suspend(struct ax_run *run, const uint64_t arg[3])
{
	return suspend(run, true, arg[0], arg[1]);
}

/* Only for the last CPU that is on. */
static int64_t system_suspend(struct ax_run *run, const uint64_t arg[3])
{
	for (unsigned i = 0; i < run->vm->vcpu_count; i++) {
		if (i != run->vcpu->index && affinity_state(&run->vm->vcpu[i]) != AFFINITY_OFF) {
			return PSCI_DENIED;
		}
	}
	return suspend(run, true, arg[0], arg[1]);
}

static int64_t set_suspend_mode(struct ax_run *run, const uint64_t arg[3])
{
	(void)run;
	switch (arg[0]) {
	case 0: /* platform-coordinated */
		return PSCI_SUCCESS;
	case 1: /* OS-initiated */
		return PSCI_NOT_SUPPORTED;
	default:
		return PSCI_INVALID_PARAMETERS;
	}
}

/* NULL: no such CPU or state, which the STAT calls answer with 0. */
static const struct ax_suspend_stats *find_stats(struct ax_run *run, const uint64_t arg[3])
{
	const struct ax_vcpu *target = find_target(run->vm, arg[0]);

	if (!target || !power_state_valid(arg[1])) {
		return NULL;
	}
	return &run->vm->run[target->index].suspend[(arg[1] & POWER_STATE_DOWN) != 0];
}

static int64_t stat_residency(struct ax_run *run, const uint64_t arg[3])
{
	const struct ax_suspend_stats *stats = find_stats(run, arg);

	return stats ? (int64_t)(ax_port_ticks_to_ns(stats->ticks) / 1000) : 0; /* microseconds */
}

static int64_t stat_count(struct ax_run *run, const uint64_t arg[3])
{
	const struct ax_suspend_stats *stats = find_stats(run, arg);

	return stats ? (int64_t)stats->count : 0;
}

static int64_t system_off(struct ax_run *run, const uint64_t arg[3])
{
	(void)arg;
	ax_vm_end(run->vm, AX_STOP_POWEROFF);
	return NO_RETURN;
}

static int64_t system_reset(struct ax_run *run, const uint64_t arg[3])
{
	(void)arg;
	ax_vm_end(run->vm, AX_STOP_REBOOT);
	return NO_RETURN;
}

static int64_t system_reset2(struct ax_run *run, const uint64_t arg[3])
{
	if (arg[0] != 0) { /* SYSTEM_WARM_RESET is the one architectural type */
		return PSCI_INVALID_PARAMETERS;
	}
	return system_reset(run, arg);
}

/* Memory is scrubbed at every reset, so that the promise is kept without being asked. */
static int64_t mem_protect(struct ax_run *run, const uint64_t arg[3])
{
	bool before = run->vm->mem_protect;

	run->vm->mem_protect = arg[0] != 0;
	return before;
}

static int64_t mem_protect_check_range(struct ax_run *run, const uint64_t arg[3])
{
	return arg[1] && ax_vm_is_ram(run->vm, arg[0], arg[1], 0) ? PSCI_SUCCESS : PSCI_DENIED;
}

static int64_t psci_version(struct ax_run *run, const uint64_t arg[3])
{
	(void)run;
	(void)arg;
	return PSCI_VERSION_1_1;
}

static int64_t migrate_info_type(struct ax_run *run, const uint64_t arg[3])
{
	(void)run;
	(void)arg;
	return 2; /* no trusted OS that would need migration */
}

static int64_t smccc_version(struct ax_run *run, const uint64_t arg[3])
{
	(void)run;
	(void)arg;
	return SMCCC_VERSION_1_1;
}

static int64_t psci_features(struct ax_run *run, const uint64_t arg[3]);
static int64_t arch_features(struct ax_run *run, const uint64_t arg[3]);

/* Which query tells of a function. */
enum query { PSCI, SMCCC };

#define BOTH 1u /* SMC32 and SMC64 form */

static const struct {
	uint32_t id; /* the SMC32 form */
	uint8_t both;
	uint8_t query;
	psci_fn call;
} function[] = {
	{0x84000000, 0, PSCI, psci_version},
	{0x84000001, BOTH, PSCI, cpu_suspend}, /* its feature flags are 0: original format, platform-coordinated */
	{0x84000002, 0, PSCI, cpu_off},
	{0x84000003, BOTH, PSCI, cpu_on},
	{0x84000004, BOTH, PSCI, affinity_info},
	/* MIGRATE and MIGRATE_INFO_UP_CPU, 5 and 7: not supported, as this one says */
	{0x84000006, 0, PSCI, migrate_info_type},
	{0x84000008, 0, PSCI, system_off},
	{0x84000009, 0, PSCI, system_reset},
	{0x8400000a, 0, PSCI, psci_features},
	{0x8400000b, 0, PSCI, cpu_off},
	{0x8400000c, BOTH, PSCI, cpu_default_suspend},
	{0x8400000d, BOTH, PSCI, node_hw_state},
	{0x8400000e, BOTH, PSCI, system_suspend},
	{0x8400000f, 0, PSCI, set_suspend_mode},
	{0x84000010, BOTH, PSCI, stat_residency},
	{0x84000011, BOTH, PSCI, stat_count},
	{0x84000012, BOTH, PSCI, system_reset2},
	{0x84000013, 0, PSCI, mem_protect},
	{0x84000014, BOTH, PSCI, mem_protect_check_range},
	{0x80000000, 0, SMCCC, smccc_version},
	{0x80000001, 0, SMCCC, arch_features},
};

static int find_function(uint64_t id)
{
	for (unsigned i = 0; i < AX_ARRAY_SIZE(function); i++) {
		if (id == function[i].id || (function[i].both && id == (function[i].id | FUNCTION_64))) {
			return (int)i;
		}
	}
	return -1;
}

/* PSCI_FEATURES also says whether SMCCC_VERSION may be called (DEN0028, discovery). */
static int64_t psci_features(struct ax_run *run, const uint64_t arg[3])
{
	int i = find_function(arg[0]);

	(void)run;
	return i >= 0 && (function[i].query == PSCI || function[i].call == smccc_version) ? PSCI_SUCCESS
											  : PSCI_NOT_SUPPORTED;
}

/* No SMCCC_ARCH_WORKAROUND is here: a guest must not believe in a mitigation that the host does not do for it. */
static int64_t arch_features(struct ax_run *run, const uint64_t arg[3])
{
	int i = find_function(arg[0]);

	(void)run;
	return i >= 0 && function[i].query == SMCCC ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

static enum ax_step psci_call(struct ax_run *run)
{
	const struct ax_exit_hypercall *call = &run->exit.hypercall;
	uint64_t width = call->nr & FUNCTION_64 ? ~0ull : AX_MASK(31, 0);
	uint64_t arg[3] = {call->arg[0] & width, call->arg[1] & width, call->arg[2] & width};
	/* SMCCC keeps immediates other than 0 for the platform, which here gives them no meaning. */
	int i = call->ext == 0 ? find_function((uint32_t)call->nr) : -1;
	int64_t answer = i >= 0 ? function[i].call(run, arg) : PSCI_NOT_SUPPORTED;
	uint64_t result = (uint64_t)answer;

	if (answer == POWERED_OFF) {
		return AX_STEP_STOP_VCPU;
	}
	if (answer != NO_RETURN) {
		ax_arch_vcpu_hypercall_done(run->vcpu->arch, &result, 1);
	}
	return AX_STEP_HANDLED;
}

static void psci_boot(const struct ax_vm_config *config, struct ax_arch_entry *entry)
{
	entry->arg[0] = config->dtb_gpa.v;
}

const struct ax_firmware ax_firmware_psci = {.name = "psci", .call = psci_call, .boot = psci_boot};
