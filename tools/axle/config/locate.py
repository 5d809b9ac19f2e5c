# SPDX-License-Identifier: Apache-2.0
"""The line of every key and array element of a TOML text, which tomllib does not tell.

locate(text) expects text that tomllib has accepted, so the scanner only finds its way and does not judge.
Paths are tuples of keys and indices: ("memory", 1, "size").
"""
import re
import tomllib

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BLANK = re.compile(r"[ \t]*")
FILLER = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
SCALAR = re.compile(r"[^,\]}#\r\n]*")
# The four kinds of string; the long ones may hold up to two quotes before their end.
STRING = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}(?!")|'
                    r"'''.*?'{3,5}(?!')|"
                    r'"(?:\\.|[^"\\\n])*"|'
                    r"'[^'\n]*'", re.DOTALL)


class _Scanner:
    def __init__(self, text):
        self.text = text
        self.at = 0
        self.lines = {}
        self.counts = {}  # arrays of tables: how many tables so far
        self.line_at = 0
        self.line = 1

    def run(self):
        table = ()
        while True:
            self._match(FILLER)
            if self.at >= len(self.text):
                return self.lines
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _match(self, pattern):
        found = pattern.match(self.text, self.at)
        self.at = found.end()
        return found.group()

    def _note(self, path):
        self.line += self.text.count("\n", self.line_at, self.at)
        self.line_at = self.at
        self.lines.setdefault(path, self.line)

    def _key(self):
        """A dotted key: a list of its parts."""
        parts = []
        while True:
            self._match(BLANK)
            if self.text[self.at] in "\"'":
                parts.append(tomllib.loads(f"k = {self._match(STRING)}")["k"])
            else:
                parts.append(self._match(BARE_KEY))
            self._match(BLANK)
            if self.text[self.at:self.at + 1] != ".":
                return parts
            self.at += 1

    def _through(self, parts):
        """The path of a header: where a part names an array of tables, its last table is meant."""
        path = ()
        for part in parts:
            path += (part,)
            if path in self.counts:
                path += (self.counts[path] - 1,)
        return path

    def _header(self):
        double = self.text.startswith("[[", self.at)
        start = self.at
        self.at += 2 if double else 1
        parts = self._key()
        after, self.at = self.at + (2 if double else 1), start
        if double:
            array = self._through(parts[:-1]) + (parts[-1],)
            self._note(array)
            self.counts[array] = self.counts.get(array, 0) + 1
        path = self._through(parts)
        self._note_each(path, len(parts))
        self.at = after
        return path

    def _note_each(self, path, depth):
        for length in range(max(1, len(path) - depth + 1), len(path) + 1):
            self._note(path[:length])

    def _pair(self, table):
        start = self.at
        parts = self._key()
        equals, self.at = self.at, start
        path = table + tuple(parts)
        self._note_each(path, len(parts))
        self.at = equals + 1
        self._value(path)

    def _value(self, path):
        self._match(BLANK)
        first = self.text[self.at]
        if first in "\"'":
            self._match(STRING)
        elif first == "[":
            self._sequence(path, "]", self._element)
        elif first == "{":
            self._sequence(path, "}", lambda table, _: self._pair(table))
        else:
            self._match(SCALAR)

    def _element(self, path, index):
        self._note(path + (index,))
        self._value(path + (index,))

    def _sequence(self, path, close, item):
        self.at += 1
        index = 0
        while True:
            self._match(FILLER)
            if self.text[self.at] == close:
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            item(path, index)
            index += 1


def locate(text):
    """{path: line}, lines counted from 1."""
    return _Scanner(text).run()
