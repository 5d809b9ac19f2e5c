# SPDX-License-Identifier: Apache-2.0
"""What the tool says: notes, questions, and a progress line for long work. All of it goes to standard error."""
import os
import sys
import threading
import time

QUIET_STEP = 20  # seconds between progress lines where there is no terminal


def note(text):
    print(f"axle: {text}", file=sys.stderr, flush=True)


def unattended():
    """True when nobody can answer a question: in CI or without a terminal."""
    return bool(os.environ.get("CI")) or not sys.stdin or not sys.stdin.isatty()


def ask(question):
    """A yes or no question; yes by default."""
    print(f"axle: {question} [Y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


def tree_size(path):
    """Bytes of all files below a folder that another program may be filling."""
    total = 0
    for folder, _, files in os.walk(path):
        for name in files:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:
                continue
    return total


class Progress:
    """Shows that work goes on: `with Progress("downloading X", folder):` counts seconds and the folder's growth in MB.

    On a terminal one line is redrawn each second; elsewhere a line is printed every QUIET_STEP seconds and at the end.
    """

    def __init__(self, label, folder=None):
        self.label = label
        self.folder = folder
        self.live = sys.stderr.isatty()
        self.stop = threading.Event()

    def __enter__(self):
        self.start = time.monotonic()
        self.before = tree_size(self.folder) if self.folder else 0
        self.thread = threading.Thread(target=self._tick, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.stop.set()
        self.thread.join()
        end = "" if kind is None else " - failed"
        print(("\r\033[K" if self.live else "") + self._line() + end, file=sys.stderr, flush=True)

    def _line(self):
        size = ""
        if self.folder:
            grown = max(0, tree_size(self.folder) - self.before)
            size = f", {grown / 1e6:.0f} MB"
        return f"axle: {self.label}: {time.monotonic() - self.start:.0f} s{size}"

    def _tick(self):
        while not self.stop.wait(1 if self.live else QUIET_STEP):
            print(("\r\033[K" if self.live else "") + self._line(), end="" if self.live else "\n",
                  file=sys.stderr, flush=True)
