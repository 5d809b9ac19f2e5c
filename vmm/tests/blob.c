/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the tests' configuration blob. */
#include "blob.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RAM 0x40000000ull
#define MIB(n) ((uint64_t)(n) << 20)

static int node_at(struct blob *b, const char *path)
{
	int node = fdt_path_offset(b->data, path);

	if (node < 0) {
		fprintf(stderr, "blob: no node %s\n", path);
		abort();
	}
	return node;
}

static void must(int err)
{
	if (err < 0) {
		fprintf(stderr, "blob: %s\n", fdt_strerror(err));
		abort();
	}
}

void blob_set(struct blob *b, const char *path, const char *property, const void *value, int size)
{
	int node = node_at(b, path);

	must(value ? fdt_setprop(b->data, node, property, value, size) : fdt_delprop(b->data, node, property));
}

void blob_set_text(struct blob *b, const char *path, const char *property, const char *text)
{
	blob_set(b, path, property, text, (int)strlen(text) + 1);
}

void blob_set_u32(struct blob *b, const char *path, const char *property, uint32_t value)
{
	fdt32_t big = cpu_to_fdt32(value);

	blob_set(b, path, property, &big, 4);
}

void blob_set_u64s(struct blob *b, const char *path, const char *property, unsigned count, const uint64_t *value)
{
	fdt64_t big[64];

	for (unsigned i = 0; i < count; i++) {
		big[i] = cpu_to_fdt64(value[i]);
	}
	blob_set(b, path, property, big, (int)count * 8);
}

void blob_add_node(struct blob *b, const char *path, const char *name)
{
	must(fdt_add_subnode(b->data, node_at(b, path), name));
}

static void add_devices(struct blob *b, const char *vm)
{
	char path[128];
	char device[192];

	blob_add_node(b, vm, "devices");
	snprintf(path, sizeof(path), "%s/devices", vm);
	/* libfdt puts a new node first: the last one added is the first one read */
	blob_add_node(b, path, "timer");
	blob_add_node(b, path, "console");
	blob_add_node(b, path, "irqchip");

	snprintf(device, sizeof(device), "%s/irqchip", path);
	blob_set_text(b, device, "model", "vgicv3");
	blob_set_u64s(b, device, "ranges", U64S(0x08000000, 0x10000, 0x080a0000, 0x40000));
	snprintf(device, sizeof(device), "%s/console", path);
	blob_set_text(b, device, "model", "pl011");
	blob_set_u64s(b, device, "ranges", U64S(0x09000000, 0x1000));
	blob_set_u32(b, device, "interrupts", 33);
	snprintf(device, sizeof(device), "%s/timer", path);
	blob_set_text(b, device, "model", "arm-vtimer");
	blob_set_u32(b, device, "interrupts", 27);
}

static void add_vm(struct blob *b, const char *node, const char *name, unsigned vcpus)
{
	char path[64];

	snprintf(path, sizeof(path), "/vms/%s", node);
	blob_set_text(b, path, "vm-name", name);
	blob_set_u32(b, path, "vcpus", vcpus);
	blob_set(b, path, "autostart", "", 0);
	blob_set_text(b, path, "on-reboot", "reset");
	blob_set_u32(b, path, "gpa-bits", 40);
	blob_set_u64s(b, path, "memory", U64S(RAM, MIB(256), 7));
	blob_set_text(b, path, "kernel", "kernel");
	blob_set_u64s(b, path, "kernel-gpa", U64S(RAM + MIB(2)));
	blob_set_u64s(b, path, "entry", U64S(RAM + MIB(2)));
	blob_set_u64s(b, path, "dtb-gpa", U64S(RAM + MIB(200)));
	blob_set_text(b, path, "cmdline", "console=ttyAMA0");
	add_devices(b, path);
}

void blob_make(struct blob *b)
{
	must(fdt_create_empty_tree(b->data, BLOB_SIZE));
	blob_set_text(b, "/", "compatible", "axle,config-1");
	blob_set_text(b, "/", "board", "qemu-aarch64");
	blob_set_text(b, "/", "arch", "aarch64");
	blob_set_text(b, "/", "log-level", "debug");
	blob_set_text(b, "/", "scheduler", "fair");
	blob_set_u32(b, "/", "escape-key", 0x1d);
	blob_set_text(b, "/", "when-idle", "poweroff");
	blob_add_node(b, "/", "vms");
	blob_add_node(b, "/vms", "vm@1");
	blob_add_node(b, "/vms", "vm@0");
	add_vm(b, "vm@0", "alpha", 2);
	blob_set_u64s(b, ALPHA, "affinity", U64S(1, 2));
	blob_set_text(b, ALPHA, "initrd", "initrd");
	blob_set_u64s(b, ALPHA, "initrd-gpa", U64S(RAM + MIB(128)));
	add_vm(b, "vm@1", "beta", 1);
}
