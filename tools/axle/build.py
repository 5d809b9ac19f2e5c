# SPDX-License-Identifier: Apache-2.0
"""`build`: Axle for a board, or one of the builds for this machine."""
import contextlib
import fcntl
import re
import subprocess
from pathlib import Path

from . import config, images, libfdt, packages, paths, setup, term
from .errors import AxleError, UsageError

HELP = "build Axle for a board"
ABOUT = """Builds Axle for a board of configs/boards (or a board file of your own) into build/BOARD: axle.bin is the image,
axle.elf the same with symbols. `host`, `host-asan`, `host-coverage` and `host-fuzz` build the portable modules and their tests
for this machine instead. The board's configuration is checked first."""

DONE = re.compile(r"\[\d+/\d+\] ")  # what the build says of a file that went well
HOST = {"host": "build-host", "host-asan": "build-host", "host-coverage": "build-host", "host-fuzz": "fuzz"}


def add_arguments(parser):
    parser.add_argument("board", metavar="BOARD", help=f"a board's name or file, or one of {', '.join(HOST)}")
    parser.add_argument("--compiler", choices=("gcc", "clang"), help="of a board's image (gcc by default)")
    parser.add_argument("-v", "--verbose", action="store_true", help="show compiler command lines")


def run(args):
    if args.board in HOST:
        folder = host(args.board, args.yes, args.verbose)
    else:
        setup.ensure("images", yes=args.yes)
        chosen = config.load_board(args.board)
        vms = [config.load_vm(path, chosen.arch) for path in chosen.vm_paths()]
        resolved = config.resolve(chosen, vms, images.Images().path)
        folder = board(chosen, resolved, args.compiler, args.yes, args.verbose)
    print(paths.relative(folder))
    return 0


def host(preset, yes=False, verbose=False):
    """Builds one of the presets for this machine; returns its folder."""
    packages.ensure([HOST[preset]], yes)
    folder = paths.build_dir(preset)
    return _cmake(preset, folder, {}, verbose)


def board(chosen, resolved, compiler=None, yes=False, verbose=False):
    """Builds the image of a board; returns the folder with axle.bin. `resolved` is embedded if the board wants that."""
    packages.ensure([f"build-{chosen.arch}"] + (["fuzz"] if compiler == "clang" else []), yes)
    folder = paths.build_dir(chosen.name)
    options = {"AX_LIBFDT_DIR": libfdt.folder(), **chosen.cmake_options(), **_embedded(chosen, resolved, folder)}
    options["AX_COMPILER"] = compiler or "gcc"
    _cmake(chosen.arch, folder, options, verbose)
    if not (folder / "axle.bin").exists():
        raise AxleError(f"the build left no {paths.relative(folder)}/axle.bin")
    return folder


def write_blob(resolved, folder):
    """The compiled configuration as a file, left alone when it would not change."""
    blob = config.compile_blob(resolved)
    file = Path(folder) / "config.dtb"
    if not file.exists() or file.read_bytes() != blob:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(blob)
    return file


def _embedded(chosen, resolved, folder):
    if chosen.modules != "embedded":
        return {"AX_CONFIG_BLOB": "", "AX_MODULES": ""}
    modules = ";".join(f"{name}={Path(file).resolve()}" for name, file, _ in config.modules(resolved))
    return {"AX_CONFIG_BLOB": write_blob(resolved, folder), "AX_MODULES": modules}


def _cmake(preset, folder, options, verbose):
    if folder.name in ("host", *HOST) and preset not in HOST:
        raise UsageError(f"a board cannot be called {folder.name}")
    definitions = [f"-U{key}" if value is None else f"-D{key}={value}" for key, value in options.items()]
    with _alone(folder), term.Progress(f"building {paths.relative(folder)}"):
        fresh = ["--fresh"] if _cached(folder, "AX_COMPILER") not in (None, options.get("AX_COMPILER")) else []
        _step(["cmake", "--preset", preset, "-B", str(folder), *fresh, *definitions], verbose)
        _step(["cmake", "--build", str(folder), *(["--verbose"] if verbose else [])], verbose)
    return folder


def _cached(folder, name):
    """Value that CMake keeps of an earlier configuration, or None. A compiler is never changed in place."""
    cache = folder / "CMakeCache.txt"
    found = cache.exists() and re.search(rf"^{name}:\w+=(.*)$", cache.read_text(), re.M)
    return found[1] if found else None


@contextlib.contextmanager
def _alone(folder):
    """One build of a folder at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".axle-lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _step(command, verbose):
    """Runs a build step; its output is shown when it fails, or always when asked."""
    done = subprocess.run(command, cwd=paths.ROOT, stdin=subprocess.DEVNULL, text=True, check=False,
                          stdout=None if verbose else subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        lines = [line for line in (done.stdout or "").strip().splitlines() if not DONE.match(line)]
        told = "" if verbose else "\n" + "\n".join(lines[-60:])
        raise AxleError(f"{' '.join(command[:2])} failed:{told}")
