# SPDX-License-Identifier: Apache-2.0
"""A running machine to talk to, for tests.

    with machine.start(board, vms) as session:
        session.expect(r"guest# ", vm="linux-a")
        session.send("nproc\\n", vm="linux-a")
        session.expect(r"^2$", vm="linux-a")

Nothing here sleeps: each call waits for text or for the end, with a limit.
"""
import os
import re
import select
import subprocess
import time

from .errors import AxleError
from .screen import HOST, SHELL, Screen
from .watch import PANIC

TIMEOUT = 60
ESCAPE = "\x1d"


class SessionError(AxleError):
    """What was waited for did not come; the message holds the last lines of that console."""


class Session:
    """An emulator and its console. `vms`: the names, in the order of the configuration."""

    def __init__(self, command, vms, escape=ESCAPE):
        self.vms = list(vms)
        self.escape = escape
        self.screen = Screen()
        self.ended = False
        self._seen = {}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the emulator; what it said can still be asked for."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stdin.close()

    def text(self, vm=None):
        """All that a VM wrote so far; "" is Axle itself; None the whole screen."""
        return self.screen.text(vm)

    def lines(self, vm=None):
        return self.text(vm).splitlines()

    def expect(self, pattern, vm=None, timeout=TIMEOUT):
        """The match of a regular expression in what that console says after what was matched before. `^` and `$` mean lines."""
        wanted = re.compile(pattern, re.M)
        found = self._until(lambda: wanted.search(self.text(vm), self._seen.get(vm, 0)), pattern, vm, timeout)
        self._seen[vm] = found.end()
        return found

    def skip(self, vm=None):
        """What was said until now is not looked at again."""
        self._seen[vm] = len(self.text(vm))

    def focus(self, vm):
        """Makes the keys go to a VM, or with "" to Axle's prompt."""
        if self.screen.focus == vm:
            return
        self._write(self.escape + ("h" if vm == HOST else str(self.vms.index(vm))))
        self._until(lambda: self.screen.focus == vm, f"the console of {vm or SHELL}", None, TIMEOUT)

    def send(self, text, vm=None):
        """Types; to a VM (or "" for Axle's prompt), or to whoever has the keys."""
        if vm is not None:
            self.focus(vm)
        self._write(text)

    def wait_end(self, timeout=TIMEOUT):
        """Waits until the emulator ends by itself; its exit status."""
        deadline = time.monotonic() + timeout
        while not self.ended:
            if not self._read(deadline):
                raise self._missed("its end", None, f"the emulator still runs after {timeout:g} s")
        return self.process.wait()

    def _until(self, holds, what, vm, timeout):
        """Reads until holds() gives something, and returns that."""
        deadline = time.monotonic() + timeout
        while not (found := holds()):
            if self.ended:
                raise self._missed(what, vm, "the emulator ended")
            if PANIC in self.screen.raw and PANIC not in what:
                self._read(time.monotonic() + 1)
                raise self._missed(what, vm, "Axle panicked", None)
            if not self._read(deadline):
                raise self._missed(what, vm, f"not seen within {timeout:g} s")
        return found

    def _write(self, text):
        try:
            self.process.stdin.write(text.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self._missed("typing", None, "the emulator ended") from None

    def _read(self, deadline):
        """Takes what the emulator says next; False when nothing came before the deadline."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
            return False
        data = os.read(self.process.stdout.fileno(), 65536)
        self.ended = not data
        self.screen.feed(data)
        return True

    def _missed(self, pattern, vm, why, only=...):
        shown = self.lines(vm if only is ... else only)[-25:]
        where = f" on {vm}" if vm else ""
        return SessionError(f"waited for {pattern!r}{where}: {why}. Last lines:\n" + "\n".join(f"    {line}" for line in shown))
