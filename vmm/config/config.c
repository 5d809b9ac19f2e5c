/* SPDX-License-Identifier: Apache-2.0 */
/* The root of the configuration blob and the list of its VMs. */
#include "reader.h"

#include <libfdt.h>
#include <string.h>

#define COMPATIBLE "axle,config-1"
#define CTRL_RIGHT_BRACKET 0x1du
#define NAME_MAX_LEN 63u

static const char *const level_words[] = {
	[AX_LOG_ERROR] = "error", [AX_LOG_WARN] = "warn",   [AX_LOG_INFO] = "info",
	[AX_LOG_DEBUG] = "debug", [AX_LOG_TRACE] = "trace", NULL,
};
static const char *const idle_words[] = {[AX_WHEN_IDLE_SHELL] = "shell", [AX_WHEN_IDLE_POWEROFF] = "poweroff", NULL};
static const char *const sched_words[] = {"fair", "pinned", NULL};

static int read_escape_key(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value,
			   int len, void *field)
{
	unsigned code;
	int err = ax_config_u32(r, key, value, len, &code);

	if (err == AX_OK) {
		*(uint8_t *)field = (uint8_t)code;
	}
	return err;
}

#define FIELD(f) .offset = offsetof(struct ax_config, f)

/* The escape key is a control character, so that a guest's text never holds it by accident; not CR, LF. */
static const struct ax_config_key root_keys[] = {
	{.name = "board", .read = ax_config_string, FIELD(board), .required = true, .max = NAME_MAX_LEN},
	{.name = "arch", .read = ax_config_string, FIELD(arch), .required = true, .max = NAME_MAX_LEN},
	{.name = "log-level", .read = ax_config_word, FIELD(log_level), .words = level_words},
	{.name = "scheduler", .read = ax_config_choice, FIELD(sched), .words = sched_words},
	{.name = "escape-key", .read = read_escape_key, FIELD(escape_key), .min = 0x0e, .max = 0x1f},
	{.name = "when-idle", .read = ax_config_word, FIELD(when_idle), .words = idle_words},
};

static int check_header(const void *blob, size_t size)
{
	if (!AX_IS_ALIGNED((uintptr_t)blob, 8) || size < sizeof(struct fdt_header) || fdt_check_header(blob) != 0 ||
	    fdt_totalsize(blob) > size) {
		ax_port_log(
			AX_LOG_ERROR,
			"config: the module \"config\" (%llu bytes) is no complete flattened device tree; compile it again",
			(unsigned long long)size);
		return AX_EFORMAT;
	}
	if (fdt_node_check_compatible(blob, 0, COMPATIBLE) != 0) {
		ax_port_log(AX_LOG_ERROR,
			    "config: the blob is not of kind \"" COMPATIBLE "\"; compile it with this version's tool");
		return AX_EFORMAT;
	}
	return AX_OK;
}

static unsigned count_subnodes(const void *fdt, int parent)
{
	unsigned count = 0;
	int node;

	fdt_for_each_subnode (node, fdt, parent) {
		count++;
	}
	return count;
}

static int check_unique(const struct ax_config_reader *r, const struct ax_config *config, unsigned last)
{
	for (unsigned i = 0; i < last; i++) {
		if (strcmp(config->vm[i].name, config->vm[last].name) == 0) {
			return AX_CONFIG_REFUSE(r, AX_EEXIST, "vm-name", "two VMs are called \"%s\"; rename one",
						config->vm[last].name);
		}
	}
	return AX_OK;
}

static int read_vms(const struct ax_config_reader *r, struct ax_config *config)
{
	int parent = fdt_subnode_offset(r->fdt, 0, "vms");
	unsigned count = parent < 0 ? 0 : count_subnodes(r->fdt, parent);
	unsigned index = 0;
	int node;

	if (count > AX_CONFIG_MAX_VMS) {
		return AX_CONFIG_REFUSE(r, AX_ENOSPC, "vms", "%u VMs; at most %u fit", count, AX_CONFIG_MAX_VMS);
	}
	if (count == 0) {
		return AX_OK;
	}
	config->vm = ax_port_alloc(count * sizeof(*config->vm));
	if (!config->vm) {
		return AX_ENOMEM;
	}
	config->vm_count = count;
	fdt_for_each_subnode (node, r->fdt, parent) {
		int err = ax_config_read_vm(r, node, &config->vm[index]);

		if (!err) {
			err = check_unique(r, config, index);
		}
		if (err) {
			return err;
		}
		index++;
	}
	return AX_OK;
}

int ax_config_read(const void *blob, size_t size, const struct ax_config_env *env, struct ax_config *out)
{
	const struct ax_config_reader r = {.fdt = blob, .env = env, .where = "the root"};
	int err = check_header(blob, size);

	if (err) {
		return err;
	}
	*out = (struct ax_config){.log_level = AX_LOG_INFO, .escape_key = CTRL_RIGHT_BRACKET};
	err = ax_config_read_keys(&r, 0, root_keys, AX_ARRAY_SIZE(root_keys), out);
	if (!err) {
		err = read_vms(&r, out);
	}
	if (err) {
		ax_config_free(out);
	}
	return err;
}

void ax_config_free(struct ax_config *config)
{
	if (config->vm) {
		ax_port_free(config->vm, config->vm_count * sizeof(*config->vm));
	}
	*config = (struct ax_config){0};
}
