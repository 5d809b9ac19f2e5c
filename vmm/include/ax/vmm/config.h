/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one reader of the configuration blob (docs/config-blob.md): a flattened device tree in, checked structs out.
 *
 * The build host checked everything before; it is checked again here, because the blob may come from a boot loader.
 * Each refusal is one log line that names the VM, the property, the value and what to do.
 */
#ifndef AX_VMM_CONFIG_H
#define AX_VMM_CONFIG_H

#include <ax/err.h>
#include <ax/port.h>
#include <ax/vm.h>

#define AX_CONFIG_MAX_VMS 16u
#define AX_CONFIG_CMDLINE_MAX 2047u

enum ax_when_idle { AX_WHEN_IDLE_SHELL, AX_WHEN_IDLE_POWEROFF };

/* What the reader asks of the machine it runs on. */
struct ax_config_env {
	/* The module of that name: AX_ENOENT when there is none. */
	int (*module)(void *ctx, const char *name, struct ax_image *out);
	void *ctx;
	unsigned cpus;     /* physical CPUs an affinity may name, 1..64 */
	unsigned gpa_bits; /* the widest guest-physical address of this hardware */
};

/* Strings point into the blob, which therefore outlives the configuration. */
struct ax_config {
	const char *board, *arch;
	enum ax_log_level log_level;
	const char *sched; /* NULL: the host's own default */
	uint8_t escape_key;
	enum ax_when_idle when_idle;
	unsigned vm_count;
	struct ax_vm_config *vm; /* vm_count of them */
};

/*
 * Reads the blob at `blob`, 8-byte aligned, at most `size` bytes. AX_EFORMAT (not a configuration, or a property is
 * malformed), AX_ERANGE, AX_EEXIST (a name twice, ranges overlap), AX_ENOENT (a required property or module is
 * missing), AX_ENOSPC (more objects than the hypervisor holds), AX_ENOMEM. On error nothing is kept.
 */
int ax_config_read(const void *blob, size_t size, const struct ax_config_env *env, struct ax_config *out);
void ax_config_free(struct ax_config *config);

#endif
