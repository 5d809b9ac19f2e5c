/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduling classes of this build, by rank. */
#include <ax/base/sched.h>

extern const struct ax_sched_class ax_sched_system;
#ifdef AX_SCHED_PINNED
extern const struct ax_sched_class ax_sched_pinned;
#endif
#ifdef AX_SCHED_FAIR
extern const struct ax_sched_class ax_sched_fair;
#endif

const struct ax_sched_class *const ax_sched_classes[] = {
	&ax_sched_system,
#ifdef AX_SCHED_PINNED
	&ax_sched_pinned,
#endif
#ifdef AX_SCHED_FAIR
	&ax_sched_fair,
#endif
};
const unsigned ax_sched_class_count = AX_ARRAY_SIZE(ax_sched_classes);
