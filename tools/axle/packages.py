# SPDX-License-Identifier: Apache-2.0
"""What each kind of work needs of the distribution, and how the missing ones are installed."""
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import term
from .errors import AxleError


@dataclass(frozen=True)
class Need:
    """A package, and what shows that it is there: a command, or a file (with `/`; wildcards allowed)."""

    package: str
    probe: str

    def present(self):
        if "/" in self.probe:
            return any(Path("/").glob(self.probe.lstrip("/")))
        return shutil.which(self.probe) is not None


CMAKE = Need("cmake", "cmake")
NINJA = Need("ninja-build", "ninja")
CLANG = Need("clang", "clang")

TABLE = {
    "build-host": (CMAKE, NINJA, Need("gcc", "gcc"), Need("pkg-config", "pkg-config"),
                   Need("check", "/usr/include/check.h"), Need("libfdt-dev", "/usr/include/libfdt.h")),
    "build-aarch64": (CMAKE, NINJA, Need("gcc-aarch64-linux-gnu", "aarch64-linux-gnu-gcc"),
                      Need("binutils-aarch64-linux-gnu", "aarch64-linux-gnu-objcopy")),
    "coverage": (Need("gcovr", "gcovr"),),
    "fuzz": (CMAKE, NINJA, CLANG, Need("libclang-rt-dev", "/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a"),
             Need("llvm", "llvm-symbolizer"), Need("pkg-config", "pkg-config"), Need("check", "/usr/include/check.h"),
             Need("libfdt-dev", "/usr/include/libfdt.h")),
    "lint": (Need("clang-format", "clang-format"),),
    "emulate-aarch64": (Need("qemu-system-arm", "qemu-system-aarch64"),),
    "images": (Need("dpkg", "dpkg-deb"), Need("xz-utils", "xz"),
               Need("debian-archive-keyring", "/usr/share/keyrings/debian-archive-keyring.gpg")),
}


def missing(kinds):
    """Packages that the given kinds of work lack."""
    return sorted({need.package for kind in kinds for need in TABLE[kind] if not need.present()})


def ensure(kinds, yes=False):
    """Installs what is missing; asks first where somebody can answer."""
    lacking = missing(kinds)
    if not lacking:
        return
    command = " ".join(["apt-get", "install", *lacking])
    if not shutil.which("apt-get"):
        raise AxleError(f"missing: {' '.join(lacking)} (Debian's names); install them with your package manager")
    if not (yes or term.unattended()) and not term.ask(f"install {' '.join(lacking)}?"):
        raise AxleError(f"nothing installed; `{command}` does it")
    prefix = _privilege(command)
    with term.Progress("apt-get update"):
        _apt([*prefix, "apt-get", "-q", "update"])
    with term.Progress(f"installing {' '.join(lacking)}"):
        _apt([*prefix, "apt-get", "-q", "-y", "--no-install-recommends", "install", *lacking])
    still = missing(kinds)
    if still:
        raise AxleError(f"{' '.join(still)} installed, but what is needed of it is not there")


def _privilege(command):
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"]
    raise AxleError(f"not root, and there is no sudo; as root: {command}")


def _apt(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env=dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C"))
    if done.returncode != 0:
        told = "\n".join(done.stdout.strip().splitlines()[-8:])
        raise AxleError(f"{' '.join(command)} failed:\n{told}")
