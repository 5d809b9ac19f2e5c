/* SPDX-License-Identifier: Apache-2.0 */
/* Formatting into bounded buffers. string.h's functions are in src/lib/string.c under their standard names. */
#ifndef AX_BASE_LIB_H
#define AX_BASE_LIB_H

#include <ax/types.h>
#include <stdarg.h>

/*
 * %s %c %p %d %i %u %x %X with l, ll, z, width, 0 and - flags, # for hexadecimal, precision for %s; %%. Always
 * terminates when size > 0. Returns the length the whole text would have.
 */
int ax_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int ax_snprintf(char *buf, size_t size, const char *fmt, ...) AX_PRINTF(3, 4);

#endif
