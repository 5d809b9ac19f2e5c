# SPDX-License-Identifier: Apache-2.0
"""Converts an AxVisor VM file ([base] [kernel] [devices]) to one of ours, and says what could not be kept."""
import re
from dataclasses import dataclass, field

from .document import read_toml
from .machines import DEFAULT_ARCH, MACHINES
from .problem import Report, key_name, show
from .schema import PERMISSIONS
from .vm import VM_SCHEMA

# Keys that mean nothing here, or that Axle decides itself: (reason) or "" where nothing is lost.
DROPPED = {
    ("base", "id"): "",
    ("base", "vm_type"): "",
    ("base", "guest_type"): "",
    ("base", "phys_cpu_ids"): "",
    ("base", "serial_source"): "the console is always emulated",
    ("kernel", "image_location"): "",
    ("kernel", "dtb_load_addr"): "",
    ("kernel", "ramdisk_load_addr"): "",
    ("kernel", "boot_protocol"): "kernels boot directly",
    ("kernel", "enable_bios"): "",
    ("kernel", "bios_path"): "guests boot without firmware",
    ("kernel", "bios_load_addr"): "",
    ("kernel", "uefi_firmware_path"): "guests boot without firmware",
    ("kernel", "firmware_profile"): "guests boot without firmware",
    ("kernel", "disk_path"): "there are no disks yet; use an initrd",
    ("devices", "excluded_devices"): "nothing is passed through unless it is listed",
    ("devices", "disabled"): "nothing is passed through unless it is listed",
    ("devices", "passthrough_ports"): "port ranges cannot be passed through",
}
# Keys that mean the same: theirs -> ours.
RENAMED = {
    ("base", "cpu_num"): ("cpus",),
    ("kernel", "kernel_path"): ("kernel", "image"),
    ("kernel", "kernel_load_addr"): ("kernel", "load"),
    ("kernel", "entry_point"): ("kernel", "entry"),
    ("kernel", "dtb_path"): ("kernel", "dtb"),
    ("kernel", "ramdisk_path"): ("kernel", "initrd"),
    ("kernel", "cmdline"): ("kernel", "cmdline"),
}
# Numbers of emulated devices -> the default device of ours that takes their place.
EMULATED = {0x1: "irqchip", 0x2: "console", 0x20: "", 0x21: "irqchip", 0x27: "timer"}
VIRTUAL_CONSOLES = ("pl011-mmio",)


@dataclass
class Converted:
    """text: the new file, the notes as comments at its head. notes: a Problem for each thing changed or lost."""

    text: str
    notes: list = field(default_factory=list)

    def __str__(self):
        return self.text


def convert_file(path):
    """Converted. ConfigError: the file is missing or is not TOML."""
    values, source = read_toml(path)
    return _Converter(values, Report(source)).run()


class _Converter:
    def __init__(self, values, report):
        self.values = values
        self.report = report
        self.machine = MACHINES[DEFAULT_ARCH]
        self.out = {"name": "vm", "kernel": {}, "devices": {}, "passthrough": []}

    def run(self):
        special = {
            ("base", "name"): self._name,
            ("base", "phys_cpu_sets"): self._affinity,
            ("kernel", "memory_regions"): self._memory,
            ("devices", "emu_devices"): self._emulated,
            ("devices", "virtual"): self._virtual,
            ("devices", "passthrough_devices"): self._passthrough,
            ("devices", "passthrough"): self._passthrough,
            ("devices", "passthrough_addresses"): self._addresses,
            ("devices", "interrupt_mode"): self._mode,
            ("devices", "address_space_policy"): self._mode,
        }
        for section, table in self.values.items():
            for key, value in table.items() if isinstance(table, dict) else ():
                self._key((section, key), value, special)
            if not isinstance(table, dict):
                self.report.add((section,), "unknown key", "it was left out")
        self._finish()
        notes = sorted(self.report.problems, key=lambda note: note.line)
        return Converted(_write(self.out, notes), notes)

    def _key(self, path, value, special):
        if path in special:
            try:
                special[path](path, value)
            except (TypeError, ValueError, IndexError, AttributeError):
                self.report.add(path, f"cannot be understood ({show(value)})", "it was left out")
        elif path in RENAMED:
            self._rename(RENAMED[path], value)
        elif path in DROPPED:
            if DROPPED[path] and value:
                self.report.add(path, f"has no counterpart ({show(value)})", DROPPED[path])
        else:
            self.report.add(path, "unknown key", "it was left out")

    def _rename(self, target, value):
        table = self.out
        for part in target[:-1]:
            table = table[part]
        if value != "":
            table[target[-1]] = value

    def _name(self, path, value):
        self.out["name"] = re.sub(r"[^a-z0-9.-]+", "-", value.lower()).strip("-.") or "vm"
        if self.out["name"] != value:
            self.report.add(path, f"was changed ({show(value)})", f"it is now {show(self.out['name'])}")

    def _affinity(self, path, masks):
        self.out["affinity"] = [[cpu for cpu in range(64) if mask >> cpu & 1] for mask in masks]

    def _memory(self, path, rows):
        for index, (base, size, flags, kind) in enumerate(rows):
            prot = next((word for word, bits in PERMISSIONS.items() if bits == flags & 7), "rwx")
            if kind == 2:
                self.out["passthrough"].append({"name": f"reserved{index}", "host": base, "size": size,
                                                "permissions": prot})
                continue
            if kind == 1:
                self.report.add((*path, index), "is mapped identically", "the VM sees the address, the host memory "
                                "behind it is chosen by Axle")
            self.out.setdefault("memory", []).append({"base": base, "size": size, "permissions": prot})

    def _emulated(self, path, rows):
        for index, (name, base, _size, _irq, kind, *_more) in enumerate(rows):
            ours = EMULATED.get(kind)
            if ours is None:
                self.report.add((*path, index), f"has no counterpart ({name}, type 0x{kind:x})", "it was left out")
            elif kind == 0x21 and base != self.machine.devices[ours].base:
                self.out["devices"][ours] = {"base": base}
            elif ours == "console":
                self.report.add((*path, index), f"becomes the default console ({name})",
                                f"a {self.machine.devices[ours].model} at 0x{self.machine.devices[ours].base:x}")

    def _virtual(self, path, rows):
        for index, row in enumerate(rows):
            if row["model"] in VIRTUAL_CONSOLES:
                self.out["devices"].setdefault("console", {"model": "pl011"})
            else:
                self.report.add((*path, index), f"has no counterpart ({show(row['model'])})", "it was left out")

    def _passthrough(self, path, rows):
        for index, row in enumerate(rows):
            first = row["path"] if isinstance(row, dict) else row[0]
            if first == "/":
                self.report.add((*path, index), 'passes the whole machine through ("/")', "list the devices one by one")
            elif first.startswith("/"):
                self.out["passthrough"].append({"name": self._device_name(first), "path": first})
            else:
                self._range(path, index, row)

    def _range(self, path, index, row):
        name, guest, host, size, *irq = row
        self.out["passthrough"].append({"name": self._device_name(name), "host": host, "size": size, "guest": guest})
        if irq and irq[0]:
            self.report.add((*path, index), f"has an interrupt that is not passed through ({irq[0]})",
                            "the device works by polling only")

    def _addresses(self, path, rows):
        for index, (base, size) in enumerate(rows):
            self.out["passthrough"].append({"name": f"range{index}", "host": base, "size": size})

    def _mode(self, path, value):
        if value == "passthrough":
            self.report.add(path, f"has no counterpart ({show(value)})",
                            "the VM gets its own interrupt controller and only what is listed")

    def _device_name(self, name):
        word = re.sub(r"[^a-z0-9-]+", "-", name.rsplit("/", 1)[-1].split("@")[0].lower()).strip("-") or "device"
        word = word if word[0].isalpha() else f"dev-{word}"
        taken = {row["name"] for row in self.out["passthrough"]}
        number = 1
        while word in taken:
            number += 1
            word = f"{word.rstrip('0123456789').rstrip('-')}-{number}"
        return word

    def _finish(self):
        kernel = self.out["kernel"]
        if kernel.get("entry") == kernel.get("load"):
            kernel.pop("entry", None)
        if self.values.get("kernel", {}).get("image_location") == "fs":
            self.report.add(("kernel", "kernel_path"), f"is a path in AxVisor's file system "
                            f"({show(kernel.get('image', ''))})", "put the file on the build host and correct the path")
        if "image" not in kernel:
            kernel["image"] = "KERNEL"
            self.report.add(("kernel",), "names no kernel", "write its path for KERNEL in [kernel] image")
        if "memory" not in self.out:
            self.out["memory"] = "256M"
            self.report.add(("kernel",), "has no memory_regions", 'memory = "256M" was chosen')


# ---- writing TOML

def _value(key, value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return hex(value) if key in ("base", "load", "entry", "host", "guest", "size") else str(value)
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found.group()):04x}", escaped) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(_value(key, item) for item in value) + "]"
    raise TypeError(f"{key}: no TOML for {value!r}")


def _pairs(table):
    return [f"{key} = {_value(key, value)}" for key, value in table.items()]


def _write(vm, notes):
    """A VM file: plain keys, then sections, in the order of the schema."""
    head = ["# Converted from an AxVisor VM file.", *(f"# {note}" for note in notes)]
    tables = {key: vm[key] for key in VM_SCHEMA.fields if isinstance(vm.get(key), dict)}
    lists = {key: vm[key] for key in VM_SCHEMA.fields if vm.get(key) and isinstance(vm[key], list)
             and isinstance(vm[key][0], dict)}
    plain = {key: vm[key] for key in VM_SCHEMA.fields if vm.get(key) and key not in tables and key not in lists}
    blocks = [head, _pairs(plain)]
    blocks += [[f"[[{key}]]", *_pairs(row)] for key, rows in lists.items() for row in rows]
    for key, table in tables.items():
        nested = {name: row for name, row in table.items() if isinstance(row, dict)}
        simple = {name: row for name, row in table.items() if name not in nested}
        blocks += [[f"[{key}]", *_pairs(simple)]] if simple else []
        blocks += [[f"[{key_name((key, name))}]", *_pairs(row)] for name, row in nested.items()]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"
