/* SPDX-License-Identifier: Apache-2.0 */
/* From the boot assembly to base. */
#include "boot.h"
#include "mmu.h"

#include <ax/aarch64/sysreg.h>
#include <ax/arch/host.h>
#include <ax/base/boot.h>

_Static_assert(HCR_BOOT == HCR_HOST, "boot.h and sysreg.h agree");
_Static_assert(MAIR_BOOT == MAIR_HOST, "boot.h and sysreg.h agree");
_Static_assert(SCTLR_BOOT == (SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I), "boot.h and sysreg.h agree");
_Static_assert(AX_IMAGE_VA >> 39 == 256, "boot.S places the image in this L0 entry");

extern const char ax_arm_vectors[], __image_end[];

static void cpu_setup(void)
{
	AX_MSR(vbar_el2, (uint64_t)ax_arm_vectors);
	AX_MSR(cptr_el2, CPTR_GUEST | CPTR_TFP);
	AX_MSR(cnthp_ctl_el2, 0);
	ax_isb();
}

static struct ax_boot_info info;

uint64_t ax_arm_image_pa(const void *va)
{
	return (uint64_t)va - AX_IMAGE_VA + info.image.v;
}

void ax_arm_boot(uint64_t dtb, uint64_t image)
{
	cpu_setup();
	info.dtb = ax_hpa(dtb);
	info.image = ax_hpa(image);
	info.image_size = (uint64_t)__image_end - AX_IMAGE_VA;
	info.window = ax_hpa(AX_ALIGN_DOWN(image, AX_GIB(1)));
	info.window_size = AX_GIB(1);
	ax_base_start(&info);
}

void ax_arm_boot_secondary(void *arg)
{
	cpu_setup();
	ax_arm_forbid_writable_code();
	ax_base_start_secondary(arg);
}
