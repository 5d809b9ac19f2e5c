# SPDX-License-Identifier: Apache-2.0
"""From a board and its VMs to a result without gaps: every address, interrupt and file decided and checked."""
from dataclasses import dataclass
from pathlib import Path

from ..fdt import FdtError, Tree
from .checks import check_board, check_vm
from .images import REFERENCE
from .machines import MACHINES
from .place import (device_extents, memory_extents, passthrough_extents, place_boot, place_devices, place_memory,
                    place_passthrough)
from .problem import Report, checked, show

KINDS = {"kernel": "kernel", "initrd": "ramdisk", "dtb": "device-tree"}


@dataclass(frozen=True)
class ResolvedVm:
    """A VM as the hypervisor will make it. module names are those of Resolved.modules."""

    vm: object
    gpa_bits: int
    memory: tuple
    devices: tuple
    passthrough: tuple
    boot: object           # None: images were not there to be checked
    modules: dict          # "kernel", "initrd", "dtb": name of a module


@dataclass(frozen=True)
class Resolved:
    board: object
    vms: tuple
    modules: tuple         # of (name, path, kind); kind: kernel, ramdisk, device-tree


class _Modules:
    """Names for image files. A file that several VMs use is one module."""

    def __init__(self):
        self.rows = {}     # (file, kind): name

    def name(self, vm, key, file):
        identity = Path(file).resolve(), KINDS[key]
        if identity not in self.rows:
            written = getattr(vm.kernel, "image" if key == "kernel" else key)
            name = written.replace(":", ".") if REFERENCE.fullmatch(written) else f"{vm.name}.{key}"
            while name in self.rows.values():
                name = f"{vm.name}.{name}"
            self.rows[identity] = name
        return self.rows[identity]

    def list(self):
        return tuple((name, path, kind) for (path, kind), name in self.rows.items())


def resolve(board, vms, image_lookup=None, host_tree=None):
    """The Resolved of a board with its VMs. ConfigError with every problem found.

    image_lookup: "debian-arm64:kernel" -> path of the file, LookupError or None for an unknown image. host_tree: the
    host's device tree as fdt.Tree, for passthrough by path; without it the board's [machine] device_tree is read.
    """
    resolved, problems = resolve_report(board, vms, image_lookup, host_tree)
    return checked(resolved, problems)


def resolve_report(board, vms, image_lookup=None, host_tree=None):
    """(Resolved, problems)."""
    report = Report(board.source)
    if host_tree is None and board.machine.device_tree:
        host_tree = _read_tree(board, report)
    problems = report.problems
    modules = _Modules()
    rows = []
    for vm in vms:
        row, found = resolve_vm(vm, image_lookup, host_tree, modules)
        problems += found
        rows.append(row)
    resolved = Resolved(board, tuple(rows), modules.list())
    problems += check_board(resolved)
    return resolved, problems


def resolve_vm(vm, image_lookup=None, host_tree=None, modules=None):
    """(ResolvedVm, problems) of a VM alone."""
    report = Report(vm.source)
    modules = modules or _Modules()
    memory = place_memory(vm, report)
    passthrough = place_passthrough(vm, host_tree, report)
    taken = memory_extents(vm, memory) + passthrough_extents(passthrough)
    devices = place_devices(vm, taken, report)
    boot = place_boot(vm, memory, image_lookup, report)
    names = {}
    if boot:
        names = {key: modules.name(vm, key, getattr(boot, key)) for key in KINDS if getattr(boot, key)}
    row = ResolvedVm(vm, MACHINES[vm.arch].gpa_bits, tuple(memory), tuple(devices), tuple(passthrough), boot, names)
    for device in devices:
        taken += device_extents(device.name, device.ranges)
    check_vm(row, taken, report)
    return row, report.problems


def _read_tree(board, report):
    path = ("machine", "device_tree")
    name = board.machine.device_tree
    try:
        return Tree.from_bytes(Path(board.source.directory, name).read_bytes())
    except OSError as error:
        report.add(path, f"cannot be read ({show(name)}): {error.strerror}", "check the path")
    except FdtError as error:
        report.add(path, f"is not a device tree ({show(name)}): {error}", "make it with dtc -O dtb")
    return None
