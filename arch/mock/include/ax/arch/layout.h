/* SPDX-License-Identifier: Apache-2.0 */
/* Address layout of the mock machine: constants, as on a real one, so that base/ builds unchanged. */
#ifndef AX_ARCH_LAYOUT_H
#define AX_ARCH_LAYOUT_H

/*
 * Virtual = physical + AX_DIRECT_MAP_BASE for the machine's memory: a pointer is never equal to its physical address.
 */
#define AX_DIRECT_MAP_BASE 0x200000000000ull

/* Ranges that the host's tables may describe; nothing is really there. */
#define AX_IMAGE_VA 0x300000000000ull
#define AX_VMAP_BASE 0x310000000000ull
#define AX_VMAP_SIZE 0x4000000000ull

#endif
