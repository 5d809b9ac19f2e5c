/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that the boot assembly and C share. */
#ifndef AX_AARCH64_BOOT_H
#define AX_AARCH64_BOOT_H

#define BOOT_TABLES_SIZE 0x4000
#define BOOT_STACK_SIZE 0x4000
#define FATAL_STACK_SIZE 0x2000

/* Stage 1 entries at EL2 (D8.3): valid, access flag, inner shareable, MAIR index 0. */
#define PTE_TABLE 0x3
#define PTE_BLOCK_RWX 0x701

#define HCR_BOOT 0x80000038 /* RW, AMO, IMO, FMO: HCR_HOST */
#define MAIR_BOOT 0x04ff
/* T0SZ 16, write-back walks, inner shareable, 4K; PS is filled in; bits 31 and 23 are RES1 (D19.2.146). */
#define TCR_BOOT 0x80803510
#define SCTLR_BOOT 0x30c5183d /* RES1, M, C, SA, I */

#ifndef __ASSEMBLER__
#include <ax/types.h>

/* Handed to a starting CPU; read with the MMU on. */
struct ax_arm_cpu_start {
	uint64_t stack_top;
	uint64_t arg;
	uint64_t root; /* of the final tables */
};

/* Physical address of something in the image. */
uint64_t ax_arm_image_pa(const void *va);

void ax_arm_secondary(void);
AX_NORETURN void ax_arm_boot(uint64_t dtb, uint64_t image);
AX_NORETURN void ax_arm_boot_secondary(void *arg);
#endif

#endif
