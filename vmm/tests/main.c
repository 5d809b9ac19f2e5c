/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the suites of the VMM application. */
#include <stdlib.h>

#include "suites.h"

int main(void)
{
	SRunner *runner = srunner_create(config_suite());
	int failed;

	srunner_add_suite(runner, console_suite());
	srunner_add_suite(runner, fdt_suite());
	srunner_add_suite(runner, image_suite());
	srunner_add_suite(runner, life_suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
