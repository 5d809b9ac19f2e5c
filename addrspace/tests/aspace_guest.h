/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's accesses to an address space, and what tests of it share. */
#ifndef AX_ASPACE_GUEST_H
#define AX_ASPACE_GUEST_H

#include <ax/aspace.h>
#include <ax/mock.h>
#include <check.h>
#include <stdlib.h>

#define RW (AX_PROT_READ | AX_PROT_WRITE)
#define RWX AX_PROT_RWX
#define SECRET 0x5ec2e75ec2e75ec2ull
#define RAM_BASE AX_GIB(1)

extern struct ax_aspace *as;

/* A fresh mock; freed pages are searched for SECRET. */
void guest_setup(void);
void guest_create(const struct ax_npt_format *format);
/* Destroys the address space and sees that nothing is left, and no secret was given back. */
void guest_finish(void);

/* As a vCPU: through the TLB, faults resolved by ax_aspace_fault; its error, or AX_OK. */
int guest_write(uint64_t gpa, uint64_t value);
int guest_read(uint64_t gpa, uint64_t *value);
/* The word at gpa as the host reads it. */
uint64_t host_word(uint64_t gpa);
struct ax_aspace_stats stats(void);

int run_suite(const char *name, const TTest *const *tests, size_t count);

#endif
