/* SPDX-License-Identifier: Apache-2.0 */
/* The little of a flattened device tree (Devicetree Specification 0.4, chapter 5) that the tests need. */
#include "runtime.h"

#define FDT_MAGIC 0xd00dfeedu
enum { FDT_BEGIN_NODE = 1, FDT_END_NODE = 2, FDT_PROP = 3, FDT_NOP = 4 };

/* Nodes and what the walk collects of the node it is in. Devices with a reg of their own type do not matter here. */
struct walk {
	const uint8_t *at, *strings;
	unsigned depth;
	bool is_memory, is_cpu;
	const uint8_t *reg;
	uint32_t reg_size;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64(const uint8_t *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static void copy_text(char *to, size_t size, const char *from)
{
	size_t i = 0;

	for (; i + 1 < size && from[i]; i++) {
		to[i] = from[i];
	}
	to[i] = '\0';
}

static void property(struct walk *walk, const char *name, const uint8_t *value, uint32_t size,
		     struct guest_machine *out)
{
	if (walk->depth == 1 && __builtin_strcmp(name, "compatible") == 0) {
		copy_text(out->compatible, sizeof(out->compatible), (const char *)value);
	} else if (__builtin_strcmp(name, "device_type") == 0) {
		walk->is_memory = __builtin_strcmp((const char *)value, "memory") == 0;
		walk->is_cpu = __builtin_strcmp((const char *)value, "cpu") == 0;
	} else if (__builtin_strcmp(name, "reg") == 0) {
		walk->reg = value;
		walk->reg_size = size;
	}
}

/* A node's properties are complete: at its end or where its first child begins. */
static void node_done(struct walk *walk, struct guest_machine *out)
{
	if (walk->is_cpu) {
		out->cpus++;
	}
	if (walk->is_memory && walk->reg_size >= 16 && out->ram_size == 0) {
		out->ram_base = be64(walk->reg);
		out->ram_size = be64(walk->reg + 8);
	}
	walk->is_cpu = walk->is_memory = false;
	walk->reg_size = 0;
}

bool guest_fdt_read(const void *fdt, struct guest_machine *out)
{
	const uint8_t *blob = fdt;
	struct walk walk = {0};

	if (!blob || be32(blob) != FDT_MAGIC) {
		return false;
	}
	walk.at = blob + be32(blob + 8);
	walk.strings = blob + be32(blob + 12);
	for (;;) {
		uint32_t token = be32(walk.at);

		walk.at += 4;
		if (token == FDT_BEGIN_NODE) {
			node_done(&walk, out);
			walk.depth++;
			walk.at += (__builtin_strlen((const char *)walk.at) + 4) & ~(size_t)3;
		} else if (token == FDT_END_NODE) {
			node_done(&walk, out);
			walk.depth--;
		} else if (token == FDT_PROP) {
			uint32_t size = be32(walk.at);

			property(&walk, (const char *)walk.strings + be32(walk.at + 4), walk.at + 8, size, out);
			walk.at += 8 + ((size + 3) & ~3u);
		} else if (token != FDT_NOP) {
			return out->cpus > 0 && out->cpus <= GUEST_MAX_CPUS;
		}
	}
}
