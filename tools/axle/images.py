# SPDX-License-Identifier: Apache-2.0
"""Named guest images. Each has a kernel and mostly an initramfs: `NAME:kernel`, `NAME:initrd`.

The table's images are fetched from Debian and live in the cache; a user's own are copied there by `image add`.
"""
import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import guest_init, initramfs
from .apt_private import PrivateApt, extract
from .cache import Cache
from .errors import UsageError

PARTS = ("kernel", "initrd")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


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
        return self.folder(name).is_dir()

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
            return self._current(name)
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

    def _current(self, name):
        """The folder of an image that is present; its initramfs is made anew, offline, when its recipe has changed."""
        if name in TABLE and self.origin(name).get("recipe") != guest_init.recipe():
            origin = self.origin(name)

            def fill(made):
                for part in ("kernel", "busybox"):
                    os.link(self.folder(name) / part, made / part)
                _finish(made, origin)

            self.cache.replace("images", name, fill=fill)
        return self.folder(name)

    def _fetch(self, source, made):
        with self.cache.work() as scratch:
            apt = PrivateApt(scratch, source.arch, source.suite).prepare()
            kernel = apt.resolve(source.kernel)
            extract(apt.download(kernel), source.member, made / "kernel")
            extract(apt.download("busybox-static"), ("bin/busybox", "usr/bin/busybox"), made / "busybox")
            _finish(made, {"kernel": f"{kernel} {apt.version(kernel)}",
                           "initrd": f"busybox-static {apt.version('busybox-static')}"})


def _finish(made, origin):
    """Makes the initramfs of an image's folder that holds kernel and busybox, and records where they came from."""
    busybox = (made / "busybox").read_bytes()
    (made / "initrd").write_bytes(initramfs.compressed(guest_init.entries(busybox)))
    (made / "origin.json").write_text(json.dumps({**origin, "recipe": guest_init.recipe()}, indent=1) + "\n")


def looks_like_reference(text):
    """True for `NAME` and `NAME:PART`, false for what is meant as a file."""
    return bool(re.fullmatch(rf"{NAME.pattern}(:({'|'.join(PARTS)}))?", text)) and not Path(text).exists()
