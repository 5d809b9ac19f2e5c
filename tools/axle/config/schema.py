# SPDX-License-Identifier: Apache-2.0
"""What a file may hold, as data: kinds of values and tables of fields. Reading reports every problem, not the first.

A kind's read(value, path, report) returns the value in the program's form, or None after report.refuse().
A value that was understood but is out of range is reported and still returned, so that later checks go on.
"""
import difflib
import re
from dataclasses import dataclass

from .problem import key_name, show

SIZE = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)\s*([KMGkmg]?)(?:i?[bB])?$")
UNIT = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
PERMISSIONS = {"r": 1, "rw": 3, "rx": 5, "rwx": 7}
PAGE = 4096


def did_you_mean(word, known):
    """The fix for a word nobody knows."""
    close = difflib.get_close_matches(str(word).lower().replace("_", "-"), [k.replace("_", "-") for k in known], 1, 0.6)
    for candidate in known:
        if close and candidate.replace("_", "-") == close[0]:
            return f'did you mean "{candidate}"?'
    return "allowed: " + ", ".join(known)


@dataclass(frozen=True)
class Field:
    """A key of a table. Without a default it is None when left out; the documentation says what that means."""

    kind: object
    default: object = None
    required: bool = False


@dataclass(frozen=True)
class Text:
    pattern: str = ""
    words: str = "a string"
    fix: str = "leave no blanks around it"
    longest: int = 0

    def read(self, value, path, report):
        if not isinstance(value, str):
            return report.refuse(path, f"is not {self.words} ({show(value)})", "put it in quotes")
        if self.pattern and not re.fullmatch(self.pattern, value):
            return report.refuse(path, f"is not {self.words} ({show(value)})", self.fix)
        if self.longest and len(value.encode()) > self.longest:
            report.add(path, f"is {len(value.encode())} bytes long, at most {self.longest} are possible", "shorten it")
        return value


NAME = Text(r"[a-z0-9][a-z0-9._-]*", "a name", "use lower-case letters, digits, '.', '_' and '-'")


@dataclass(frozen=True)
class Boolean:
    def read(self, value, path, report):
        if not isinstance(value, bool):
            return report.refuse(path, f"is not a boolean ({show(value)})", "write true or false, without quotes")
        return value


@dataclass(frozen=True)
class Integer:
    low: int = 0
    high: int = (1 << 63) - 1
    words: str = "a whole number"
    fix: str = ""

    def read(self, value, path, report):
        if not isinstance(value, int) or isinstance(value, bool):
            return report.refuse(path, f"is not {self.words} ({show(value)})", "write a number without quotes")
        if not self.low <= value <= self.high:
            report.add(path, f"is out of range ({show(value)})", self.fix or f"give {self.low} to {self.high}")
            return value if value >= 0 else None
        return value


@dataclass(frozen=True)
class Choice:
    allowed: tuple

    def read(self, value, path, report):
        if not isinstance(value, str):
            return report.refuse(path, f"is not a string ({show(value)})", "allowed: " + ", ".join(self.allowed))
        if value not in self.allowed:
            return report.refuse(path, f"is not known ({show(value)})", did_you_mean(value, self.allowed))
        return value


@dataclass(frozen=True)
class Size:
    """A number, or a string such as "256M" or "0x1000". Units are binary."""

    page: bool = False
    zero: bool = False
    words: str = 'a size such as "256M"'

    def read(self, value, path, report):
        number = value
        if isinstance(value, str):
            match = SIZE.match(value.strip())
            if not match:
                return report.refuse(path, f"is not {self.words} ({show(value)})", "use digits and one of K, M, G")
            number = int(match.group(1), 0 if match.group(1)[:2] in ("0x", "0X") else 10) * UNIT[match.group(2).upper()]
        elif not isinstance(value, int) or isinstance(value, bool):
            return report.refuse(path, f"is not {self.words} ({show(value)})", "use digits and one of K, M, G")
        if number < 0 or number >= 1 << 63 or (number == 0 and not self.zero):
            return report.refuse(path, f"is out of range ({show(value)})", "give a positive number")
        if self.page and number % PAGE:
            report.add(path, f"is not a multiple of the page size ({self.shown(value)})", "make it a multiple of 4K")
        return number

    @staticmethod
    def shown(value):
        return str(value)


@dataclass(frozen=True)
class Address(Size):
    """A physical address; 0 is one."""

    zero: bool = True
    words: str = "an address such as 0x40000000"

    @staticmethod
    def shown(value):
        return show(value)


@dataclass(frozen=True)
class Permissions:
    """"r", "rw", "rx", "rwx" -> 1 read, 2 write, 4 execute."""

    def read(self, value, path, report):
        word = Choice(tuple(PERMISSIONS)).read(value, path, report)
        return PERMISSIONS.get(word)


@dataclass(frozen=True)
class ListOf:
    kind: object
    most: int = 0

    def read(self, value, path, report):
        if not isinstance(value, list):
            return report.refuse(path, f"is not a list ({show(value)})", "put it in [ ]")
        if self.most and len(value) > self.most:
            report.add(path, f"has {len(value)} entries, at most {self.most} are possible", "remove some")
        return tuple(self.kind.read(item, (*path, index), report) for index, item in enumerate(value))


@dataclass(frozen=True)
class Table:
    """Named keys. Returns a dict with every field; keys that were left out have their defaults."""

    fields: dict

    def read(self, value, path, report):
        if not isinstance(value, dict):
            return report.refuse(path, f"is not a table ({show(value)})", f"write a section [{key_name(path)}]")
        for key in value:
            if key not in self.fields:
                report.add((*path, key), "unknown key", self._advice(key))
        return {name: self._field(name, field, value, path, report) for name, field in self.fields.items()}

    def _field(self, name, field, value, path, report):
        if name in value:
            return field.kind.read(value[name], (*path, name), report)
        if field.required:
            report.refuse((*path, name), "is missing", "add it")
        if field.default is None and isinstance(field.kind, Table):
            return field.kind.read({}, (*path, name), report)
        return field.default

    def _advice(self, key):
        for name, field in self.fields.items():
            if isinstance(field.kind, Table) and key in field.kind.fields:
                return f"it belongs in [{name}]"
        return did_you_mean(key, list(self.fields))


@dataclass(frozen=True)
class Tables:
    """An array of tables, [[name]]."""

    table: Table
    most: int

    def read(self, value, path, report):
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return report.refuse(path, f"is not a list of tables ({show(value)})", f"write [[{key_name(path)}]]")
        return ListOf(self.table, self.most).read(value, path, report)


@dataclass(frozen=True)
class NamedTables:
    """[name.X] for free names X: a dict of tables."""

    table: Table
    name: Text
    most: int

    def read(self, value, path, report):
        if not isinstance(value, dict):
            return report.refuse(path, f"is not a table ({show(value)})", f"write sections [{key_name(path)}.NAME]")
        if len(value) > self.most:
            report.add(path, f"has {len(value)} entries, at most {self.most} are possible", "remove some")
        for name in value:
            self.name.read(name, (*path, name), report)
        return {name: self.table.read(item, (*path, name), report) for name, item in value.items()}


def keys_of(table, prefix=""):
    """(key as the documentation writes it, Field) of every key of a schema."""
    for name, field in table.fields.items():
        key = f"{prefix}{name}"
        yield key, field
        if isinstance(field.kind, Table):
            yield from keys_of(field.kind, f"{key}.")
        elif isinstance(field.kind, NamedTables):
            yield from keys_of(field.kind.table, f"{key}.NAME.")
        elif hasattr(field.kind, "table"):
            yield from keys_of(field.kind.table, f"{key}[].")
