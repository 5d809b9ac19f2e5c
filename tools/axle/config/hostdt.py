# SPDX-License-Identifier: Apache-2.0
"""Finds the register ranges of a device in the host's device tree, as CPU addresses."""
from ..fdt import FdtError


def device_ranges(tree, path):
    """[(base, size)] of the node at a full path. FdtError says why there are none."""
    chain = _chain(tree, path)
    node, parent = chain[-1], chain[-2]
    rows = _rows(node, "reg", parent.u32("#address-cells", 2), parent.u32("#size-cells", 1))
    ranges = [(base, size) for base, size in rows if size]
    if not ranges:
        raise FdtError(f"{path} has no registers")
    for depth in range(len(chain) - 2, 0, -1):
        ranges = [_translate(chain[depth], chain[depth - 1], base, size) for base, size in ranges]
    return ranges


def _chain(tree, path):
    """The nodes from the root to the path's."""
    chain = [tree.root]
    for name in path.strip("/").split("/"):
        node = chain[-1].child(name)
        if node is None:
            raise FdtError(f"there is no node {name!r} under {chain[-1].name or '/'!r}")
        chain.append(node)
    return chain


def _numbers(cells, *widths):
    """Cuts a list of cells into rows of numbers of the given widths."""
    step = sum(widths)
    if step == 0 or len(cells) % step:
        raise FdtError(f"its {len(cells)} cells of addresses are not a multiple of {step}")
    rows = []
    at = 0
    while at < len(cells):
        row = []
        for width in widths:
            value = 0
            for cell in cells[at:at + width]:
                value = value << 32 | cell
            row.append(value)
            at += width
        rows.append(tuple(row))
    return rows


def _rows(node, name, *widths):
    return _numbers(node.u32s(name), *widths)


def _translate(bus, parent, base, size):
    """An address on a bus as its parent sees it."""
    if not bus.has("ranges"):
        raise FdtError(f"the bus {bus.name!r} is not visible to the CPU (it has no ranges)")
    if not bus.raw("ranges"):
        return base, size
    widths = bus.u32("#address-cells", 2), parent.u32("#address-cells", 2), bus.u32("#size-cells", 1)
    for child, target, length in _rows(bus, "ranges", *widths):
        if child <= base and base + size <= child + length:
            return base - child + target, size
    raise FdtError(f"0x{base:x} is in none of the ranges of the bus {bus.name!r}")
