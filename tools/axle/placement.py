# SPDX-License-Identifier: Apache-2.0
"""Where the boot loader puts modules in a board's memory, and how the device tree tells Axle (docs/config-blob.md)."""
from dataclasses import dataclass
from pathlib import Path

from . import fdt
from .errors import AxleError

ALIGN = 2 << 20
KINDS = {"config": ("axle,config", "multiboot,module"), "kernel": ("multiboot,kernel", "multiboot,module"),
         "ramdisk": ("multiboot,ramdisk", "multiboot,module"), "device-tree": ("multiboot,device-tree", "multiboot,module")}


@dataclass(frozen=True)
class Module:
    """A file in memory."""

    name: str
    file: Path
    kind: str
    base: int = 0

    @property
    def size(self):
        return self.file.stat().st_size


def up(value, align=ALIGN):
    return -(-value // align) * align


def megabytes(size):
    return f"{size / (1 << 20):.1f} MB"


def free_gaps(memory, taken):
    """Parts of `memory` [(base, size)] outside of `taken` [(base, size)], as (start, end), highest first."""
    gaps = []
    for base, size in memory:
        at = base
        for start, length in sorted(taken):
            if start + length <= at or start >= base + size:
                continue
            gaps.append((at, min(start, base + size)))
            at = max(at, start + length)
        gaps.append((at, base + size))
    return sorted((gap for gap in gaps if gap[0] < gap[1]), reverse=True)


def place(modules, memory, taken):
    """Gives each module an address: from the top of memory downwards, on 2 MiB boundaries. `taken` stays free of them."""
    gaps = free_gaps(memory, taken)
    placed = []
    for module in sorted(modules, key=lambda each: -each.size):
        room = max(up(module.size), ALIGN)
        for index, (start, end) in enumerate(gaps):
            base = (end - room) // ALIGN * ALIGN
            if base >= start:
                gaps[index] = (start, base)
                placed.append(Module(module.name, module.file, module.kind, base))
                break
        else:
            total = sum(size for _, size in memory)
            raise AxleError(f"module {module.name} ({module.file}, {megabytes(module.size)}) finds no place in the board's "
                            f"{megabytes(total)} of memory; give the board more, or the VMs fewer images")
    return sorted(placed, key=lambda each: each.base)


def describe(tree, placed):
    """Writes the modules under /chosen of the host's device tree."""
    chosen = tree.root.child("chosen") or tree.root.add("chosen")
    chosen.set("#address-cells", fdt.u32(2)).set("#size-cells", fdt.u32(2))
    for module in placed:
        node = chosen.add(f"module@{module.base:x}")
        node.set("compatible", fdt.text(*KINDS[module.kind]))
        node.set("reg", fdt.u64(module.base, module.size))
        node.set("module-name", fdt.text(module.name))
    return tree
