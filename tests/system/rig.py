# SPDX-License-Identifier: Apache-2.0
"""A machine with Linux guests to type at.

    with Machine([linux("debian", cpus=2)]) as machine:
        machine.wait_ready("debian")
        assert machine.guest("debian").run("nproc") == "2"
"""
import re
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from axle import config, guest_init, machine as machines  # noqa: E402
from axle.session import SessionError  # noqa: E402

BOOT = 120
ANSWER = 30
PROMPT = r"guest# "
AXLE = ""  # the name of Axle's own console
IMAGE = {"aarch64": ("debian-arm64", "console=ttyAMA0")}


def linux(name, cpus=1, memory="256M", cpu=None, append=""):
    """A VM file's content: Debian's kernel and our initramfs. cpu: the physical CPU its first vCPU stays on."""
    image, console = IMAGE[machines.default_board().arch]
    row = {"name": name, "cpus": cpus, "memory": memory,
           "kernel": {"image": f"{image}:kernel", "initrd": f"{image}:initrd", "cmdline": f"{console} {append}".strip()}}
    return row if cpu is None else {**row, "affinity": [cpu]}


class Guest:
    """The shell of a guest; the keys go there."""

    def __init__(self, machine, name):
        self.session = machine.session
        self.name = name
        self.turn = 0

    def type(self, text):
        self.session.send(text, vm=self.name)

    def run(self, command, timeout=ANSWER):
        """What a command printed. The shell computes the marks around it, so that its echo is not taken for them."""
        self.turn += 1
        self.session.skip(self.name)
        self.type(f"echo [$(({self.turn}+0))-; {command}; echo -$(({self.turn}+0))]\n")
        found = self.session.expect(rf"^\[{self.turn}-\n((?:.*\n)*?)-{self.turn}\]$", vm=self.name, timeout=timeout)
        return found[1].rstrip("\n")


class Machine:
    """A running board. `vms`: dicts shaped like VM files."""

    def __init__(self, vms, board=None):
        self.board = board or machines.default_board()
        self.vms = [config.make_vm(row, self.board.arch) for row in vms]
        self.session = None

    def __enter__(self):
        self.session = machines.start(self.board, self.vms, when_idle="shell")
        return self

    def __exit__(self, *_):
        self.session.close()

    def guest(self, name):
        return Guest(self, name)

    def wait(self, name, text, timeout=ANSWER):
        self.session.expect(text, vm=name, timeout=timeout)

    def wait_ready(self, name):
        """From its start, or from where it was last looked at, to the shell's prompt."""
        self.session.expect(re.escape(guest_init.MARKER), vm=name, timeout=BOOT)
        self.session.focus(name)  # a line that is not ended is shown of the focused console only
        self.session.expect(PROMPT, vm=name)

    def command(self, line):
        """Types at Axle's prompt; what it answered."""
        self.session.send(f"{line}\n", vm=AXLE)
        found = self.session.expect(rf"{re.escape(line)}\n((?:.*\n)*?)axle> $", vm=AXLE, timeout=ANSWER)
        return found[1]

    def wait_state(self, name, state):
        deadline = time.monotonic() + ANSWER
        while not re.search(rf"\b{re.escape(name)}\b.*\b{state}\b", self.command("vm list")):
            if time.monotonic() > deadline:
                raise SessionError(f"{name} is not {state}:\n{self.command('vm list')}")

    def free_memory(self):
        """As Axle tells it, in its own words."""
        return re.search(r"(?i)([0-9.]+ ?\S+) free|free\W+([0-9.]+ ?\S+)", self.command("host info"))[0]

    def lines(self, name):
        return self.session.lines(name)

    def raw_lines(self):
        return self.session.text().splitlines()
