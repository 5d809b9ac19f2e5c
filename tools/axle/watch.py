# SPDX-License-Identifier: Apache-2.0
"""Reads an emulator's console until a text appears, a time is over, or the hypervisor panics."""
import os
import re
import select
import subprocess
import time

from .errors import UsageError
from .screen import plain, source_of

PANIC = "axle: panic"
GRACE = 2  # seconds for a panic's report to come out
REST = 0.5  # seconds for the rest of the line that was waited for; a prompt has none


def compiled(pattern):
    try:
        return re.compile(pattern)
    except re.error as error:
        raise UsageError(f"--until {pattern}: not a regular expression: {error}") from None


def matches(pattern, line):
    """On a whole line, and on what stands behind the name of a VM."""
    return bool(pattern.search(line) or pattern.search(source_of(line)[1]))


def until(command, pattern, timeout, out):
    """Runs the emulator and copies its console to `out`, a file descriptor. None: the text came; else why it did not.

    Without a pattern the emulator's own end is the good one.
    """
    emulator = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        return _follow(emulator, pattern, timeout, out)
    finally:
        emulator.kill()
        emulator.wait()
        emulator.stdout.close()


def _follow(emulator, pattern, timeout, out):
    deadline = time.monotonic() + timeout
    buffer = b""
    panicked = found = False

    def verdict(otherwise):
        if panicked:
            return "Axle panicked"
        return None if found else otherwise

    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return verdict(f"not seen within {timeout:g} s")
        if not select.select([emulator.stdout], [], [], left)[0]:
            continue
        data = os.read(emulator.stdout.fileno(), 65536)
        if not data:
            return verdict(None) if panicked or found else _ended(emulator, pattern)
        _copy(out, data)
        *lines, buffer = (buffer + data).split(b"\n")
        if found and lines:
            return None
        seen = [plain(line.decode(errors="replace")) for line in (*lines, buffer)]
        if not panicked and any(PANIC in line for line in seen):
            panicked, deadline = True, time.monotonic() + GRACE
        if panicked or found or not pattern:
            continue
        if any(matches(pattern, line) for line in seen[:-1]):
            return None
        if matches(pattern, seen[-1]):
            found, deadline = True, time.monotonic() + REST


def _copy(out, data):
    while data:
        data = data[os.write(out, data):]


def _ended(emulator, pattern):
    status = emulator.wait()
    if pattern is None and status == 0:
        return None
    return f"the emulator ended early (status {status})"
