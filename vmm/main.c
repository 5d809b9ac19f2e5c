/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VMM application over base: reads the configuration, enables virtualization, starts the VMs, and then serves the console, the
 * shell and what guests ask for.
 */
#include <ax/base/boot.h>
#include <ax/base/console.h>
#include <ax/base/dt.h>
#include <ax/base/lib.h>
#include <ax/base/mm.h>
#include <ax/base/smp.h>
#include <ax/vmm/config.h>
#include <ax/vmm/console.h>
#include <ax/vmm/life.h>
#include <ax/vmm/shell.h>

#include <stdatomic.h>
#include <string.h>

#define DEFAULT_ESCAPE_KEY 0x1du /* Ctrl-] */
#define NAME "axle"

static struct ax_config config;
static struct ax_console console;
static struct ax_life life;
static struct ax_shell shell;
static int log_source;

/* Console and shell share a task, the manager has its own: a VM that takes long to stop must not silence the keyboard. */
static struct ax_task *front_task, *shell_task, *manager_task;

/* ---- the machine, for the console and the shell ---- */

static size_t port_write(void *ctx, const uint8_t *text, size_t size)
{
	(void)ctx;
	ax_console_put(text, size);
	return size;
}

static void wake(struct ax_task *task)
{
	if (task) {
		ax_port_task_wake(task);
	}
}

static void wake_front(void *ctx)
{
	(void)ctx;
	wake(front_task);
}

static void wake_manager(void *ctx)
{
	(void)ctx;
	wake(manager_task);
}

static void wake_shell(void)
{
	wake(shell_task);
}

static void on_key(uint8_t byte)
{
	ax_console_keys(&console, &byte, 1);
}

static void log_line(const char *line, size_t size)
{
	ax_console_write(&console, (unsigned)log_source, (const uint8_t *)line, size);
	ax_console_write(&console, (unsigned)log_source, (const uint8_t *)"\n", 1);
}

static void host_info(struct ax_host_info *out)
{
	struct ax_page_stats pages = ax_pages_stats();

	*out = (struct ax_host_info){
	    .version = AX_VERSION,
	    .arch = ax_arch_caps()->name,
	    .sched = ax_sched_default(),
	    .cpus = ax_port_cpu_count(),
	    .memory_total = (pages.total << AX_PAGE_SHIFT) + ax_mm_reserved(),
	    .memory_free = pages.free << AX_PAGE_SHIFT,
	    .uptime_ns = ax_port_ticks_to_ns(ax_port_ticks()),
	};
}

static void power_off(void)
{
	ax_arch_power_off();
}

static void reboot(void)
{
	ax_arch_reboot();
}

static const struct ax_shell_host shell_host = {
    .vformat = ax_vsnprintf,
    .info = host_info,
    .set_log_level = ax_log_set_level,
    .power_off = power_off,
    .reboot = reboot,
    .wake = wake_shell,
};

/* ---- tasks ---- */

static void front_main(void *arg)
{
	(void)arg;
	for (;;) {
		ax_console_pump(&console);
		ax_port_task_block();
	}
}

static void shell_main(void *arg)
{
	(void)arg;
	for (;;) {
		ax_shell_run(&shell);
		ax_port_task_block();
	}
}

static void manager_main(void *arg)
{
	(void)arg;
	for (;;) {
		ax_life_manage(&life);
		ax_port_task_block();
	}
}

static void spawn(const char *name, void (*entry)(void *arg), struct ax_task **out)
{
	int err = ax_port_task_spawn(&(struct ax_task_params){.name = name, .entry = entry, .sched = "fair", .weight = 50},
				     out);

	if (err) {
		ax_port_panic("task %s: error %d", name, err);
	}
}

/* ---- start ---- */

static void on_idle(void *ctx)
{
	(void)ctx;
	ax_port_log(AX_LOG_INFO, "all VMs have stopped");
	if (config.when_idle == AX_WHEN_IDLE_POWEROFF) {
		ax_arch_power_off();
	}
}

static void start_console(uint8_t escape_key)
{
	static const struct ax_console_port port = {.write = port_write, .wake = wake_front};
	const struct ax_console_source_config source = {.name = NAME, .prefixed = true, .log = true};

	ax_console_init(&console, &port, escape_key);
	log_source = ax_console_add(&console, &source);
	if (log_source < 0) {
		ax_port_panic("no console source for the log: error %d", log_source);
	}
	ax_log_set_sink(log_line);
}

static int find_module(void *ctx, const char *name, struct ax_image *out)
{
	const struct ax_module *module = ax_module_find(name);

	(void)ctx;
	if (!module) {
		return AX_ENOENT;
	}
	*out = (struct ax_image){.hpa = module->hpa, .size = module->size};
	return AX_OK;
}

static int read_config(void)
{
	const struct ax_module *blob = ax_module_find("config");
	struct ax_config_env env = {.module = find_module, .cpus = ax_port_cpu_count(), .gpa_bits = ax_arch_caps()->gpa_bits};

	if (!blob) {
		ax_port_log(AX_LOG_ERROR, "no module \"config\": embed one (./axle build) or have the boot loader describe it under /chosen");
		return AX_ENOENT;
	}
	return ax_config_read(ax_port_phys_to_virt(blob->hpa), blob->size, &env, &config);
}

static void enable_cpu(void *arg)
{
	int err = ax_arch_cpu_enable();

	if (err) {
		*(int *)arg = err;
	}
}

static int start_vms(void)
{
	const struct ax_life_ops ops = {.wake = wake_manager, .idle = on_idle};
	int err = ax_life_init(&life, &config, &console, &ops);

	if (err) {
		ax_port_log(AX_LOG_ERROR, "too many VMs for the console: error %d", err);
		return err;
	}
	return AX_OK;
}

int ax_main(void)
{
	char key[8];
	int err = AX_OK;

	ax_each_cpu(enable_cpu, &err);
	if (err) {
		ax_port_panic("virtualization cannot be enabled on every CPU: error %d", err);
	}
	err = read_config();
	start_console(err ? DEFAULT_ESCAPE_KEY : config.escape_key);
	if (!err) {
		ax_log_set_level(config.log_level);
		if (config.sched && ax_sched_set_default(config.sched)) {
			ax_port_log(AX_LOG_WARN, "scheduler %s is not in this image; using %s", config.sched, ax_sched_default());
		}
	}
	ax_port_log(AX_LOG_INFO, "Axle " AX_VERSION ", %s, %u CPUs, %llu MiB free of %llu", ax_arch_caps()->name,
		    ax_port_cpu_count(), (unsigned long long)(ax_pages_stats().free >> 8),
		    (unsigned long long)(((ax_pages_stats().total << AX_PAGE_SHIFT) + ax_mm_reserved()) >> 20));
	if (!err) {
		err = start_vms();
	}
	if (ax_shell_init(&shell, &console, err ? NULL : &life, &shell_host)) {
		ax_port_panic("no console source for the shell");
	}
	spawn("console", front_main, &front_task);
	spawn("shell", shell_main, &shell_task);
	ax_console_key_name(console.escape_key, key);
	if (ax_console_on_input(on_key)) {
		ax_port_log(AX_LOG_WARN, "no keyboard: the serial port has no interrupt");
	} else {
		ax_port_log(AX_LOG_INFO, "console: %s then ? for help", key);
	}
	if (!err) {
		spawn("manager", manager_main, &manager_task);
		ax_life_start_all(&life);
		if (life.count) {
			(void)ax_console_focus(&console, life.vm[0].console);
		}
	}
	return err;
}
