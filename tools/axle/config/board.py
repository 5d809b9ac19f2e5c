# SPDX-License-Identifier: Apache-2.0
"""A board file: its schema and the object it becomes."""
from dataclasses import dataclass, field
from pathlib import Path

from .. import paths
from . import machines
from .document import read_toml
from .problem import ConfigError, Problem, Report, Source, checked, show
from .schema import NAME, Boolean, Choice, Field, Integer, ListOf, Table, Text, did_you_mean
from .vm import SCHEDULERS, Memory

LOG_LEVELS = ("error", "warn", "info", "debug", "trace")
# Features: key of [features] -> (CMake option, kind of value).
FEATURES = {
    "backtrace": ("AX_FEATURE_BACKTRACE", Boolean()),
    "pl011": ("AX_FEATURE_PL011", Boolean()),
    "ns16550": ("AX_FEATURE_NS16550", Boolean()),
    "sched_fair": ("AX_SCHED_FAIR", Boolean()),
    "sched_pinned": ("AX_SCHED_PINNED", Boolean()),
    "log_max": ("AX_FEATURE_LOG_MAX", Choice(LOG_LEVELS)),
}

BOARD_SCHEMA = Table({
    "name": Field(NAME, required=True),
    "description": Field(Text(), default=""),
    "arch": Field(Choice(machines.ARCHITECTURES), required=True),
    "platform": Field(Choice(tuple(machines.PLATFORMS)), required=True),
    "vms": Field(ListOf(Text(r"\S(.*\S)?", "the name or path of a VM file"), machines.MAX_VMS), default=()),
    "modules": Field(Choice(("loaded", "embedded")), default="loaded"),
    "host": Field(Table({
        "log": Field(Choice(LOG_LEVELS), default="info"),
        "scheduler": Field(Choice(SCHEDULERS), default="fair"),
        "escape_key": Field(Text(r"Ctrl-[N-Z\\\]^_]", 'a key such as "Ctrl-]"',
                                 "write Ctrl- and one of N to Z \\ ] ^ _"), default="Ctrl-]"),
        "when_idle": Field(Choice(("shell", "poweroff")), default="shell"),
    })),
    "features": Field(Table({name: Field(kind) for name, (_, kind) in FEATURES.items()})),
    "machine": Field(Table({
        "cpus": Field(Integer(1, machines.MAX_HOST_CPUS, "a number of CPUs"), required=True),
        "memory": Field(Memory(), required=True),
        "device_tree": Field(Text(r"\S(.*\S)?", "the path of a device-tree blob")),
    }), required=True),
    "run": Field(Table({
        "emulator": Field(Text(r"\S+", "the name of a program")),
        "min_version": Field(Text(r"[0-9]+(\.[0-9]+)*", 'a version such as "7.2"', "write numbers and dots")),
        "machine": Field(Text()),
        "cpu": Field(Text()),
        "args": Field(ListOf(Text()), default=()),
    })),
})


@dataclass(frozen=True)
class Host:
    log: str = "info"
    scheduler: str = "fair"
    escape_key: str = "Ctrl-]"
    when_idle: str = "shell"

    @property
    def escape_code(self):
        """The control character that the key sends."""
        return ord(self.escape_key[-1]) & 0x1F


@dataclass(frozen=True)
class HostMachine:
    """What the board has. memory: a tuple of Region."""

    cpus: int
    memory: tuple
    device_tree: str | None = None


@dataclass(frozen=True)
class Run:
    """How to start it under an emulator; emulator None: this board is not emulated."""

    emulator: str | None = None
    min_version: str | None = None
    machine: str | None = None
    cpu: str | None = None
    args: tuple = ()


@dataclass(frozen=True)
class Board:
    name: str
    arch: str
    platform: str
    machine: HostMachine
    description: str = ""
    vms: tuple = ()
    modules: str = "loaded"
    host: Host = Host()
    features: dict = field(default_factory=dict)
    run: Run = Run()
    source: Source = Source("<board>")

    def vm_paths(self):
        """The VM files, in order."""
        return [vm_path(name, self.source.directory) for name in self.vms]

    def cmake_options(self):
        """{CMake option: value} of every feature; None where the file leaves it to the build's default."""
        words = {True: "ON", False: "OFF"}
        values = {option: self.features.get(name) for name, (option, _) in FEATURES.items()}
        return {option: words.get(value, value) for option, value in values.items()}

    def memory(self):
        """Host RAM as (base, size)."""
        base = machines.PLATFORMS[self.platform].ram_base
        return [(base if region.base is None else region.base, region.size) for region in self.machine.memory]


def _is_path(name):
    return "/" in name or name.endswith(".toml")


def vm_path(name, directory):
    """A plain name means configs/vms/NAME.toml; anything with a slash or .toml is a path from the board's folder."""
    if _is_path(name):
        return Path(directory, name)
    return paths.relative(paths.VMS / f"{name}.toml")


def board_path(name):
    """The file of a board given by name (configs/boards/NAME.toml) or by path. ConfigError: there is none."""
    name = str(name)
    if _is_path(name):
        return Path(name)
    path = paths.BOARDS / f"{name}.toml"
    if not path.exists():
        known = sorted(found.stem for found in paths.BOARDS.glob("*.toml"))
        raise ConfigError([Problem(name, 0, "", "there is no such board", did_you_mean(name, known))])
    return paths.relative(path)


def _vm_advice(name):
    if _is_path(name):
        return "paths start from the board file's folder"
    return did_you_mean(name, sorted(found.stem for found in paths.VMS.glob("*.toml")))


def read_board(values, source):
    """(Board or None, problems). None: some value could not be understood."""
    report = Report(source)
    row = BOARD_SCHEMA.read(values, (), report)
    if report.broken:
        return None, report.problems
    expected = machines.PLATFORMS[row["platform"]].arch
    if row["arch"] != expected:
        report.add(("platform",), f"has another architecture ({show(row['platform'])} is {expected})",
                   f'set arch = "{expected}" or choose another platform')
    for index, name in enumerate(row["vms"]):
        if not vm_path(name, source.directory).exists():
            report.add(("vms", index), f"there is no such VM file ({show(name)})", _vm_advice(name))
    row["host"] = Host(**row["host"])
    row["machine"] = HostMachine(**row["machine"])
    row["run"] = Run(**row["run"])
    row["features"] = {name: value for name, value in row["features"].items() if value is not None}
    return Board(**row, source=source), report.problems


def load_board(path_or_name):
    """The board of a file. ConfigError with every problem of it. Its VM files are not read yet."""
    return checked(*read_board(*read_toml(board_path(path_or_name))))


def make_board(values, label=None, directory="."):
    """The board of a dict shaped like a board file: for tests and tools."""
    label = label or f"<{values.get('name', 'board')}>"
    return checked(*read_board(values, Source(label, Path(directory))))
