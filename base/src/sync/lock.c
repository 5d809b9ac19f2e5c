/* SPDX-License-Identifier: Apache-2.0 */
/* The ticket spin lock of ax/port.h: first come, first served. */
#include <ax/arch/host.h>
#include <ax/port.h>

unsigned long ax_port_lock(struct ax_lock *lock)
{
	unsigned long irq = ax_arch_irq_save();
	uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket) {
		ax_arch_relax();
	}
	return irq;
}

void ax_port_unlock(struct ax_lock *lock, unsigned long irq_state)
{
	__atomic_store_n(&lock->owner, lock->owner + 1, __ATOMIC_RELEASE);
	ax_arch_irq_restore(irq_state);
}
