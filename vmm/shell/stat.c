/* SPDX-License-Identifier: Apache-2.0 */
/* "vm stat": exits of each vCPU by reason, with the time from exit to the next entry; memory as it is mapped. */
#include "commands.h"

static unsigned long long ns(uint64_t ticks)
{
	return ax_port_ticks_to_ns(ticks);
}

static void print_vcpu(struct ax_shell *shell, const struct ax_vcpu *vcpu)
{
	ax_shell_print(shell, "vcpu %u\n  %-10s %12s %10s %10s %12s\n", vcpu->index, "exit", "count", "min ns",
		       "mean ns", "max ns");
	for (unsigned i = 0; i < AX_EXIT_COUNT; i++) {
		const struct ax_vcpu_reason_stats *s = &vcpu->stats.reason[i];

		if (s->count) {
			ax_shell_print(shell, "  %-10s %12llu %10llu %10llu %12llu\n",
				       ax_exit_reason_name((enum ax_exit_reason)i), (unsigned long long)s->count,
				       ns(s->min), ns(s->ticks / s->count), ns(s->max));
		}
	}
}

static void print_memory(struct ax_shell *shell, struct ax_vm *vm)
{
	struct ax_aspace_stats stats;

	ax_aspace_stats(vm->aspace, &stats);
	ax_shell_print(shell, "memory: %llu KiB own, %llu KiB shared with images, %llu table pages; leaves by level:",
		       (unsigned long long)(stats.ram_bytes >> 10), (unsigned long long)(stats.image_bytes >> 10),
		       (unsigned long long)stats.table_pages);
	for (unsigned i = 0; i < AX_NPT_MAX_LEVELS; i++) {
		ax_shell_print(shell, " %llu", (unsigned long long)stats.leaves[i]);
	}
	ax_shell_print(shell, "\n");
}

static void print_stat(void *ctx, struct ax_vm *vm)
{
	struct ax_shell *shell = ctx;

	if (!vm) {
		ax_shell_print(shell, "it is absent; \"vm create\" it\n");
		return;
	}
	ax_shell_print(shell, "state: %s, last end: %s\n", ax_vm_state_name((enum ax_vm_state)vm->state),
		       ax_vm_stop_name((enum ax_vm_stop)vm->stop_reason));
	for (unsigned i = 0; i < vm->vcpu_count; i++) {
		print_vcpu(shell, &vm->vcpu[i]);
	}
	print_memory(shell, vm);
}

int ax_command_vm_stat(struct ax_shell *shell, char *arg[])
{
	struct ax_life_vm *entry = ax_command_find_vm(shell, arg[0]);

	if (!entry) {
		return AX_ENOENT;
	}
	return ax_command_failed(shell, "vm stat", arg[0], ax_life_inspect(entry, print_stat, shell));
}
