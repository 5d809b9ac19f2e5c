/* SPDX-License-Identifier: Apache-2.0 */
/* The suites that main.c runs, one a file. */
#ifndef AX_VMM_TEST_SUITES_H
#define AX_VMM_TEST_SUITES_H

#include <check.h>

Suite *config_suite(void);
Suite *console_suite(void);
Suite *fdt_suite(void);
Suite *image_suite(void);
Suite *life_suite(void);

#endif
