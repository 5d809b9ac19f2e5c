# SPDX-License-Identifier: Apache-2.0
"""Takes Axle's one screen apart again: which source each line is of (vmm/console).

A line starts with the name of its source: "[name] ". When another line comes while the focused source has an unfinished one on
the screen, that is ended early, and shown again afterwards; here the two are one line again.
"""
import re

HOST = ""          # the source of lines without a name: Axle's own
SHELL = "prompt"   # what the console calls Axle's prompt
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()].")
PREFIX = re.compile(r"\[([^\]\s]+)\] ?(.*)", re.S)
FOCUS = re.compile(r"Axle console: .* \((\S+)\)$")


def plain(line):
    """A line as it stands on a screen: no escape sequences, nothing that a carriage return or backspace took back."""
    line = ESCAPES.sub("", line).rstrip("\r").rpartition("\r")[2]
    while "\b" in line:
        line = re.sub("[^\b]\b|^\b+", "", line)
    return line


def source_of(line):
    """(source, text) of a plain line."""
    found = PREFIX.fullmatch(line)
    return (found[1], found[2]) if found else (HOST, line)


class Screen:
    """Feed it the bytes; ask for the text of a source."""

    def __init__(self):
        self.raw = ""
        self.focus = None
        self._buffer = b""
        self._done = {}      # source: complete lines, as one text
        self._held = None    # (source, text): an ended line of the focused source that may be shown again
        self._parted = False # another source's line came after the held one

    def feed(self, data):
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            text = plain(line.decode(errors="replace"))
            self.raw += text + "\n"
            self._line(*source_of(text))

    def growing(self):
        """(source, text) of the line that is not ended."""
        return source_of(plain(self._buffer.decode(errors="replace")))

    def text(self, source=None):
        """All that a source wrote, the growing line last; without a source, the whole screen."""
        now, rest = self.growing()
        if source is None:
            return self.raw + plain(self._buffer.decode(errors="replace"))
        done = self._done.get(source, "")
        if self._held and self._held[0] == source:
            again = self._parted and now == source and rest.startswith(self._held[1])
            done += "" if again else self._held[1] + "\n"
        return done + (rest if now == source else "")

    def sources(self):
        held = {self._held[0]} if self._held else set()
        return sorted({*self._done, *held} - {HOST})

    def _line(self, source, text):
        moved = FOCUS.search(text) if source == HOST else None
        if moved:
            self._release()
            self.focus = HOST if moved[1] == SHELL else moved[1]
        if self._held and self._held[0] == source:
            if not (self._parted and text.startswith(self._held[1])):
                self._release()
            self._held = None
        if source == self.focus:
            self._held, self._parted = (source, text), False
        else:
            self._parted = True
            self._done[source] = self._done.get(source, "") + text + "\n"

    def _release(self):
        if self._held:
            source, text = self._held
            self._done[source] = self._done.get(source, "") + text + "\n"
            self._held = None
