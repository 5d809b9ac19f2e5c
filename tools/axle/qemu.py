# SPDX-License-Identifier: Apache-2.0
"""The emulator's command line for a board: what runs, with which modules where."""
import hashlib
import os
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from . import config, emulators, fdt
from .errors import AxleError, UsageError
from .placement import ALIGN, Module, describe, place, up

# One instruction is one virtual nanosecond, and nothing of the outside leaks in: runs repeat exactly.
EXACT = ("-icount", "shift=0,sleep=off", "-seed", "42", "-rtc", "base=2026-01-01,clock=vm")
# The guest gets every key, Ctrl-C too.
CONSOLE = ("-display", "none", "-monitor", "none", "-chardev", "stdio,id=console,mux=off,signal=off", "-serial", "chardev:console")
IMAGE_HEADER = struct.Struct("<8xQQ")
# QEMU puts an arm64 Image 2 MiB above the start of RAM when it asks for less room than the boot stub takes, and the device
# tree at half of RAM, at most 128 MiB from its start (hw/arm/boot.c).
STUB = 4 << 10
TREE_AT_MOST = 128 << 20
TREE_ROOM = 2 << 20


@dataclass
class Machine:
    """A board made ready to run. `folder` takes the generated files: configuration blob and device tree."""

    board: object
    resolved: object
    emulator: list
    image: Path
    folder: Path
    modules: list = field(default_factory=list)
    tree: Path | None = None

    def base_command(self, machine_suffix=""):
        run, host = self.board.run, self.board.machine
        size = sum(size for _, size in self.board.memory())
        return [*self.emulator, "-machine", run.machine + machine_suffix, *(["-cpu", run.cpu] if run.cpu else []),
                "-smp", str(host.cpus), "-m", f"{size >> 20}M", "-nic", "none", *run.args]

    def command(self, exact=False, gdb=False, extra=(), console=CONSOLE):
        """The whole command line, as a list of words."""
        words = [*self.base_command(), *console, "-kernel", str(self.image)]
        if self.tree:
            words += ["-dtb", str(self.tree)]
        for module in self.modules:
            words += ["-device", f"loader,file={_escaped(module.file)},addr=0x{module.base:x},force-raw=on"]
        return words + [*(EXACT if exact else ()), *(("-s", "-S") if gdb else ()), *extra]

    def load_modules(self, exact=False, extra=()):
        """Places the modules and writes the device tree that names them."""
        blob = config.compile_blob(self.resolved)
        words = [*self.base_command(",dumpdtb={file}"), "-kernel", str(self.image), *(EXACT if exact else ()), *extra]
        digest = hashlib.sha256(blob + repr(words).encode()).hexdigest()[:12]
        file = write(self.folder / f"{digest}.config.dtb", blob)
        modules = [Module("config", file, "config")]
        modules += [Module(name, Path(path), kind) for name, path, kind in config.modules(self.resolved)]
        tree = dump_tree(words)
        self.modules = place(modules, self.board.memory(), self._taken())
        self.tree = write(self.folder / f"{digest}.board.dtb", describe(tree, self.modules).to_bytes())

    def _taken(self):
        base, size = self.board.memory()[0]
        with open(self.image, "rb") as image:
            offset, length = IMAGE_HEADER.unpack(image.read(IMAGE_HEADER.size))
        start = base + (offset if offset >= STUB else offset + ALIGN)
        tree = up(max(base + min(size // 2, TREE_AT_MOST), start + length))
        return [(base, start + up(length) - base), (tree, TREE_ROOM)]


def write(file, data):
    """The file with this content; one that another run is reading is never half written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=file.parent)
    with open(handle, "wb") as out:
        out.write(data)
    os.replace(scratch, file)
    return file


def _escaped(path):
    return str(path).replace(",", ",,")


def dump_tree(words):
    """The device tree of the emulated machine; `{file}` in the words is where to write it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "machine.dtb"
        command = [word.replace("{file}", str(file)) for word in words]
        done = subprocess.run([*command, "-display", "none"], capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=60)
        if not file.exists():
            raise AxleError(f"the emulator gave no device tree:\n{done.stderr.strip()}")
        return fdt.Tree.from_bytes(file.read_bytes())


def find_emulator(board, given=None):
    run = board.run
    if not run.emulator or not run.machine:
        raise UsageError(f"board {board.name} is not emulated: its file has no [run] emulator and machine")
    return emulators.find(run.emulator, run.min_version, given)
