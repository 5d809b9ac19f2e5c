/* SPDX-License-Identifier: Apache-2.0 */
/* The mock's vCPU as its two files see it. */
#ifndef AX_MOCK_VCPU_H
#define AX_MOCK_VCPU_H

#include <ax/mock.h>

#define AX_MOCK_QUEUE 256u

struct ax_arch_vcpu {
	struct ax_mock_vcpu m;
	struct ax_exit queue[AX_MOCK_QUEUE];
	unsigned head, tail; /* free-running */
	ax_mock_guest_fn next;
	void *ctx;
};

#endif
