/* SPDX-License-Identifier: Apache-2.0 */
/* A complete, valid configuration blob that tests then spoil. */
#ifndef AX_VMM_TEST_BLOB_H
#define AX_VMM_TEST_BLOB_H

#include <stddef.h>
#include <stdint.h>

#define BLOB_SIZE 8192

struct blob {
	_Alignas(8) uint8_t data[BLOB_SIZE];
};

/* Two VMs "alpha" (2 vCPUs, initrd) and "beta"; open for changes (libfdt's read-write functions). */
void blob_make(struct blob *b);
/* Changes one property of a node; value NULL removes it. */
void blob_set(struct blob *b, const char *path, const char *property, const void *value, int size);
void blob_set_text(struct blob *b, const char *path, const char *property, const char *text);
void blob_set_u32(struct blob *b, const char *path, const char *property, uint32_t value);
/* count u64 values as arguments of type uint64_t */
void blob_set_u64s(struct blob *b, const char *path, const char *property, unsigned count, const uint64_t *value);
void blob_add_node(struct blob *b, const char *path, const char *name);

#define ALPHA "/vms/vm@0"
#define BETA "/vms/vm@1"

#define U64S(...)                                                                                                      \
	(unsigned)(sizeof((uint64_t[]){__VA_ARGS__}) / 8), (uint64_t[])                                                \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}

#endif
