/* SPDX-License-Identifier: Apache-2.0 */
/* Between the operations on VMs and the manager. */
#ifndef AX_VMM_LIFE_INTERNAL_H
#define AX_VMM_LIFE_INTERNAL_H

#include <ax/vmm/life.h>

/* One task at a time works on a VM. False: another does. */
bool ax_life_claim(struct ax_life_vm *entry);
void ax_life_release(struct ax_life_vm *entry);

#endif
