# SPDX-License-Identifier: Apache-2.0
"""A reproducible initramfs: the newc cpio format written here, every time and owner zero, names sorted."""
import gzip
import io
import stat
from dataclasses import dataclass

ALIGN = 4
TRAILER = "TRAILER!!!"


@dataclass(frozen=True)
class Entry:
    """One file, folder, link or device. `data` is a file's content or a link's target."""

    mode: int
    data: bytes = b""
    device: tuple = (0, 0)


def folder(mode=0o755):
    return Entry(stat.S_IFDIR | mode)


def file(data, mode=0o644):
    return Entry(stat.S_IFREG | mode, data)


def link(target):
    return Entry(stat.S_IFLNK | 0o777, target.encode())


def char_device(major, minor, mode=0o600):
    return Entry(stat.S_IFCHR | mode, device=(major, minor))


def _padded(data):
    return data + b"\0" * (-len(data) % ALIGN)


def _record(number, name, entry):
    path = name.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    fields = (number, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, *entry.device, len(path), 0)
    header = b"070701" + b"".join(b"%08X" % value for value in fields)
    return _padded(header + path) + _padded(entry.data)


def cpio(entries):
    """The archive's bytes for a dictionary from path (without leading slash) to Entry."""
    out = io.BytesIO()
    for number, name in enumerate(sorted(entries), 1):
        out.write(_record(number, name, entries[name]))
    out.write(_record(0, TRAILER, Entry(0)))
    out.write(b"\0" * (-out.tell() % 512))
    return out.getvalue()


def compressed(entries):
    return gzip.compress(cpio(entries), compresslevel=9, mtime=0)
