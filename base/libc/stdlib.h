/* SPDX-License-Identifier: Apache-2.0 */
/* libfdt includes this header and uses nothing of it. */
#ifndef AX_LIBC_STDLIB_H
#define AX_LIBC_STDLIB_H

#include <stddef.h>

#endif
