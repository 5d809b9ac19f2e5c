# SPDX-License-Identifier: Apache-2.0
"""Boards as tests and measurements use them: built once, started with VMs made on the spot."""
import functools
import os
from dataclasses import dataclass, replace
from pathlib import Path

from . import build as builder
from . import config, packages, paths, qemu
from .images import Images
from .session import Session, SessionError

__all__ = ["Built", "Consoles", "build", "default_board", "host_memory", "run", "start"]


@dataclass(frozen=True)
class Built:
    """A board's image, flat and with symbols."""

    bin: Path
    elf: Path


class Consoles:
    """What a machine said until it ended."""

    def __init__(self, screen):
        self.screen = screen

    def console(self, name):
        """One VM's text; "" is Axle's own."""
        return self.screen.text(name)

    @property
    def raw(self):
        return self.screen.text()


def default_board():
    """The board under test: AXLE_BOARD, or the first one there ever was."""
    return config.load_board(os.environ.get("AXLE_BOARD", "qemu-aarch64"))


def build(board):
    """The board's image, up to date; built once by each process."""
    return _build(str(config.board_path(board.source.label)) if board.source.label else board.name, board.name)


@functools.lru_cache(maxsize=None)
def _build(label, name):
    board = config.load_board(label)
    packages.ensure([f"emulate-{board.arch}"])
    folder = paths.build_dir(name)
    if not (os.environ.get("AXLE_NO_BUILD") and (folder / "axle.bin").exists()):
        board = replace(board, modules="loaded")  # an embedded configuration would win over the tests' own
        builder.board(board, config.resolve(board, [], Images().path))
    return Built(folder / "axle.bin", folder / "axle.elf")


def start(board, vms, exact=False, extra=(), when_idle=None):
    """A Session of the board with these VMs. Modules are loaded beside the image, whatever the board file says."""
    image = build(board).bin
    board = replace(board, modules="loaded", host=replace(board.host, when_idle=when_idle or board.host.when_idle))
    resolved = config.resolve(board, list(vms), Images().path)
    machine = qemu.Machine(board, resolved, qemu.find_emulator(board), image, image.parent / "run")
    machine.load_modules(exact, extra)
    return Session(machine.command(exact, extra=["-no-reboot", *extra]), [vm.name for vm in vms], chr(board.host.escape_code))


def run(board, vms, timeout, exact=True, dialog=()):
    """Runs the VMs until all are off, and Axle with them. dialog: text to wait for and keys to type, in turn, at the first VM."""
    with start(board, vms, exact, when_idle="poweroff") as session:
        try:
            for text, keys in zip(dialog[::2], dialog[1::2]):
                session.expect(text, vm=vms[0].name, timeout=timeout)
                session.send(keys, vm=vms[0].name)
            session.wait_end(timeout)
        except SessionError:
            pass  # the verdict is the caller's, from what the consoles say
        return Consoles(session.screen)


def host_memory(board):
    """Bytes of memory that are not free when no VM runs, as Axle tells them: in whole MiB."""
    with start(board, [], exact=True, when_idle="shell") as session:
        session.send("host info\n", vm="")
        total, free = session.expect(r"memory: (\d+) MiB, (\d+) MiB free", vm="").groups()
        return (int(total) - int(free)) << 20
