/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual address map of the hypervisor at EL2 (48-bit, TTBR0_EL2 only).
 *
 *   0                    direct map of all memory: virtual = physical, never executable
 *   AX_IMAGE_VA          the image: text, read-only data, data
 *   AX_VMAP_BASE         stacks between unmapped guard pages
 */
#ifndef AX_ARCH_LAYOUT_H
#define AX_ARCH_LAYOUT_H

#define AX_DIRECT_MAP_BASE 0x0ull
#define AX_IMAGE_VA 0x0000800000000000ull
#define AX_VMAP_BASE 0x0000900000000000ull
#define AX_VMAP_SIZE 0x40000000ull

#endif
