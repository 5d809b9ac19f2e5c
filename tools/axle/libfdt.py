# SPDX-License-Identifier: Apache-2.0
"""libfdt's C sources for the freestanding build. No package ships them as files, so they are taken out of Debian's
kernel source package, once; AXLE_LIBFDT names a folder (scripts/dtc/libfdt, or upstream's dtc/libfdt) to use instead.
"""
import os
import subprocess
from pathlib import Path

from . import term
from .apt_private import PrivateApt
from .cache import Cache
from .emulators import host
from .errors import AxleError, UsageError

SUITE = "bookworm"
PACKAGE = "linux-source"
FOLDER = "scripts/dtc/libfdt"


def folder(cache=None):
    """The folder with libfdt.h and the C files; fetched when it is not there."""
    given = os.environ.get("AXLE_LIBFDT")
    if given:
        if not Path(given, "libfdt.h").is_file():
            raise UsageError(f"AXLE_LIBFDT={given} holds no libfdt.h")
        return Path(given).resolve()
    cache = cache or Cache()
    return cache.make("libfdt", fill=lambda made: _fill(cache, made))


def present(cache=None):
    return bool(os.environ.get("AXLE_LIBFDT")) or (cache or Cache()).path("libfdt").is_dir()


def _fill(cache, made):
    with cache.work() as scratch:
        apt = PrivateApt(scratch, host()[0], SUITE).prepare()
        package = apt.resolve(PACKAGE)
        source = apt.download(package)
        with term.Progress(f"taking libfdt out of {package}", made):
            _extract(source, package, made)
        if not (made / "libfdt.h").is_file():
            raise AxleError(f"{package} holds no {FOLDER}")


def _extract(source, package, made):
    """Pipes the archive inside the package through tar, so that the whole of it is never on disk."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", source], stdout=subprocess.PIPE) as outer, \
         subprocess.Popen(["tar", "-xO", f"./usr/src/{package}.tar.xz"], stdin=outer.stdout, stdout=subprocess.PIPE) as inner, \
         subprocess.Popen(["tar", "-xJ", "-C", made, "--strip-components=4", f"{package}/{FOLDER}"], stdin=inner.stdout,
                          stderr=subprocess.PIPE, text=True) as last:
        outer.stdout.close()
        inner.stdout.close()
        _, told = last.communicate()
    if last.returncode != 0:
        raise AxleError(f"cannot unpack {package}: {told.strip()}")
