/* SPDX-License-Identifier: Apache-2.0 */
/* What a kernel file is. The file is input: nothing in it is believed before it is checked against the file's size. */
#include <ax/vmm/image.h>

#include <string.h>

/* The first 64 bytes of a Linux Image; arm64 and RISC-V share the layout, all fields little-endian. */
#define HEADER_SIZE 64u
#define HEADER_TEXT_OFFSET 8u
#define HEADER_IMAGE_SIZE 16u
#define HEADER_FLAGS 24u
#define HEADER_MAGIC 56u
#define FLAG_BIG_ENDIAN AX_BIT(0)
#define FLAG_PAGE_SIZE(flags) AX_FIELD_GET(flags, 2, 1)
#define PAGE_SIZE_UNSPECIFIED 0u
#define PAGE_SIZE_4K 1u

/* An Image without a size (before Linux 3.17) lies there. */
#define OLD_TEXT_OFFSET 0x80000u
#define LARGEST_OFFSET AX_MIB(16)
#define LARGEST_IMAGE AX_GIB(4)

static const struct {
	char magic[5];
	const char *format;
} linux_images[] = {
	{"ARM\x64", "arm64 Image"},
	{"RSC\x05", "RISC-V Image"},
};

static const struct {
	uint8_t size;
	uint8_t magic[8];
	const char *problem;
} foreign[] = {
	{8, {'M', 'Z', 0, 0, 'z', 'i', 'm', 'g'}, "a self-unpacking EFI image; give the plain Image of the build"},
	{2, {0x1f, 0x8b}, "compressed (gzip); unpack it with gunzip"},
	{5, {0xfd, '7', 'z', 'X', 'Z'}, "compressed (xz); unpack it with unxz"},
	{4, {0x28, 0xb5, 0x2f, 0xfd}, "compressed (zstd); unpack it with unzstd"},
	{4, {0x04, 0x22, 0x4d, 0x18}, "compressed (lz4); unpack it with unlz4"},
	{3, {'B', 'Z', 'h'}, "compressed (bzip2); unpack it with bunzip2"},
	{4, {0x7f, 'E', 'L', 'F'}, "an ELF file; make a raw image with objcopy -O binary"},
};

static uint64_t little64(const uint8_t *at)
{
	uint64_t value = 0;

	for (unsigned i = 8; i-- > 0;) {
		value = value << 8 | at[i];
	}
	return value;
}

static int refuse(const char **problem, const char *text)
{
	*problem = text;
	return AX_EFORMAT;
}

static int probe_linux(const uint8_t *file, uint64_t size, struct ax_image_info *out, const char **problem)
{
	uint64_t memory = little64(file + HEADER_IMAGE_SIZE);
	uint64_t flags = little64(file + HEADER_FLAGS);
	uint64_t text_offset = little64(file + HEADER_TEXT_OFFSET);

	if (memory > LARGEST_IMAGE) {
		return refuse(problem, "an Image whose header gives it over 4 GiB; the file is damaged");
	}
	if (text_offset > LARGEST_OFFSET || !AX_IS_ALIGNED(text_offset, AX_PAGE_SIZE)) {
		return refuse(problem, "an Image whose text offset is over 16 MiB or no page; the file is damaged");
	}
	if (flags & FLAG_BIG_ENDIAN) {
		return refuse(problem, "a big-endian Image; build the kernel little-endian");
	}
	if (FLAG_PAGE_SIZE(flags) != PAGE_SIZE_UNSPECIFIED && FLAG_PAGE_SIZE(flags) != PAGE_SIZE_4K) {
		ax_port_log(AX_LOG_DEBUG, "image: the kernel is built for pages larger than 4 KiB");
	}
	out->text_offset = memory ? text_offset & (AX_MIB(2) - 1) : OLD_TEXT_OFFSET;
	out->memory_size = AX_MAX(memory, size);
	out->placed = true;
	return AX_OK;
}

int ax_image_probe(const void *file, uint64_t size, struct ax_image_info *out, const char **problem)
{
	const uint8_t *bytes = file;

	if (size == 0) {
		return refuse(problem, "empty; check the file it was made from");
	}
	for (unsigned i = 0; i < AX_ARRAY_SIZE(foreign); i++) {
		if (size >= foreign[i].size && memcmp(bytes, foreign[i].magic, foreign[i].size) == 0) {
			return refuse(problem, foreign[i].problem);
		}
	}
	*out = (struct ax_image_info){.format = "flat binary", .memory_size = size};
	for (unsigned i = 0; i < AX_ARRAY_SIZE(linux_images) && size >= HEADER_SIZE; i++) {
		if (memcmp(bytes + HEADER_MAGIC, linux_images[i].magic, 4) == 0) {
			out->format = linux_images[i].format;
			return probe_linux(bytes, size, out, problem);
		}
	}
	return AX_OK;
}
