/* SPDX-License-Identifier: Apache-2.0 */
/* Typed, bounds-checked access to the properties of the configuration blob. */
#include "reader.h"

#include <libfdt.h>
#include <string.h>

void ax_config_complain(const char *where, const char *property)
{
	ax_port_log(AX_LOG_ERROR, "config: %s: property \"%s\" is refused:", where, property);
}

/* The text of a string property, or NULL unless it is exactly one terminated string. */
static const char *text_of(const void *value, int len)
{
	const char *text = value;

	if (len < 1 || strnlen(text, (size_t)len) != (size_t)len - 1) {
		return NULL;
	}
	return text;
}

static int not_a_string(const struct ax_config_reader *r, const struct ax_config_key *key)
{
	return AX_CONFIG_REFUSE(r, AX_EFORMAT, key->name,
				"it is not one terminated string; compile the configuration again");
}

static int check_range(const struct ax_config_reader *r, const struct ax_config_key *key, uint64_t value)
{
	if (value < key->min || value > key->max) {
		return AX_CONFIG_REFUSE(
			r, AX_ERANGE, key->name, "0x%llx is not in 0x%llx..0x%llx; choose a value inside",
			(unsigned long long)value, (unsigned long long)key->min, (unsigned long long)key->max);
	}
	return AX_OK;
}

int ax_config_u32(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		  void *field)
{
	unsigned number;
	int err;

	if (len != 4) {
		return AX_CONFIG_REFUSE(r, AX_EFORMAT, key->name,
					"it has %d bytes instead of one cell; compile the configuration again", len);
	}
	number = fdt32_ld(value);
	err = check_range(r, key, number);
	if (err == AX_OK) {
		memcpy(field, &number, sizeof(number));
	}
	return err;
}

int ax_config_u64(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		  void *field)
{
	uint64_t number;
	int err;

	if (len != 8) {
		return AX_CONFIG_REFUSE(r, AX_EFORMAT, key->name,
					"it has %d bytes instead of two cells; compile the configuration again", len);
	}
	number = ax_config_cell64(value, 0);
	err = check_range(r, key, number);
	if (err == AX_OK) {
		memcpy(field, &number, sizeof(number));
	}
	return err;
}

int ax_config_string(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		     void *field)
{
	const char *text = text_of(value, len);

	if (!text) {
		return not_a_string(r, key);
	}
	if ((uint64_t)len - 1 > key->max) {
		return AX_CONFIG_REFUSE(r, AX_ERANGE, key->name, "it has %d characters and may have %llu; shorten it",
					len - 1, (unsigned long long)key->max);
	}
	memcpy(field, &text, sizeof(text));
	return AX_OK;
}

static int find_word(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		     unsigned *index)
{
	const char *text = text_of(value, len);

	if (!text) {
		return not_a_string(r, key);
	}
	for (*index = 0; key->words[*index]; (*index)++) {
		if (strcmp(key->words[*index], text) == 0) {
			return AX_OK;
		}
	}
	return AX_CONFIG_REFUSE(r, AX_EINVAL, key->name,
				"\"%.40s\" is unknown; use \"%s\", \"%s\" or another word of the reference", text,
				key->words[0], key->words[1]);
}

int ax_config_word(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		   void *field)
{
	unsigned index;
	int err = find_word(r, key, value, len, &index);

	if (err == AX_OK) {
		memcpy(field, &index, sizeof(index));
	}
	return err;
}

int ax_config_choice(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		     void *field)
{
	unsigned index;
	int err = find_word(r, key, value, len, &index);

	if (err == AX_OK) {
		memcpy(field, &key->words[index], sizeof(key->words[index]));
	}
	return err;
}

int ax_config_flag(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		   void *field)
{
	(void)value;
	if (len != 0) {
		return AX_CONFIG_REFUSE(r, AX_EFORMAT, key->name,
					"a flag has no value; compile the configuration again");
	}
	*(bool *)field = true;
	return AX_OK;
}

int ax_config_module(const struct ax_config_reader *r, const struct ax_config_key *key, const void *value, int len,
		     void *field)
{
	const char *name = text_of(value, len);
	struct ax_image image = {0};

	if (!name) {
		return not_a_string(r, key);
	}
	if (r->env->module(r->env->ctx, name, &image) != AX_OK) {
		return AX_CONFIG_REFUSE(
			r, AX_ENOENT, key->name,
			"there is no module \"%.60s\"; embed it or have the boot loader load it under that name", name);
	}
	if (image.size == 0 || image.hpa.v + image.size < image.hpa.v) {
		return AX_CONFIG_REFUSE(r, AX_EFORMAT, key->name,
					"module \"%.60s\" is empty; check the file it was made from", name);
	}
	memcpy(field, &image, sizeof(image));
	return AX_OK;
}

static bool name_char(char c, bool first)
{
	bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

	return alnum || (!first && (c == '.' || c == '_' || c == '-' || c == '+'));
}

int ax_config_name(const struct ax_config_reader *r, const char *property, const char *name, size_t len, char *field,
		   size_t size)
{
	if (len == 0 || len >= size) {
		return AX_CONFIG_REFUSE(r, AX_ERANGE, property, "a name has 1..%u characters, not %u; change it",
					(unsigned)size - 1, (unsigned)len);
	}
	for (size_t i = 0; i < len; i++) {
		if (!name_char(name[i], i == 0)) {
			return AX_CONFIG_REFUSE(r, AX_EINVAL, property,
						"a name has letters, digits, '.', '_', '-', '+' and starts with a "
						"letter or digit; change it");
		}
	}
	memcpy(field, name, len);
	field[len] = '\0';
	return AX_OK;
}

uint64_t ax_config_cell64(const uint8_t *cells, unsigned index)
{
	const uint8_t *cell = cells + (size_t)index * 8;

	return (uint64_t)fdt32_ld((const fdt32_t *)(const void *)cell) << 32 |
	       fdt32_ld((const fdt32_t *)(const void *)(cell + 4));
}

int ax_config_array(const struct ax_config_reader *r, int node, const char *property, unsigned stride, unsigned max,
		    const uint8_t **cells, unsigned *count)
{
	int len = 0;
	const void *value = fdt_getprop(r->fdt, node, property, &len);
	unsigned entry = stride * 8;

	*cells = value;
	*count = 0;
	if (!value) {
		return AX_OK;
	}
	if (len < 0 || (unsigned)len % entry != 0) {
		return AX_CONFIG_REFUSE(r, AX_EFORMAT, property,
					"it has %d bytes, no multiple of %u; compile the configuration again", len,
					entry);
	}
	if ((unsigned)len / entry > max) {
		return AX_CONFIG_REFUSE(r, AX_ENOSPC, property,
					"it has %u entries and may have %u; use fewer, larger ones",
					(unsigned)len / entry, max);
	}
	*count = (unsigned)len / entry;
	return AX_OK;
}

int ax_config_read_keys(const struct ax_config_reader *r, int node, const struct ax_config_key *keys, size_t count,
			void *object)
{
	for (size_t i = 0; i < count; i++) {
		const struct ax_config_key *key = &keys[i];
		int len = 0;
		const void *value = fdt_getprop(r->fdt, node, key->name, &len);
		int err;

		if (!value) {
			if (!key->required) {
				continue;
			}
			return AX_CONFIG_REFUSE(r, AX_ENOENT, key->name, "it is missing and required; add it");
		}
		err = key->read(r, key, value, len, (uint8_t *)object + key->offset);
		if (err) {
			return err;
		}
	}
	return AX_OK;
}
