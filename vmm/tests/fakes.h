/* SPDX-License-Identifier: Apache-2.0 */
/* VMs and address spaces of which only the outside exists, so that the VMM is tested alone. */
#ifndef AX_VMM_TEST_FAKES_H
#define AX_VMM_TEST_FAKES_H

#include <ax/vm.h>

#define FAKE_MEMORY_BASE 0x40000000ull
#define FAKE_MEMORY_SIZE AX_MIB(64)

struct fakes {
	int create_err, start_err, stop_err, reset_err, destroy_err; /* what the next calls return */
	unsigned created, started, stopped, reset, destroyed;
	unsigned images, loads; /* ax_aspace_add_image, ax_aspace_load */
	uint64_t image_bytes;   /* in all images */
	ax_gpa_t load_gpa;      /* of the last load */
	size_t load_size;
	uint8_t loaded[AX_KIB(64)]; /* its first bytes */
	int image_err;
	struct ax_serial serial;
	char typed[512];         /* what the serial port took */
	size_t typed_size, room; /* room: how much it takes yet */
};
extern struct fakes fakes;

void fakes_reset(void);
/* The guest ends its run for that reason. */
void fake_guest_ends(struct ax_vm *vm, enum ax_vm_stop reason);

#endif
