# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a configuration, and where: FILE:LINE: KEY: what is wrong (value); what to do."""
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UsageError


@dataclass(frozen=True, order=True)
class Problem:
    """One message. `where` is the file, or what stands for it ("--memory"); line 0 means that there are no lines."""

    where: str
    line: int
    key: str
    what: str
    fix: str = ""

    def __str__(self):
        place = f"{self.where}:{self.line}" if self.line else self.where
        key = f"{self.key}: " if self.key else ""
        fix = f"; {self.fix}" if self.fix else ""
        return f"{place}: {key}{self.what}{fix}"


class ConfigError(UsageError):
    """All problems of a configuration, one a line."""

    def __init__(self, problems):
        self.problems = list(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


def checked(value, problems):
    """value, unless there are problems: then ConfigError."""
    if problems:
        raise ConfigError(problems)
    return value


def key_name(path):
    """("memory", 1, "size") -> "memory[1].size", as the documentation writes keys."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name


def show(value):
    """A value as the user may have written it, short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"0x{value:x}" if value >= 0x1000 else str(value)
    if isinstance(value, str):
        written = '"' + value.replace("\n", "\\n") + '"'
    elif isinstance(value, dict):
        written = "{ " + ", ".join(f"{key} = {show(item)}" for key, item in value.items()) + " }"
    elif isinstance(value, (list, tuple)):
        written = "[" + ", ".join(map(show, value)) + "]"
    else:
        written = str(value)
    return written if len(written) <= 60 else written[:57] + "..."


@dataclass(frozen=True)
class Source:
    """Where values came from: gives each key its place. `replaced` names the options that took over keys."""

    label: str
    directory: Path = Path(".")
    lines: dict = field(default_factory=dict)
    replaced: dict = field(default_factory=dict)

    def knows(self, path):
        """The user wrote this very key, here or on the command line."""
        return tuple(path) in self.lines or tuple(path) in self.replaced

    def problem(self, path, what, fix=""):
        path = tuple(path)
        for length in range(len(path), 0, -1):
            if path[:length] in self.replaced:
                return Problem(self.replaced[path[:length]], 0, key_name(path), what, fix)
            if path[:length] in self.lines:
                return Problem(self.label, self.lines[path[:length]], key_name(path), what, fix)
        return Problem(self.label, 1 if self.lines else 0, key_name(path), what, fix)


@dataclass
class Report:
    """Collects the problems of one source. `broken` says that a value could not be understood at all."""

    source: Source
    problems: list = field(default_factory=list)
    broken: bool = False

    def add(self, path, what, fix=""):
        self.problems.append(self.source.problem(path, what, fix))

    def refuse(self, path, what, fix=""):
        self.add(path, what, fix)
        self.broken = True


def show_size(size):
    """Bytes as a person says them: 64K, 33.5M."""
    for unit, name in ((1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + name
    return f"{size} bytes"


def show_range(base, size):
    return f"0x{base:08x}..0x{base + size - 1:08x}"
