/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded formatting: %d %i %u %x %X %c %s %p %% with flags 0 - + space, width and precision (also *), and the sizes
 * hh h l ll z j t. Anything else is printed as it stands.
 */
#ifndef AX_BASE_FORMAT_H
#define AX_BASE_FORMAT_H

#include <ax/types.h>
#include <stdarg.h>

/* Writes at most size bytes with the terminator; returns the length that the whole text has. */
size_t ax_vsnprintf(char *buf, size_t size, const char *fmt, va_list args) AX_PRINTF(3, 0);
size_t ax_snprintf(char *buf, size_t size, const char *fmt, ...) AX_PRINTF(3, 4);

#endif
