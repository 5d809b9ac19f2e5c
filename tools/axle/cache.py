# SPDX-License-Identifier: Apache-2.0
"""One folder for everything fetched or made from it.

An entry appears whole or not at all: it is made in a work folder and renamed. One lock serves the whole cache, so two
tools at work at once wait for each other, and what an interrupted one left is swept by the next.
"""
import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from . import term


def default_root():
    own = os.environ.get("AXLE_CACHE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "axle"


class Cache:
    def __init__(self, root=None):
        self.root = Path(root) if root else default_root()
        self._depth = 0
        self._file = None

    def path(self, *parts):
        return self.root.joinpath(*parts)

    @contextlib.contextmanager
    def lock(self):
        """Holds the cache for this process; may be nested."""
        if self._depth == 0:
            self._take()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._file.close()

    def _take(self):
        self.root.mkdir(parents=True, exist_ok=True)
        self._file = open(self.root / "lock", "w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            term.note(f"another axle is filling {self.root}; waiting for it")
            fcntl.flock(self._file, fcntl.LOCK_EX)
        shutil.rmtree(self.root / "work", ignore_errors=True)

    @contextlib.contextmanager
    def work(self):
        """A folder for work in progress, on the cache's own file system; gone afterwards."""
        with self.lock():
            parent = self.root / "work"
            parent.mkdir(exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=parent))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def make(self, *parts, fill):
        """The entry's folder; if it is missing, `fill(folder)` makes it. A failed fill leaves nothing."""
        final = self.path(*parts)
        if final.is_dir():
            return final
        with self.lock():
            if not final.is_dir():
                with self.work() as scratch:
                    made = scratch / "entry"
                    made.mkdir()
                    fill(made)
                    self._publish(made, final)
        return final

    def replace(self, *parts, fill):
        """As make(), but an entry that is there gives way to the new one once that is complete."""
        final = self.path(*parts)
        with self.work() as scratch:
            made = scratch / "entry"
            made.mkdir()
            fill(made)
            if final.is_dir():
                os.rename(final, scratch / "old")
            self._publish(made, final)
        return final

    def remove(self, *parts):
        with self.work() as scratch:
            with contextlib.suppress(FileNotFoundError):
                os.rename(self.path(*parts), scratch / "old")

    @staticmethod
    def _publish(made, final):
        final.parent.mkdir(parents=True, exist_ok=True)
        os.rename(made, final)
