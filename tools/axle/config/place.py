# SPDX-License-Identifier: Apache-2.0
"""Gives one VM its addresses: memory, devices, passed-through ranges, kernel, initrd and device tree.

What the file does not say comes from the architecture's table in machines.py or is chosen here, lowest first. Every
number is decided once, here; the hypervisor and the guest's device tree take it from the result.
"""
from dataclasses import dataclass

from ..fdt import FdtError
from .hostdt import device_ranges
from .images import check_dtb, find_image, kernel_info
from .machines import DTB_SPACE, MACHINES, MAX_PASSTHROUGH, SINGLE_ROLES
from .problem import show, show_range, show_size
from .schema import PAGE, did_you_mean
from .vm import Device

LARGE_PAGE = 2 << 20


@dataclass(frozen=True)
class Extent:
    """A range of guest-physical addresses and the key that put it there."""

    name: str
    base: int
    size: int
    path: tuple

    @property
    def end(self):
        return self.base + self.size

    def __str__(self):
        return f"{self.name} ({show_range(self.base, self.size)})"


@dataclass(frozen=True)
class RamRange:
    base: int
    size: int
    prot: int


@dataclass(frozen=True)
class PlacedDevice:
    """ranges: tuple of (base, size); interrupts: inputs of the VM's interrupt controller."""

    name: str
    model: str
    ranges: tuple
    interrupts: tuple


@dataclass(frozen=True)
class PlacedPassthrough:
    name: str
    gpa: int
    hpa: int
    size: int
    prot: int
    path: tuple = ()  # of its key


@dataclass(frozen=True)
class Boot:
    """Where the images go. A file is None when the VM has none, or when it was not there to be checked."""

    kernel: object
    kernel_gpa: int
    entry: int
    initrd: object = None
    initrd_gpa: int = 0
    dtb: object = None
    dtb_gpa: int = 0


def align_down(value, step):
    return value // step * step


def align_up(value, step):
    return -(-value // step) * step


# ---- memory

def place_memory(vm, report):
    machine = MACHINES[vm.arch]
    rows = []
    for index, region in enumerate(vm.memory):
        base = machine.ram_base if region.base is None else region.base
        if base + region.size > 1 << machine.gpa_bits:
            report.add(_memory_path(vm, index), f"does not fit into {machine.gpa_bits} address bits "
                       f"({show_range(base, region.size)})", "place it lower or make it smaller")
        rows.append(RamRange(base, region.size, region.permissions))
    return rows


def _memory_path(vm, index):
    return ("memory",) if vm.memory[index].base is None else ("memory", index)


def memory_extents(vm, ram):
    return [Extent("memory" if len(ram) == 1 else f"memory[{index}]", row.base, row.size, _memory_path(vm, index))
            for index, row in enumerate(ram)]


# ---- passed-through ranges

def place_passthrough(vm, host_tree, report):
    rows = []
    for index, item in enumerate(vm.passthrough):
        path = ("passthrough", index)
        ranges = _host_ranges(item, path, host_tree, report)
        if item.guest is not None and len(ranges) > 1:
            report.add((*path, "guest"), f"cannot be given, the device has {len(ranges)} ranges ({show(item.path)})",
                       "remove the key; the guest then sees them at the host's addresses")
        for number, (base, size) in enumerate(ranges):
            name = item.name if number == 0 else f"{item.name}.{number}"
            guest = base if item.guest is None or number else item.guest
            rows.append(PlacedPassthrough(name, guest, base, size, item.permissions, path))
    if len(rows) > MAX_PASSTHROUGH >= len(vm.passthrough):
        report.add(("passthrough",), f"makes {len(rows)} ranges, at most {MAX_PASSTHROUGH} are possible", "remove some")
    return rows


def _host_ranges(item, path, host_tree, report):
    if item.path is None:
        for key in ("host", "size"):
            if getattr(item, key) is None:
                report.add((*path, key), "is missing", "give host and size, or path")
        return [] if item.host is None or item.size is None else [(item.host, item.size)]
    if item.host is not None or item.size is not None:
        report.add((*path, "path"), "is given beside host or size", "give either path, or host and size")
    if host_tree is None:
        report.add((*path, "path"), f"cannot be looked up ({show(item.path)})",
                   "give [machine] device_tree in the board file, or host and size here")
        return []
    try:
        ranges = device_ranges(host_tree, item.path)
    except FdtError as error:
        report.add((*path, "path"), f"cannot be passed through ({show(item.path)}): {error}", "check the device tree")
        return []
    for base, size in ranges:
        if base % PAGE or size % PAGE:
            report.add((*path, "path"), f"does not fill whole pages ({show_range(base, size)})",
                       "it shares its page with other devices and cannot be given away alone")
            return []
    return ranges


def passthrough_extents(placed):
    return [Extent(f"passthrough {item.name}", item.gpa, item.size, item.path) for item in placed]


# ---- devices

def place_devices(vm, taken, report):
    """taken: extents that are in use already. Devices with an address first, then the others, lowest first."""
    machine = MACHINES[vm.arch]
    devices = _with_defaults(vm, machine, report)
    bases, irqs = {}, {}
    taken = list(taken)
    for name, device in devices.items():
        if device.base is not None:
            bases[name] = device.base
            taken += device_extents(name, _ranges(machine, vm, device, device.base))
        if device.irq is not None:
            irqs[name] = device.irq
    for name, device in devices.items():
        model = machine.models[device.model]
        if model.parts and name not in bases:
            bases[name] = _free_base(machine, vm, device, taken)
            if bases[name] is None:
                report.add(("devices", name), "finds no free address range", "give it a base")
                bases[name] = 0
            taken += device_extents(name, _ranges(machine, vm, device, bases[name]))
        if model.interrupts and name not in irqs:
            low, high = machine.auto_irq
            irqs[name] = next(irq for irq in range(low, high + 1) if irq not in irqs.values())
    return [PlacedDevice(name, device.model, _ranges(machine, vm, device, bases.get(name)),
                         (irqs[name],) if name in irqs else ()) for name, device in devices.items()]


def device_extents(name, ranges):
    return [Extent(name, base, size, ("devices", name)) for base, size in ranges]


def _ranges(machine, vm, device, base):
    return tuple((base + part.offset, part.size * (vm.cpus if part.per_vcpu else 1))
                 for part in machine.models[device.model].parts)


def _free_base(machine, vm, device, taken):
    base, end = machine.auto_mmio
    while base < end:
        wanted = device_extents("", _ranges(machine, vm, device, base))
        clash = next((extent for extent in taken for part in wanted
                      if part.base < extent.end and extent.base < part.end), None)
        if clash is None:
            return base if wanted[-1].end <= end else None
        base = align_up(max(clash.end, base + 1), PAGE)
    return None


def _with_defaults(vm, machine, report):
    """{name: Device} with the machine's defaults filled in and everything wrong left out."""
    devices = {}
    for name in [*machine.devices, *(name for name in vm.devices if name not in machine.devices)]:
        given, default = vm.devices.get(name, Device()), machine.devices.get(name)
        model = given.model or (default.model if default else None)
        if model == "none" and default and not default.required:
            continue
        if not _model_fits(machine, name, model, given, report):
            continue
        usual = default if default and default.model == model else Device()
        devices[name] = Device(model, usual.base if given.base is None else given.base,
                               usual.irq if given.irq is None else given.irq)
    _check_single(machine, devices, report)
    return devices


def _model_fits(machine, name, model, given, report):
    path = ("devices", name)
    if model is None:
        report.add((*path, "model"), "is missing", "allowed: " + ", ".join(machine.models))
        return False
    if model not in machine.models:
        report.add((*path, "model"), f"is not known ({show(model)})", did_you_mean(model, list(machine.models)))
        return False
    kind = machine.models[model]
    usual = machine.devices.get(name)
    if usual and machine.models[usual.model].role != kind.role:
        report.add((*path, "model"), f"is a {kind.role} ({show(model)}), {name} must be a "
                   f"{machine.models[usual.model].role}", f'write model = "{usual.model}"')
        return False
    if given.base is not None and not kind.parts:
        report.add((*path, "base"), f"is given, but {model} has no registers in memory", "remove the key")
    if given.irq is not None:
        _check_irq(path, model, kind, given.irq, report)
    return True


def _check_irq(path, model, kind, irq, report):
    if not kind.interrupts:
        report.add((*path, "irq"), f"is given, but {model} has no interrupt", "remove the key")
        return
    low, high, words = kind.interrupts
    if not low <= irq <= high:
        report.add((*path, "irq"), f"is out of the interrupt controller's range ({irq})",
                   f"{model} uses {words}, {low} to {high}")


def _check_single(machine, devices, report):
    first = {}
    for name, device in devices.items():
        role = machine.models[device.model].role
        if role in SINGLE_ROLES and role in first:
            report.add(("devices", name), f"is a second {role} beside {first[role]}", "remove one")
        first.setdefault(role, name)


# ---- kernel, initrd, device tree

def place_boot(vm, ram, lookup, report):
    """Kernel at the start of RAM, device tree at the end of it, initrd below that. None: there is no kernel."""
    machine = MACHINES[vm.arch]
    boot = vm.kernel
    if len(boot.cmdline.encode()) > machine.cmdline_most:
        report.add(("kernel", "cmdline"), f"is too long ({len(boot.cmdline.encode())} bytes)",
                   f"the guest takes at most {machine.cmdline_most} bytes")
    kernel = find_image(vm, "image", lookup, report)
    initrd = find_image(vm, "initrd", lookup, report)
    dtb = find_image(vm, "dtb", lookup, report)
    if dtb:
        check_dtb(dtb, ("kernel", "dtb"), report)
    info = kernel_info(kernel, machine, ("kernel", "image"), report) if kernel else None
    if info is None:
        return None
    home = _kernel_home(vm, ram)
    load = boot.load
    if load is None:
        load = align_up(home.base, machine.kernel_align) + info.text_offset
    image = Extent("the kernel", load, info.size, ("kernel", "image" if boot.load is None else "load"))
    tree = Extent("the device tree", max(home.base + home.size - DTB_SPACE, 0), DTB_SPACE, ("memory",))
    extents = [image, tree]
    if initrd:
        extents.append(_place_initrd(initrd.stat().st_size, image, tree))
    _check_boot(extents, ram, report)
    entry = load if boot.entry is None else boot.entry
    if entry % 4 or not image.base <= entry < image.end:
        report.add(("kernel", "entry"), f"0x{entry:x} is not the address of an instruction in {image}",
                   "give a multiple of 4 inside the kernel")
    return Boot(kernel, load, entry, initrd, extents[2].base if initrd else 0, dtb, tree.base)


def _kernel_home(vm, ram):
    """The RAM that takes the images: where kernel.load points to, or the lowest."""
    inside = [row for row in ram if vm.kernel.load is not None and row.base <= vm.kernel.load < row.base + row.size]
    return inside[0] if inside else min(ram, key=lambda row: row.base)


def _place_initrd(size, image, tree):
    base = align_down(max(tree.base - size, 0), LARGE_PAGE)
    if base < image.end:
        base = align_down(max(tree.base - size, 0), PAGE)
    return Extent("the initrd", base, size, ("kernel", "initrd"))


def _check_boot(extents, ram, report):
    image = extents[0]
    home = next((row for row in ram if row.base <= image.base < row.base + row.size), None)
    if home is None:
        report.add(image.path, f"does not start in memory ({show_range(image.base, image.size)})",
                   "load it inside of the VM's memory")
        return
    if image.end > home.base + home.size:
        report.add(image.path, f"is larger than the memory: {show_size(image.size)} from 0x{image.base:x}, but memory "
                   f"ends at 0x{home.base + home.size - 1:x}", "give the VM more memory")
        return
    if not home.prot & 4:
        report.add(image.path, f"lies in memory without execute permission ({show_range(image.base, image.size)})",
                   'set permissions = "rwx" there')
    for extent in extents[2:] + extents[1:2]:
        other = next((other for other in extents if other is not extent and
                      other.base < extent.end and extent.base < other.end), None)
        if other:
            report.add(extent.path, f"{extent} overlaps {other}", "give the VM more memory")
            return
        if extent.base < home.base:
            report.add(extent.path, f"{extent.name} of {show_size(extent.size)} does not fit into the memory beside "
                       "the kernel", "give the VM more memory")
            return
