# SPDX-License-Identifier: Apache-2.0
"""Flattened device trees, version 17: read, change, write. Devicetree Specification 0.4, chapter 5.

    tree = Tree()
    chosen = tree.root.add("chosen")
    chosen.set("bootargs", text("console=ttyAMA0"))
    blob = tree.to_bytes()
    assert Tree.from_bytes(blob).find("/chosen").text("bootargs") == "console=ttyAMA0"

The reader trusts nothing: every offset and length is checked, and FdtError says what is wrong and where.
"""
import struct
from dataclasses import dataclass, field

MAGIC = 0xD00DFEED
VERSION = 17
LAST_COMPATIBLE = 16
HEADER = struct.Struct(">10I")
RESERVATION = struct.Struct(">2Q")
CELL = struct.Struct(">I")
BEGIN_NODE, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9
MAX_DEPTH = 64


class FdtError(ValueError):
    """Not a device tree, or a damaged one; the message names the place."""


# ---- property values

def u32(*values):
    """Cells of 32 bits."""
    return struct.pack(f">{len(values)}I", *values)


def u64(*values):
    """Pairs of cells."""
    return struct.pack(f">{len(values)}Q", *values)


def text(*values):
    """One string, or a list of strings, each with its terminator."""
    return b"".join(value.encode() + b"\0" for value in values)


EMPTY = b""


@dataclass
class Node:
    """A node: properties in order, then children in order. Names are unique among brothers."""

    name: str = ""
    properties: dict = field(default_factory=dict)
    children: list = field(default_factory=list)

    def add(self, name):
        """Makes and returns a new child."""
        if not name or "/" in name or "\0" in name:
            raise FdtError(f"bad node name {name!r}")
        if any(child.name == name for child in self.children):
            raise FdtError(f"node {name!r} exists twice under {self.name or '/'!r}")
        child = Node(name)
        self.children.append(child)
        return child

    def set(self, name, value=EMPTY):
        """Sets a property; value is bytes made by u32(), u64(), text(); EMPTY makes a flag."""
        if not name or "\0" in name:
            raise FdtError(f"bad property name {name!r}")
        self.properties[name] = bytes(value)
        return self

    def child(self, name):
        """The child called `name`; its unit address may be left out when that is unambiguous. None: there is none."""
        for child in self.children:
            if child.name == name:
                return child
        short = [child for child in self.children if child.name.split("@")[0] == name]
        return short[0] if len(short) == 1 else None

    def has(self, name):
        return name in self.properties

    def raw(self, name):
        try:
            return self.properties[name]
        except KeyError:
            raise FdtError(f"node {self.name or '/'!r} has no property {name!r}") from None

    def u32s(self, name):
        return self._cells(name, 4, "I")

    def u64s(self, name):
        return self._cells(name, 8, "Q")

    def u32(self, name, default=None):
        return self._one(self.u32s, name, default)

    def u64(self, name, default=None):
        return self._one(self.u64s, name, default)

    def texts(self, name):
        """The list of strings of a property."""
        value = self.raw(name)
        if not value.endswith(b"\0"):
            raise FdtError(f"property {name!r} of {self.name or '/'!r} is not a string: no terminator")
        try:
            return value[:-1].decode().split("\0")
        except UnicodeDecodeError:
            raise FdtError(f"property {name!r} of {self.name or '/'!r} is not UTF-8 text") from None

    def text(self, name, default=None):
        if default is not None and not self.has(name):
            return default
        values = self.texts(name)
        if len(values) != 1:
            raise FdtError(f"property {name!r} of {self.name or '/'!r} holds {len(values)} strings instead of one")
        return values[0]

    def walk(self, path=""):
        """(path, node) of this node and all below it, parents first."""
        yield path or "/", self
        for child in self.children:
            yield from child.walk(f"{path}/{child.name}")

    def _cells(self, name, width, letter):
        value = self.raw(name)
        if len(value) % width:
            raise FdtError(f"{name!r} of {self.name or '/'!r} is {len(value)} bytes, not a multiple of {width}")
        return list(struct.unpack(f">{len(value) // width}{letter}", value))

    def _one(self, reader, name, default):
        if default is not None and not self.has(name):
            return default
        values = reader(name)
        if len(values) != 1:
            raise FdtError(f"property {name!r} of {self.name or '/'!r} holds {len(values)} numbers instead of one")
        return values[0]


@dataclass
class Tree:
    """A device tree: the root node and the memory reservation block, a list of (address, size)."""

    root: Node = field(default_factory=Node)
    reservations: list = field(default_factory=list)
    boot_cpu: int = 0

    def find(self, path):
        """The node at a full path such as "/soc/uart@9000000", or None."""
        if not path.startswith("/"):
            raise FdtError(f"not a full path: {path!r}")
        node = self.root
        for name in path.strip("/").split("/") if path != "/" else []:
            node = node.child(name)
            if node is None:
                return None
        return node

    @classmethod
    def from_bytes(cls, blob):
        return _Reader(blob).tree()

    def to_bytes(self):
        return _write(self)


# ---- reading

class _Reader:
    def __init__(self, blob):
        if len(blob) < HEADER.size:
            raise FdtError(f"{len(blob)} bytes are too few for a device tree")
        (magic, total, self.struct_at, self.strings_at, self.reserve_at, version, compatible, self.boot_cpu,
         self.strings_size, self.struct_size) = HEADER.unpack_from(blob)
        if magic != MAGIC:
            raise FdtError(f"not a device tree: it starts with 0x{magic:08x} instead of 0x{MAGIC:08x}")
        if compatible > VERSION or version < LAST_COMPATIBLE + 1:
            raise FdtError(f"version {version} (compatible back to {compatible}) cannot be read; need {VERSION}")
        if total > len(blob) or total < HEADER.size:
            raise FdtError(f"cut short: the header says {total} bytes, there are {len(blob)}")
        self.blob = bytes(blob[:total])
        for what, start, size in (("structure block", self.struct_at, self.struct_size),
                                  ("strings block", self.strings_at, self.strings_size)):
            if start > total or size > total - start:
                raise FdtError(f"the {what} (offset {start}, {size} bytes) lies outside the tree of {total} bytes")
        if self.struct_at % 4:
            raise FdtError(f"the structure block is not aligned (offset {self.struct_at})")
        self.at = self.struct_at
        self.end = self.struct_at + self.struct_size

    def tree(self):
        reservations = self._reservations()
        root = None
        stack = []
        while True:
            place = self.at
            token = self._cell()
            if token == BEGIN_NODE:
                node = self._open(stack, place, root)
                root = root or node
                stack.append(node)
            elif token == END_NODE:
                if not stack:
                    raise FdtError(f"a node ends that never began (offset {place})")
                stack.pop()
            elif token == PROP:
                self._property(stack, place)
            elif token == END:
                break
            elif token != NOP:
                raise FdtError(f"unknown token 0x{token:x} (offset {place})")
        if stack or root is None:
            raise FdtError("the structure block ends inside a node" if stack else "there is no root node")
        return Tree(root, reservations, self.boot_cpu)

    def _reservations(self):
        rows = []
        at = self.reserve_at
        while at + RESERVATION.size <= len(self.blob):
            row = RESERVATION.unpack_from(self.blob, at)
            if row == (0, 0):
                return rows
            rows.append(row)
            at += RESERVATION.size
        raise FdtError(f"the memory reservation block (offset {self.reserve_at}) has no end")

    def _cell(self):
        if self.at + 4 > self.end:
            raise FdtError(f"the structure block ends without its END token (offset {self.at})")
        value = CELL.unpack_from(self.blob, self.at)[0]
        self.at += 4
        return value

    def _string(self, start, end, what):
        stop = self.blob.find(b"\0", start, end)
        if stop < 0 or start >= end:
            raise FdtError(f"{what} has no terminator (offset {start})")
        try:
            return self.blob[start:stop].decode(), stop + 1
        except UnicodeDecodeError:
            raise FdtError(f"{what} is not text (offset {start})") from None

    def _open(self, stack, place, root):
        name, after = self._string(self.at, self.end, "a node name")
        self.at = (after + 3) & ~3
        if len(stack) >= MAX_DEPTH:
            raise FdtError(f"nodes are nested deeper than {MAX_DEPTH} (offset {place})")
        if stack:
            return stack[-1].add(name)
        if root is not None:
            raise FdtError(f"there is a second root node (offset {place})")
        return Node(name)

    def _property(self, stack, place):
        size, name_at = self._cell(), self._cell()
        if not stack:
            raise FdtError(f"a property stands outside of any node (offset {place})")
        if size > self.end - self.at:
            raise FdtError(f"a property of {size} bytes leaves the structure block (offset {place})")
        strings_end = self.strings_at + self.strings_size
        name, _ = self._string(self.strings_at + name_at, strings_end, "a property name")
        stack[-1].set(name, self.blob[self.at:self.at + size])
        self.at = (self.at + size + 3) & ~3


# ---- writing

def _pad(data, align):
    return data + b"\0" * (-len(data) % align)


def _structure(node, offsets, strings, out):
    out += CELL.pack(BEGIN_NODE) + _pad(text(node.name), 4)
    for name, value in node.properties.items():
        if name not in offsets:
            offsets[name] = len(strings)
            strings += text(name)
        out += u32(PROP, len(value), offsets[name]) + _pad(value, 4)
    for child in node.children:
        _structure(child, offsets, strings, out)
    out += CELL.pack(END_NODE)


def _write(tree):
    strings, structure = bytearray(), bytearray()
    _structure(tree.root, {}, strings, structure)
    structure += CELL.pack(END)
    reserve = b"".join(RESERVATION.pack(*row) for row in [*tree.reservations, (0, 0)])
    struct_at = HEADER.size + len(reserve)
    strings_at = struct_at + len(structure)
    total = strings_at + len(strings)
    header = HEADER.pack(MAGIC, total, struct_at, strings_at, HEADER.size, VERSION, LAST_COMPATIBLE, tree.boot_cpu,
                         len(strings), len(structure))
    return header + reserve + structure + strings
