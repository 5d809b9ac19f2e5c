/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtual machine: its vCPUs, address space and devices, their life cycle, and the run loop that ties them.
 *
 *   create -> CREATED -start-> RUNNING -stop-> STOPPED -start-> RUNNING ... -> destroy
 *                              RUNNING -reset-> RUNNING (memory scrubbed, images and devices as at the start)
 *
 * A guest's own power-off or reboot, or a fault that stops the VM, ends the vCPUs' tasks; the last one sets STOPPED and
 * calls hooks->stopped. The VM itself goes no further: a guest's reboot becomes one because the VMM, told
 * AX_STOP_REBOOT, lets one of its own tasks call ax_vm_reset().
 */
#ifndef AX_VM_H
#define AX_VM_H

#include <ax/aspace.h>
#include <ax/device.h>
#include <ax/vcpu.h>

#define AX_VM_NAME_MAX 31u
#define AX_VM_MAX_VCPUS 8u
#define AX_VM_MAX_RAM 8u
#define AX_VM_MAX_DEVICES 16u
#define AX_VM_MAX_PASSTHROUGH 8u

enum ax_on_reboot { AX_ON_REBOOT_RESET, AX_ON_REBOOT_STOP };

/* An image module as the boot loader left it: host memory that stays unchanged while the hypervisor runs. */
struct ax_image {
	ax_hpa_t hpa;
	uint64_t size; /* 0: none */
};

struct ax_ram_config {
	ax_gpa_t gpa;
	uint64_t size;
	uint32_t prot;
};

/* One emulated device: what the configuration resolved. Interrupt numbers are the controller's inputs (Arm INTID). */
struct ax_device_config {
	char name[16];  /* node name: "console" */
	char model[24]; /* "pl011", "vgicv3" */
	unsigned range_count;
	struct ax_resource range[AX_DEVICE_MAX_RESOURCES];
	unsigned irq_count;
	unsigned irq[4];
};

struct ax_passthrough_config {
	ax_gpa_t gpa;
	ax_hpa_t hpa;
	uint64_t size;
	uint32_t prot;
};

/* A VM, complete and resolved: every field checked by the reader (vmm/config). */
struct ax_vm_config {
	char name[AX_VM_NAME_MAX + 1];
	unsigned vcpus;
	uint64_t affinity[AX_VM_MAX_VCPUS]; /* physical CPUs a vCPU may run on; 0: any */
	const char *sched;                  /* NULL: host default */
	unsigned weight;
	bool autostart;
	enum ax_on_reboot on_reboot;
	unsigned gpa_bits;
	unsigned ram_count;
	struct ax_ram_config ram[AX_VM_MAX_RAM];
	struct ax_image kernel, initrd, dtb; /* dtb: the user's own tree; size 0: built from resources */
	ax_gpa_t kernel_gpa, initrd_gpa, dtb_gpa, entry;
	const char *cmdline;
	unsigned device_count;
	struct ax_device_config device[AX_VM_MAX_DEVICES];
	unsigned passthrough_count;
	struct ax_passthrough_config passthrough[AX_VM_MAX_PASSTHROUGH];
};

enum ax_vm_state { AX_VM_CREATED, AX_VM_RUNNING, AX_VM_STOPPING, AX_VM_RESETTING, AX_VM_STOPPED };
enum ax_vm_stop { AX_STOP_NONE, AX_STOP_POWEROFF, AX_STOP_REBOOT, AX_STOP_ASKED, AX_STOP_FAULT };

struct ax_run; /* a vCPU in the run loop; axvm's own */

struct ax_vm {
	const struct ax_vm_config *config; /* outlives the VM */
	unsigned id;                       /* VMID, 1-based */
	_Atomic unsigned state;            /* enum ax_vm_state */
	_Atomic unsigned stop_reason;      /* enum ax_vm_stop */
	struct ax_aspace *aspace;
	struct ax_bus bus;
	struct ax_irqchip *irqchip;    /* NULL: none */
	struct ax_virq_port virq_port; /* the vCPUs' hardware as the controller sees it */
	struct ax_serial *console;     /* NULL: none */
	struct ax_log_budget budget;
	unsigned vcpu_count;
	struct ax_vcpu vcpu[AX_VM_MAX_VCPUS];
	struct ax_run *run;                 /* one a vCPU */
	const struct ax_firmware *firmware; /* what answers the guest's hypercalls */
	_Atomic unsigned live_tasks;
	_Atomic bool busy; /* a start, stop, reset or destroy is under way */
	bool used;         /* memory and devices are no longer as created */
	bool mem_protect;  /* PSCI MEM_PROTECT: what the guest asked for */
	const struct ax_vm_hooks *hooks;
	void *hooks_ctx;
};

/* What the VMM application adds. All optional. */
struct ax_vm_hooks {
	struct ax_serial_sink console; /* where the console device writes */
	/*
	 * Images and firmware tables into guest memory, at each start and reset: memory is zero but for images laid
	 * before, which are as they were then. Task context.
	 */
	int (*load)(void *ctx, struct ax_vm *vm);
	/*
	 * The VM is STOPPED; once a run, whatever ended it (AX_STOP_ASKED: ax_vm_stop, ax_vm_reset). Called from the
	 * last task of the VM. May not block and may not start, stop, reset or destroy the VM: it tells a task that
	 * will.
	 */
	void (*stopped)(void *ctx, struct ax_vm *vm, enum ax_vm_stop reason);
};

/*
 * Each failed step undoes the ones before. hooks may be NULL; otherwise it outlives the VM. AX_ENOMEM, AX_EINVAL (no
 * vCPU, or too many of something), AX_EEXIST (resources overlap), AX_ENOENT (unknown device model: named in the log),
 * AX_ENOSYS (no page table of that width, no such firmware), and what a device's constructor returns.
 */
int ax_vm_create(const struct ax_vm_config *config, unsigned id, const struct ax_vm_hooks *hooks, void *hooks_ctx,
		 struct ax_vm **out);

/*
 * The four below: task context, not a task of the VM. Only one at a time: AX_EBUSY when another is under way.
 */

/*
 * CREATED or STOPPED -> RUNNING: memory scrubbed and devices reset unless this is the first start, images loaded, vCPU
 * 0 started at config->entry. AX_ESTATE, AX_ENOMEM, the load hook's error; the VM is then STOPPED.
 */
int ax_vm_start(struct ax_vm *vm);
/* Asks all vCPUs to end and waits. Idempotent. */
int ax_vm_stop(struct ax_vm *vm);
/* Stop, then start. Errors as ax_vm_start. */
int ax_vm_reset(struct ax_vm *vm);
/* CREATED or STOPPED only: AX_ESTATE. */
int ax_vm_destroy(struct ax_vm *vm);

/*
 * Ends the run for that reason; the first of several wins. Returns at once. Any context, the VM's own tasks included.
 */
void ax_vm_end(struct ax_vm *vm, enum ax_vm_stop reason);

/*
 * What vCPU `index` reads as its own id, in the form calls name a CPU by: Arm MPIDR affinity with sixteen vCPUs a
 * cluster (a GICv3 SGI reaches sixteen), which for the first sixteen is the plain number that other architectures use.
 */
static inline uint64_t ax_vm_hw_id(unsigned index)
{
	return (index & 15u) | (uint64_t)(index >> 4) << 8;
}

/* Checked access to the VM's memory, for its devices. Valid as long as the VM. */
struct ax_guest_memory ax_vm_memory(struct ax_vm *vm);

const char *ax_vm_state_name(enum ax_vm_state state);
const char *ax_vm_stop_name(enum ax_vm_stop reason);

#endif
