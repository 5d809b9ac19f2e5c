/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree a guest boots with: built from the VM's resolved configuration, or the user's own tree checked
 * against it and completed. The same resources feed stage 2 and the devices, so the tree cannot disagree with them.
 *
 * Bindings: Devicetree Specification 0.4; Linux Documentation/devicetree/bindings for arm,gic-v3, arm,armv8-timer,
 * arm,pl011. No seed is written: two boots of one configuration are the same.
 */
#ifndef AX_VMM_FDT_H
#define AX_VMM_FDT_H

#include <ax/vm.h>

/*
 * Guest memory kept free from dtb_gpa for the tree; also the size of the buffer to build it in, and a user's largest
 * tree.
 */
#define AX_GUEST_FDT_SPACE AX_KIB(64)

/*
 * Builds the tree into buf (8-byte aligned). Returns its size, or AX_ENOSPC (buf too small), AX_ENOENT (no interrupt
 * controller the tree can describe, or a device model without a binding), AX_EINVAL (a device lacks a range or an
 * interrupt).
 */
int ax_guest_fdt_build(const struct ax_vm_config *config, void *buf, size_t size);

/*
 * Copies the user's tree into buf and sets what only the VM knows: memory, command line, initrd; CPUs the VM does not
 * have are removed with a warning. Returns its size, or AX_EFORMAT (damaged, or without the nodes a guest needs),
 * AX_EINVAL (its CPUs are not this VM's), AX_ENOSPC (over AX_GUEST_FDT_SPACE).
 */
int ax_guest_fdt_patch(const struct ax_vm_config *config, const void *user, size_t user_size, void *buf, size_t size);

#endif
