/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of the configuration reader: the cursor, the refusal, and typed access to properties. */
#ifndef AX_VMM_CONFIG_READER_H
#define AX_VMM_CONFIG_READER_H

#include <ax/vmm/config.h>

struct ax_config_reader {
	const void *fdt;
	const struct ax_config_env *env;
	const char *where; /* what is being read, for messages: a VM's name, "the root" */
};

/* One line for the person who wrote the configuration; the value is the error to return. */
#define AX_CONFIG_REFUSE(reader, err, property, ...)                                                                   \
	(ax_config_complain((reader)->where, (property)), ax_port_log(AX_LOG_ERROR, "config:   " __VA_ARGS__), (err))

void ax_config_complain(const char *where, const char *property);

/*
 * How a property is read into a field. Every reader gets the field's address and the limits of its row, and is called
 * only when the property is there.
 */
struct ax_config_key;
typedef int (*ax_config_read_fn)(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value,
				 int len, void *field);

struct ax_config_key {
	const char *name;
	ax_config_read_fn read;
	size_t offset; /* of the field */
	bool required;
	uint64_t min, max;        /* numbers */
	const char *const *words; /* strings that stand for 0, 1, 2...; NULL ends */
};

/* Reads all keys of one node into the struct at `object`. */
int ax_config_read_keys(const struct ax_config_reader *r, int node, const struct ax_config_key *keys, size_t count,
			void *object);

int ax_config_u32(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		  void *field); /* unsigned */
int ax_config_u64(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		  void *field); /* uint64_t, and the address structs */
int ax_config_string(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		     void *field); /* const char *, at most max characters */
int ax_config_word(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		   void *field); /* unsigned or an enum: the word's index */
int ax_config_choice(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		     void *field); /* const char *: one of the words */
int ax_config_flag(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		   void *field); /* bool: true when present */
int ax_config_module(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		     void *field); /* struct ax_image of the module of that name */

/* Copies a name into a fixed field: letters, digits, '.', '_', '-', '+', starting with a letter or digit. */
int ax_config_name(const struct ax_config_reader *r, const char *property, const char *name, size_t len, char *field,
		   size_t size);

/*
 * A property that is an array of `stride` big-endian u64 each; 0 entries when absent. AX_EFORMAT, AX_ENOSPC over max.
 */
int ax_config_array(const struct ax_config_reader *r, int node, const char *property, unsigned stride, unsigned max,
		    const uint8_t **cells, unsigned *count);
uint64_t ax_config_cell64(const uint8_t *cells, unsigned index);

/* The parts of a VM, one file each. */
int ax_config_read_vm(const struct ax_config_reader *r, int node, struct ax_vm_config *vm);
int ax_config_read_devices(const struct ax_config_reader *r, int vm_node, struct ax_vm_config *vm);
int ax_config_read_passthrough(const struct ax_config_reader *r, int vm_node, struct ax_vm_config *vm);
/* What no single property can tell: ranges that overlap, images outside memory. */
int ax_config_check_layout(const struct ax_config_reader *r, const struct ax_vm_config *vm);

#endif
