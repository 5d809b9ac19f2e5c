# SPDX-License-Identifier: Apache-2.0
"""Finds a program that is new enough: the user's, the distribution's, or one of Debian 13's unpacked privately.

A private program runs through its own ld.so with its own libraries, without chroot and without being root. It is fetched
only when something asks for a version that the distribution does not have.
"""
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import term
from .apt_private import PrivateApt, unpack
from .cache import Cache
from .errors import AxleError, UsageError

SUITE = "trixie"
HOSTS = {"x86_64": ("amd64", "x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2"),
         "aarch64": ("arm64", "aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1")}
LIBRARY_FOLDERS = ("pulseaudio", "blas", "lapack")  # that programs find by absolute paths when they are installed


@dataclass(frozen=True)
class Program:
    """The packages of a program; for a private copy, its file when that is not usr/bin/NAME, and what tells it where its
    data is: options and environment."""

    packages: tuple
    version: tuple = ("--version",)
    binary: str | None = None
    options: tuple = ()
    environment: tuple = ()


def qemu(package):
    return Program((package,), options=("-L", "{root}/usr/share/qemu", "-L", "{root}/usr/share/seabios"),
                   environment=(("QEMU_MODULE_DIR", "{root}/usr/lib/{triplet}/qemu"),))


TABLE = {
    "qemu-system-aarch64": qemu("qemu-system-arm"),
    "qemu-system-riscv64": qemu("qemu-system-riscv"),
    "qemu-system-x86_64": qemu("qemu-system-x86"),
    "bochs": Program(("bochs", "bochs-term", "bochsbios", "vgabios"), ("--help",), "usr/bin/bochs-bin",
                     environment=(("BXSHARE", "{root}/usr/share/bochs"),
                                  ("LTDL_LIBRARY_PATH", "{root}/usr/lib/{triplet}/bochs/plugins"))),
    "cbmc": Program(("cbmc",)),
}


def parse_version(text):
    """(major, minor) of what a program says of itself."""
    found = re.search(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def version_of(command, asked=("--version",)):
    try:
        told = subprocess.run([*command, *asked], capture_output=True, text=True, timeout=30, check=False,
                              stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    return parse_version(told.stdout + told.stderr)


def find(name, minimum=None, given=None, cache=None):
    """The words that start a program, at least as new as `minimum` ("7.2"). `given` is the user's choice, not questioned."""
    if given:
        path = shutil.which(given)
        if not path:
            raise UsageError(f"{given}: no such emulator")
        return [path]
    program = TABLE.get(name)
    wanted = parse_version(f"{minimum}.0") if minimum else (0, 0)
    path = shutil.which(name)
    if path and version_of([path], program.version if program else ("--version",)) >= wanted:
        return [path]
    if not program:
        raise UsageError(f"{name}: not installed, and not a program that Axle can fetch ({', '.join(TABLE)})")
    command = private_command(name, fetch(name, cache or Cache()))
    found = version_of(command, program.version)
    if found < wanted:
        raise AxleError(f"{name} {minimum} is needed, and {SUITE} has {found[0]}.{found[1]}; give one by --emulator PATH")
    return command


def host():
    machine = platform.machine()
    if machine not in HOSTS:
        raise AxleError(f"no packages for this machine ({machine}); give a program by --emulator PATH")
    return HOSTS[machine]


def fetch(name, cache):
    """Folder with a program of Debian 13 and all it needs."""
    program = TABLE[name]

    def fill(made):
        with cache.work() as scratch:
            apt = PrivateApt(scratch, host()[0], SUITE).prepare()
            files = apt.download_all(program.packages)
            with term.Progress(f"unpacking {len(files)} packages", made):
                for package in files:
                    unpack(package, made)

    return cache.make("programs", f"{SUITE}-{host()[0]}-{name}", fill=fill)


def private_command(name, root):
    """How to start a program that was unpacked into `root`."""
    _, triplet, loader = host()
    program = TABLE[name]
    fields = {"root": root, "triplet": triplet}
    binary = root / (program.binary or f"usr/bin/{name}")
    if not binary.exists():
        raise AxleError(f"the packages {' '.join(program.packages)} hold no {name}")
    libraries = [root / "usr/lib" / triplet, root / "usr/lib", *(root / "usr/lib" / triplet / name for name in LIBRARY_FOLDERS)]
    command = [_loader(root, loader), "--library-path", ":".join(map(str, libraries)), str(binary),
               *(word.format(**fields) for word in program.options)]
    settings = [f"{key}={value.format(**fields)}" for key, value in program.environment]
    return ["env", *settings, *command] if settings else command


def _loader(root, loader):
    for place in (loader, loader.removeprefix("usr/")):
        if (Path(root) / place).exists():
            return str(Path(root) / place)
    raise AxleError(f"{root} holds no {Path(loader).name}")
