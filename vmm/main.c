/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The VMM application: from a machine on which base runs to VMs, a console and a prompt.
 *
 * Three tasks do the work that is no guest's: this one manages the lives of VMs, one moves what is typed, one is the
 * prompt. They live on CPU 0; VMs that own a CPU should be given others.
 */
#include <ax/arch/host.h>
#include <ax/arch/vcpu.h>
#include <ax/base/boot.h>
#include <ax/base/console.h>
#include <ax/base/dt.h>
#include <ax/base/lib.h>
#include <ax/base/mm.h>
#include <ax/base/sched.h>
#include <ax/base/smp.h>
#include <ax/vmm/config.h>
#include <ax/vmm/console.h>
#include <ax/vmm/life.h>
#include <ax/vmm/shell.h>

#include <string.h>

#define CONFIG_MODULE "config"
#define DEFAULT_ESCAPE_KEY 0x1du
#define HOUSEKEEPING_CPU AX_BIT(0)
#define HOUSEKEEPING_WEIGHT 1u /* little: guests are placed by weight */

static struct {
	struct ax_config config;
	struct ax_console console;
	struct ax_life life;
	struct ax_shell shell;
	unsigned log_source;
	struct ax_task *manager, *keyboard, *prompt;
} vmm;

/* ---- what the parts ask of the machine ---- */

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

static size_t screen_write(void *ctx, const uint8_t *text, size_t size)
{
	(void)ctx;
	ax_console_put(text, size);
	return size;
}

static void keyboard_wake(void *ctx)
{
	(void)ctx;
	if (vmm.keyboard) {
		ax_port_task_wake(vmm.keyboard);
	}
}

static void prompt_wake(void)
{
	if (vmm.prompt) {
		ax_port_task_wake(vmm.prompt);
	}
}

static void manager_wake(void *ctx)
{
	(void)ctx;
	ax_port_task_wake(vmm.manager);
}

static void key_pressed(uint8_t byte)
{
	ax_console_keys(&vmm.console, &byte, 1);
}

static void log_line(const char *line, size_t size)
{
	ax_console_write_line(&vmm.console, vmm.log_source, (const uint8_t *)line, size);
}

static void all_stopped(void *ctx)
{
	(void)ctx;
	ax_console_say(&vmm.console, "axle: all VMs have stopped");
	if (vmm.config.when_idle == AX_WHEN_IDLE_POWEROFF) {
		ax_arch_power_off();
	}
	ax_console_focus(&vmm.console, vmm.shell.source);
}

static void host_info(struct ax_host_info *out)
{
	struct ax_page_stats pages = ax_pages_stats();

	*out = (struct ax_host_info){
		.version = AX_VERSION,
		.arch = ax_arch_caps()->name,
		.sched = ax_sched_default(),
		.cpus = ax_port_cpu_count(),
		.memory_total = pages.total * AX_PAGE_SIZE + ax_mm_reserved(),
		.memory_free = pages.free * AX_PAGE_SIZE,
		.uptime_ns = ax_port_ticks_to_ns(ax_port_ticks()),
	};
}

static const struct ax_console_port screen_port = {.write = screen_write, .wake = keyboard_wake};
static const struct ax_life_ops life_ops = {.wake = manager_wake, .idle = all_stopped};
static const struct ax_shell_host shell_host = {
	.vformat = ax_vsnprintf,
	.info = host_info,
	.set_log_level = ax_log_set_level,
	.power_off = ax_arch_power_off,
	.reboot = ax_arch_reboot,
	.wake = prompt_wake,
};

/* ---- start ---- */

/* Leaves an empty configuration, and so a prompt without VMs, when there is none to use. */
static void read_config(void)
{
	const struct ax_arch_caps *caps = ax_arch_caps();
	const struct ax_config_env env = {
		.module = find_module, .cpus = ax_port_cpu_count(), .gpa_bits = caps->gpa_bits};
	const struct ax_module *module = ax_module_find(CONFIG_MODULE);
	struct ax_config *config = &vmm.config;

	if (!module) {
		ax_port_log(AX_LOG_ERROR,
			    "no module \"" CONFIG_MODULE "\": embed the configuration in the image, or have the boot "
			    "loader describe it under /chosen");
	} else if (ax_config_read(ax_port_phys_to_virt(module->hpa), module->size, &env, config) == AX_OK) {
		if (strncmp(caps->name, config->arch, strlen(config->arch)) == 0) {
			return;
		}
		ax_port_log(AX_LOG_ERROR, "config: it is for \"%s\" and this is %s; build the image for the board",
			    config->arch, caps->name);
		ax_config_free(config);
	}
	*config = (struct ax_config){.log_level = AX_LOG_INFO, .escape_key = DEFAULT_ESCAPE_KEY};
}

static void enable_cpu(void *failed)
{
	int err = ax_arch_cpu_enable();

	if (err) {
		*(int *)failed = err;
		ax_port_log(AX_LOG_ERROR, "CPU %u has no virtualization to use: error %d", ax_port_cpu(), err);
	}
}

static int open_console(void)
{
	static const struct ax_console_source_config log_config = {.name = "axle", .prefixed = true, .log = true};
	int index;

	ax_console_init(&vmm.console, &screen_port, vmm.config.escape_key);
	index = ax_console_add(&vmm.console, &log_config);
	if (index < 0) {
		return index;
	}
	vmm.log_source = (unsigned)index;
	return ax_shell_init(&vmm.shell, &vmm.console, &vmm.life, &shell_host);
}

static void keyboard_task(void *arg)
{
	(void)arg;
	for (;;) {
		ax_console_pump(&vmm.console);
		ax_port_task_block();
	}
}

static void prompt_task(void *arg)
{
	(void)arg;
	for (;;) {
		ax_shell_run(&vmm.shell);
		ax_port_task_block();
	}
}

static int spawn(const char *name, void (*entry)(void *arg), struct ax_task **out)
{
	struct ax_task_params params = {.name = name,
					.entry = entry,
					.affinity = HOUSEKEEPING_CPU,
					.sched = "system",
					.weight = HOUSEKEEPING_WEIGHT};
	int err = ax_port_task_spawn(&params, out);

	if (err == AX_ENOENT) {
		params.sched = NULL; /* an image without that class */
		err = ax_port_task_spawn(&params, out);
	}
	return err;
}

/* The console the person in front of the machine sees first: a VM that starts, or the prompt. */
static void choose_focus(void)
{
	unsigned first = vmm.shell.source;

	for (unsigned i = vmm.life.count; i-- > 0;) {
		if (vmm.life.vm[i].config->autostart) {
			first = vmm.life.vm[i].console;
		}
	}
	ax_console_focus(&vmm.console, first);
}

/* Everything is in place before the first key or guest can ask for it. */
static int start_services(void)
{
	int err = open_console();

	if (!err) {
		err = ax_life_init(&vmm.life, &vmm.config, &vmm.console, &life_ops);
	}
	if (!err) {
		err = spawn("keyboard", keyboard_task, &vmm.keyboard);
	}
	if (!err) {
		err = spawn("prompt", prompt_task, &vmm.prompt);
	}
	if (err) {
		return err;
	}
	ax_log_set_sink(log_line);
	if (ax_console_on_input(key_pressed)) {
		ax_port_log(AX_LOG_WARN, "the serial port takes no input: consoles only show");
	}
	return AX_OK;
}

int ax_main(void)
{
	int failed = AX_OK;
	int err;

	vmm.manager = ax_port_task_current();
	ax_port_log(AX_LOG_INFO, "Axle " AX_VERSION ": %s, %u CPUs, %llu MiB free", ax_arch_caps()->name,
		    ax_port_cpu_count(), (unsigned long long)(ax_pages_stats().free * AX_PAGE_SIZE >> 20));
	read_config();
	ax_log_set_level(vmm.config.log_level);
	if (vmm.config.sched && ax_sched_set_default(vmm.config.sched)) {
		ax_port_log(AX_LOG_WARN, "config: this image has no scheduler \"%s\"; using %s", vmm.config.sched,
			    ax_sched_default());
	}
	err = start_services();
	if (err) {
		return err;
	}
	ax_each_cpu(enable_cpu, &failed);
	choose_focus();
	if (!failed) {
		ax_life_start_all(&vmm.life);
	}
	for (;;) {
		ax_life_manage(&vmm.life);
		ax_port_task_block();
	}
}
