# SPDX-License-Identifier: Apache-2.0
"""Named guest images. Each has a kernel and mostly an initramfs: `NAME:kernel`, `NAME:initrd`.

The table's images are fetched from Debian and live in the cache; a user's own are copied there by `image add`.
"""
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import guest_init, initramfs, term
from .apt_private import PrivateApt, extract
from .cache import Cache
from .errors import AxleError, UsageError

PARTS = ("kernel", "initrd")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
LAYOUT = 1  # counts up when the content of a fetched image's folder changes


@dataclass(frozen=True)
class Debian:
    """Where an image comes from: suite, architecture, and the meta-package of its kernel with the file it holds."""

    arch: str
    suite: str
    kernel: str
    member: str


TABLE = {
    "debian-arm64": Debian("arm64", "bookworm", "linux-image-arm64", "boot/vmlinuz-"),
}


class Images:
    def __init__(self, cache=None):
        self.cache = cache or Cache()

    def names(self):
        own = [path.name for path in self.cache.path("images").glob("*") if path.is_dir()]
        return sorted({*TABLE, *own})

    def folder(self, name):
        return self.cache.path("images", name)

    def present(self, name):
        """True when the image can be used as it is; one of an older layout cannot."""
        if not self.folder(name).is_dir():
            return False
        return name not in TABLE or self.origin(name).get("layout") == LAYOUT

    def origin(self, name):
        """What is known of an image that is present: where it came from, and which version."""
        record = self.folder(name) / "origin.json"
        return json.loads(record.read_text()) if record.exists() else {}

    def path(self, reference, default="kernel"):
        """File of `NAME` or `NAME:PART`; a known image that is missing is fetched first."""
        name, _, part = reference.partition(":")
        part = part or default
        if part not in PARTS:
            raise UsageError(f"{reference}: an image has the parts {' and '.join(PARTS)}, no {part}")
        self.pull(name)
        found = self.folder(name) / part
        if not found.exists():
            raise UsageError(f"image {name} has no {part}")
        return found

    def pull(self, name, again=False):
        """Fetches an image of the table unless it is there; `again` fetches the newest."""
        if self.present(name) and not (again and name in TABLE):
            return self.folder(name)
        if name not in TABLE:
            raise UsageError(f"no image {name}; there are: {', '.join(self.names())}; "
                             f"`./axle image add {name} --kernel FILE` adds yours")
        return self.cache.replace("images", name, fill=lambda made: self._fetch(TABLE[name], made))

    def add(self, name, kernel, initrd=None):
        """Keeps a copy of the user's own files under a name."""
        if not NAME.fullmatch(name):
            raise UsageError(f"{name}: an image's name is lower-case letters, digits, '.', '_' and '-'")
        if name in TABLE:
            raise UsageError(f"{name} is the name of an image of ours; choose another")
        given = {part: Path(file) for part, file in (("kernel", kernel), ("initrd", initrd)) if file}
        for part, file in given.items():
            if not file.is_file():
                raise UsageError(f"{part} {file}: no such file")

        def fill(made):
            for part, file in given.items():
                shutil.copyfile(file, made / part)
            origin = {part: str(file.resolve()) for part, file in given.items()}
            (made / "origin.json").write_text(json.dumps(origin, indent=1) + "\n")

        return self.cache.replace("images", name, fill=fill)

    def remove(self, name):
        if not self.folder(name).is_dir():
            raise UsageError(f"no image {name} in the cache")
        self.cache.remove("images", name)

    def _fetch(self, source, made):
        with self.cache.work() as scratch:
            apt = PrivateApt(scratch, source.arch, source.suite).prepare()
            kernel = apt.resolve(source.kernel)
            extract(apt.download(kernel), source.member, made / "kernel")
            busybox = scratch / "busybox"
            extract(apt.download("busybox-static"), "bin/busybox", busybox)
            (made / "initrd").write_bytes(initramfs.compressed(guest_init.entries(busybox.read_bytes())))
            origin = {"layout": LAYOUT, "kernel": f"{kernel} {apt.version(kernel)}",
                      "initrd": f"busybox-static {apt.version('busybox-static')}"}
            (made / "origin.json").write_text(json.dumps(origin, indent=1) + "\n")
        term.note(f"have {origin['kernel']}")


def looks_like_reference(text):
    """True for `NAME` and `NAME:PART`, false for what is meant as a file."""
    return bool(re.fullmatch(rf"{NAME.pattern}(:({'|'.join(PARTS)}))?", text)) and not Path(text).exists()
