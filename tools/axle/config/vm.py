# SPDX-License-Identifier: Apache-2.0
"""A VM file: its schema and the object it becomes. Nothing is resolved yet: None means "choose for me"."""
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import machines
from .document import read_toml
from .problem import ConfigError, Report, Source, checked, show
from .schema import (NAME, Address, Boolean, Choice, Field, Integer, ListOf, NamedTables, Permissions, Size, Table,
                     Tables, Text)

SCHEDULERS = ("fair", "pinned")
IMAGE = Text(r"\S(.*\S)?", "a path or NAME:PART of an image")
DEVICE_NAME = Text(r"[a-z][a-z0-9-]*", "a name", "use lower-case letters, digits and '-'")
CPU = Integer(0, machines.MAX_HOST_CPUS - 1, "a CPU number")


RANGE = {
    "base": Field(Address(page=True), required=True),
    "size": Field(Size(page=True), required=True),
}


@dataclass(frozen=True)
class Memory:
    """A size, or tables with base, size and whatever else a region may say. Returns a tuple of Region."""

    table: Table = Table(RANGE)

    def read(self, value, path, report):
        if isinstance(value, list):
            rows = Tables(self.table, machines.MAX_RAM).read(value, path, report)
            if rows == ():
                report.refuse(path, "has no entries", 'give a size such as "256M"')
            return tuple(Region(**row) for row in rows or ())
        size = Size(page=True).read(value, path, report)
        return (Region(None, size),)


class Affinity:
    """[0, 1]: vCPU n runs on that CPU. [[0, 1], [2]]: vCPU n runs on any CPU of its list. Returns a tuple of tuples."""

    def read(self, value, path, report):
        if isinstance(value, list) and not any(isinstance(item, list) for item in value):
            cpus = ListOf(CPU, machines.MAX_VCPUS).read(value, path, report)
            return tuple((cpu,) for cpu in cpus)
        rows = ListOf(ListOf(CPU), machines.MAX_VCPUS).read(value, path, report)
        return tuple(row or () for row in rows or ())


VM_MEMORY = Memory(Table({**RANGE, "permissions": Field(Permissions(), default=7)}))

VM_SCHEMA = Table({
    "name": Field(replace(NAME, longest=machines.MAX_VM_NAME), required=True),
    "arch": Field(Choice(machines.ARCHITECTURES)),
    "description": Field(Text()),
    "cpus": Field(Integer(1, machines.MAX_VCPUS, "a number of vCPUs",
                          f"a VM can have 1 to {machines.MAX_VCPUS} vCPUs"), default=1),
    "memory": Field(VM_MEMORY, required=True),
    "affinity": Field(Affinity(), default=()),
    "scheduler": Field(Choice(SCHEDULERS)),
    "weight": Field(Integer(1, 1024), default=100),
    "autostart": Field(Boolean(), default=True),
    "on_reboot": Field(Choice(("reset", "stop")), default="reset"),
    "kernel": Field(Table({
        "image": Field(IMAGE, required=True),
        "initrd": Field(IMAGE),
        "cmdline": Field(Text(r"[^\x00-\x1f\x7f]*", "one line of text", "remove line breaks"), default=""),
        "dtb": Field(IMAGE),
        "load": Field(Address(page=True)),
        "entry": Field(Address()),
    }), required=True),
    "devices": Field(NamedTables(Table({
        "model": Field(Text(words="the name of a device model")),
        "base": Field(Address(page=True)),
        "irq": Field(Integer(0, 1 << 20)),
    }), replace(DEVICE_NAME, longest=machines.MAX_DEVICE_NAME), machines.MAX_DEVICES), default={}),
    "passthrough": Field(Tables(Table({
        "name": Field(replace(DEVICE_NAME, longest=machines.MAX_VM_NAME), required=True),
        "host": Field(Address(page=True)),
        "size": Field(Size(page=True)),
        "path": Field(Text(r"/.+", "a device-tree path", "start it with /")),
        "guest": Field(Address(page=True)),
        "permissions": Field(Permissions(), default=3),
    }), machines.MAX_PASSTHROUGH), default=()),
})


@dataclass(frozen=True)
class Region:
    """RAM. base None: where the architecture's machine has it."""

    base: int | None
    size: int
    permissions: int = 7


@dataclass(frozen=True)
class Kernel:
    image: str
    initrd: str | None = None
    cmdline: str = ""
    dtb: str | None = None
    load: int | None = None
    entry: int | None = None


@dataclass(frozen=True)
class Device:
    """An emulated device; each None takes the machine's default or is chosen. Model "none" removes a default device."""

    model: str | None = None
    base: int | None = None
    irq: int | None = None


@dataclass(frozen=True)
class Passthrough:
    """A host range given to the guest: by address and size, or by path in the host's device tree."""

    name: str
    host: int | None = None
    size: int | None = None
    path: str | None = None
    guest: int | None = None
    permissions: int = 3


@dataclass(frozen=True)
class Vm:
    name: str
    memory: tuple
    kernel: Kernel
    arch: str = machines.DEFAULT_ARCH
    description: str | None = None
    cpus: int = 1
    affinity: tuple = ()
    scheduler: str | None = None
    weight: int = 100
    autostart: bool = True
    on_reboot: str = "reset"
    devices: dict = field(default_factory=dict)
    passthrough: tuple = ()
    source: Source = Source("<vm>")

    def override(self, kernel=None, initrd=None, append=None, cpus=None, memory=None):
        """A copy with what `run` was asked for: paths relative to the working folder, memory as "256M" or bytes.

        append is added to the command line; initrd "none" removes it; CPUs beyond the affinity list run anywhere.
        ConfigError names the option.
        """
        report = Report(Source(self.source.label, replaced={("cpus",): "--cpus", ("memory",): "--memory"}))
        vm, taken = self, dict(self.source.replaced)
        if cpus is not None:
            cpus = VM_SCHEMA.fields["cpus"].kind.read(cpus, ("cpus",), report)
            vm = replace(vm, cpus=cpus, affinity=(self.affinity + ((),) * (cpus or 0))[:cpus] if self.affinity else ())
            taken |= {("cpus",): "--cpus"}
        if memory is not None:
            vm = replace(vm, memory=VM_MEMORY.read(memory, ("memory",), report))
            taken |= {("memory",): "--memory"}
        if report.problems:
            raise ConfigError(report.problems)
        boot = vm.kernel
        if kernel is not None:
            boot = replace(boot, image=str(Path(kernel).resolve()), load=None, entry=None)
            taken |= {("kernel", "image"): "--kernel"}
        if initrd is not None:
            boot = replace(boot, initrd=None if str(initrd) == "none" else str(Path(initrd).resolve()))
            taken |= {("kernel", "initrd"): "--initrd"}
        if append is not None:
            boot = replace(boot, cmdline=f"{boot.cmdline} {append}".strip())
            taken |= {("kernel", "cmdline"): "--append"}
        return replace(vm, kernel=boot, source=replace(vm.source, replaced=taken))


def read_vm(values, source, arch=None):
    """(Vm or None, problems). None: some value could not be understood. arch: of the board that asks."""
    report = Report(source)
    row = VM_SCHEMA.read(values, (), report)
    if row["arch"] and arch and row["arch"] != arch:
        report.add(("arch",), f"is not the board's ({show(row['arch'])}, the board has {show(arch)})",
                   "use a VM file of the board's architecture")
    if report.broken:
        return None, report.problems
    row["arch"] = arch or row["arch"] or machines.DEFAULT_ARCH
    row["kernel"] = Kernel(**row["kernel"])
    row["devices"] = {name: Device(**device) for name, device in row["devices"].items()}
    row["passthrough"] = tuple(Passthrough(**item) for item in row["passthrough"])
    return Vm(**row, source=source), report.problems


def load_vm(path, arch=None):
    """The VM of a file. ConfigError with every problem of it."""
    return checked(*read_vm(*read_toml(path), arch))


def make_vm(values, arch=None, label=None, directory="."):
    """The VM of a dict shaped like a VM file: for tests and tools. label stands for the file in messages."""
    label = label or f"<{values.get('name', 'vm')}>"
    return checked(*read_vm(values, Source(label, Path(directory)), arch))
