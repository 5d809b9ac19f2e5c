/* SPDX-License-Identifier: Apache-2.0 */
/* The platform calls an architecture's guests expect, by the name its backend gives. */
#include <string.h>

#include "internal.h"

static void boot_plain(const struct ax_vm_config *config, struct ax_arch_entry *entry)
{
	entry->arg[0] = config->dtb_gpa.v;
}

static const struct ax_firmware firmware_none = {.name = "none", .boot = boot_plain};

static const struct ax_firmware *const firmware[] = {&ax_firmware_psci, &firmware_none};

const struct ax_firmware *ax_firmware_find(const char *name)
{
	for (unsigned i = 0; i < AX_ARRAY_SIZE(firmware); i++) {
		if (strcmp(firmware[i]->name, name) == 0) {
			return firmware[i];
		}
	}
	return NULL;
}
