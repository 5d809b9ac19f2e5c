/* SPDX-License-Identifier: Apache-2.0 */
/* From the architecture's boot code to the application, in the order that each step needs. */
#include <ax/base/boot.h>
#include <ax/base/driver.h>
#include <ax/base/dt.h>
#include <ax/base/mm.h>
#include <ax/base/smp.h>
#include <ax/port.h>

static void main_task(void *arg)
{
	int err;

	(void)arg;
	ax_smp_start_others();
	err = ax_main();
	ax_port_log(AX_LOG_INFO, "the application ended (%d)", err);
}

void ax_base_start(const struct ax_boot_info *info)
{
	struct ax_task *task;
	int node;

	ax_smp_init_boot();
	if (ax_dt_init(ax_port_phys_to_virt(info->dtb))) {
		ax_port_panic("no device tree at %#llx", (unsigned long long)info->dtb.v);
	}
	ax_mm_init(info);
	if (ax_driver_probe(AX_DRIVER_IRQCHIP, -1)) {
		ax_port_panic("no driver for this machine's interrupt controller");
	}
	ax_irq_init_cpu();
	node = ax_dt_stdout();
	if (node < 0 || ax_driver_probe(AX_DRIVER_UART, node)) {
		/* No screen to say so on; the first UART there is will do. */
		(void)ax_driver_probe(AX_DRIVER_UART, -1);
	}
	ax_sched_init_cpu();
	if (ax_port_task_spawn(
		    &(struct ax_task_params){
			    .name = "main", .entry = main_task, .affinity = 1, .sched = "system", .weight = 1},
		    &task)) {
		ax_port_panic("no memory for the first task");
	}
	ax_sched_idle();
}
