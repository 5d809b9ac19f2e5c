/* SPDX-License-Identifier: Apache-2.0 */
/* What this image calls itself. */
#ifndef AX_BASE_VERSION_H
#define AX_BASE_VERSION_H

extern const char ax_version[]; /* "0.1.0" */

#endif
