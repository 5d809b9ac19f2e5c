/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The spin lock of ax/port.h: test, then test and set. Not first come, first served, on purpose: where the CPUs are
 * emulated by fewer cores, the one whose turn it is may not be running, and all others would wait for it.
 */
#include <ax/arch/host.h>
#include <ax/port.h>

unsigned long ax_port_lock(struct ax_lock *lock)
{
	unsigned long irq = ax_arch_irq_save();

	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED)) {
			ax_arch_relax();
		}
	}
	return irq;
}

void ax_port_unlock(struct ax_lock *lock, unsigned long irq_state)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
	ax_arch_irq_restore(irq_state);
}
