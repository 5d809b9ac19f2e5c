# SPDX-License-Identifier: Apache-2.0
"""What `./axle test` runs: one module a suite, each with NEEDS (packages.TABLE) and steps(options) -> [Step]."""
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable

from .. import paths

UNITTEST_RAN = re.compile(r"^Ran (\d+) tests?", re.M)
UNITTEST_BAD = re.compile(r"^FAILED \((.*)\)", re.M)
UNITTEST_SKIPPED = re.compile(r"\bskipped=(\d+)")


@dataclass
class Outcome:
    """Counts of one step. `told` is shown when it failed, `note` always."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    told: str = ""
    note: str = ""


@dataclass(frozen=True)
class Step:
    """Something to run. Steps that are not `alone` may run beside others."""

    name: str
    run: Callable[[], Outcome]
    alone: bool = False


@dataclass(frozen=True)
class Options:
    only: str = ""
    board: str = "qemu-aarch64"
    time: int = 20
    yes: bool = False


def command(words, timeout, **settings):
    """(status, output) of a program; status None: it did not end in time."""
    try:
        done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=timeout, check=False, **settings)
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace") + f"\nnot done after {timeout} s"
    return done.returncode, done.stdout.decode(errors="replace")


def tail(text, lines=60):
    return "\n".join(text.strip().splitlines()[-lines:])


def python_tests(folder, pattern, only, timeout, **environment):
    """Outcome of the unittest modules in a folder whose file names match a pattern."""
    words = [sys.executable, "-B", "-m", "unittest", "discover", "-s", folder, "-p", pattern, *(["-k", only] if only else [])]
    search = os.pathsep.join((str(paths.ROOT / "tools"), str(folder)))
    status, text = command(words, timeout, cwd=paths.ROOT, env=dict(os.environ, PYTHONPATH=search, **environment))
    return read_unittest(status, text)


def read_unittest(status, text):
    """Outcome from what unittest prints at its end."""
    ran = sum(map(int, UNITTEST_RAN.findall(text)))
    bad = UNITTEST_BAD.search(text)
    skipped = sum(map(int, UNITTEST_SKIPPED.findall(text)))
    failed = sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", bad[1]))) if bad else 0
    if status and not failed and ran:
        failed = 1
    if not ran and status not in (0, 5):
        failed = 1
    return Outcome(max(0, ran - failed - skipped), failed, skipped, text if failed else "")
