# SPDX-License-Identifier: Apache-2.0
"""Finds the files that a VM boots from, and reads what their headers say about memory."""
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..fdt import FdtError, Tree
from .machines import DTB_MOST
from .problem import show

REFERENCE = re.compile(r"[a-z0-9][a-z0-9._-]*:[a-z0-9._-]+")
# The start of a Linux Image on AArch64 and RISC-V: code, text_offset, image_size, flags, ..., magic at 56.
HEADER = struct.Struct("<8xQQQ24x4s")
WRONG_FORMATS = (
    (b"\x1f\x8b", "is compressed (gzip)", "unpack it: gunzip"),
    (b"\xfd7zXZ", "is compressed (xz)", "unpack it: unxz"),
    (b"\x28\xb5\x2f\xfd", "is compressed (zstd)", "unpack it: unzstd"),
    (b"\x7fELF", "is an ELF file", "give the raw image: objcopy -O binary"),
    (b"MZ\x00\x00zimg", "is a self-unpacking EFI image", "give the plain Image, vmlinux.bin or Image of the build"),
)


# What a look-up answers for an image that is known but not fetched yet, when that is no problem.
NOT_FETCHED = object()


@dataclass(frozen=True)
class ImageInfo:
    text_offset: int  # from the start of RAM
    size: int         # memory it needs, which may exceed the file


def find_image(vm, key, lookup, report):
    """The file of kernel.image, .initrd or .dtb, or None. lookup None: references to known images are not checked."""
    name = getattr(vm.kernel, key)
    path = ("kernel", key)
    if name is None:
        return None
    if REFERENCE.fullmatch(name):
        return _known_image(name, path, lookup, report)
    file = Path(vm.source.directory, name)
    if not file.is_file():
        report.add(path, f"there is no such file ({show(name)})",
                   "paths start from the VM file's folder; known images are written NAME:kernel, NAME:initrd")
        return None
    return file


def _known_image(name, path, lookup, report):
    if lookup is None:
        return None
    try:
        file = lookup(name)
    except UsageError as error:
        report.add(path, f"cannot be had ({show(name)}): {error}")
        return None
    except LookupError:
        file = None
    if file is None:
        report.add(path, f"there is no such image ({show(name)})", "see ./axle image list")
        return None
    if file is NOT_FETCHED:
        return None
    if not Path(file).is_file():
        report.add(path, f"the image is not here yet ({show(name)})", f"./axle image pull {name.split(':')[0]}")
        return None
    return Path(file)


def kernel_info(file, machine, path, report):
    """What a kernel needs. A file that is no Linux Image is a flat binary for the start of RAM. None: not a kernel."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(HEADER.size)
    if size == 0:
        report.add(path, "is empty", "give a kernel image")
        return None
    if len(head) == HEADER.size:
        text_offset, image_size, _, magic = HEADER.unpack(head)
        if magic == machine.image_magic:
            if image_size == 0:
                return ImageInfo(machine.old_text_offset, size)
            return ImageInfo(text_offset, max(image_size, size))
    for start, what, fix in WRONG_FORMATS:
        if head.startswith(start):
            report.add(path, what, fix)
            return None
    return ImageInfo(0, size)


def check_dtb(file, path, report):
    """The user's device tree must be one."""
    blob = file.read_bytes()
    try:
        Tree.from_bytes(blob)
    except FdtError as error:
        report.add(path, str(error), "make it with dtc -O dtb")
        return
    if len(blob) > DTB_MOST:
        report.add(path, f"is {len(blob)} bytes long, at most {DTB_MOST} are possible", "shorten it")
