/* SPDX-License-Identifier: Apache-2.0 */
/* A small VM over the mock, and what a test wants to do to its guest. */
#ifndef AX_AXVM_TESTS_HARNESS_H
#define AX_AXVM_TESTS_HARNESS_H

#include <check.h>

#include <ax/mock.h>
#include <ax/vm.h>

#define RAM_BASE 0x40000000ull
#define RAM_SIZE AX_MIB(4)
#define ENTRY (RAM_BASE + 0x80000)
#define DTB (RAM_BASE + 0x1000)
#define DIST_BASE 0x08000000ull
#define REDIST_BASE 0x080a0000ull
#define UART_BASE 0x09000000ull
#define UART_IRQ 33u
#define TIMER_IRQ 27u
#define VCPUS 4u

extern struct ax_vm_config config;
extern struct ax_vm *vm;
extern unsigned stops;              /* calls of hooks->stopped */
extern enum ax_vm_stop stop_reason; /* of the last one */
extern unsigned loads;              /* calls of hooks->load */
extern int load_error;              /* what it answers */
extern char console[256];           /* what the guest wrote */

/* A fresh mock and configuration, no VM. */
void set_up_config(void);
/* And a VM with vCPU 0 running and halted. */
void set_up(void);
void tear_down(void);

int create(void);
const struct ax_mock_vcpu *mock(unsigned vcpu);
/* Gives the vCPU an exit and lets all tasks run until they wait again. */
void exit_with(unsigned vcpu, const struct ax_exit *exit);
/* A firmware call by a vCPU that is halted; x0 of the answer. */
int64_t call(unsigned vcpu, uint64_t nr, uint64_t a0, uint64_t a1, uint64_t a2);
struct ax_exit mmio(uint64_t gpa, unsigned width, bool write, uint64_t data);

TCase *lifecycle_tests(void);
TCase *running_tests(void);
TCase *exit_tests(void);
TCase *timer_tests(void);
TCase *psci_tests(void);
TCase *suspend_tests(void);

#endif
