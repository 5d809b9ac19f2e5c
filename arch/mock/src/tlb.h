/* SPDX-License-Identifier: Apache-2.0 */
/* The software TLB behind all mock formats. */
#ifndef AX_MOCK_TLB_H
#define AX_MOCK_TLB_H

#include <ax/arch/npt.h>

void ax_mock_tlb_publish(const struct ax_npt_format *f);
void ax_mock_tlb_invalidate(const struct ax_npt_format *f, const struct ax_npt_tag *tag, uint64_t addr, uint64_t size);

#endif
