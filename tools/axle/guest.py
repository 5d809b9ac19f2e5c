# SPDX-License-Identifier: Apache-2.0
"""Guest payloads: small bare-metal programs of tests/guest, built by one compiler call each, judged by what they print."""
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from . import config, machine, paths, qemu
from .config.machines import MACHINES, MAX_VCPUS
from .errors import AxleError, UsageError

GUESTS = paths.ROOT / "tests" / "guest"
BENCH = paths.ROOT / "tests" / "bench"

# What differs between architectures: compiler prefix, its flags, and the emulator's own machine without a hypervisor.
ARCHES = {
    "aarch64": {
        "prefix": "aarch64-linux-gnu-",
        "flags": ["-mgeneral-regs-only", "-mno-outline-atomics", "-mstrict-align"],
        "native": ["qemu-system-aarch64", "-M", "virt,gic-version=3", "-cpu", "cortex-a57"],
    },
}
FLAGS = """-std=gnu11 -O2 -g -ffreestanding -nostdlib -fPIE -static-pie -fno-stack-protector -fno-toplevel-reorder
    -fno-tree-loop-distribute-patterns -fvisibility=hidden -Wall -Wextra -Wconversion -Wno-sign-conversion -Wshadow
    -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla -Werror -Wl,--no-dynamic-linker -Wl,--build-id=none
    -Wl,-z,noexecstack,-z,max-page-size=4096,--no-warn-rwx-segments""".split()

# How a bare machine runs: its console on standard output, and the same in each run.
NATIVE = ("-nographic", "-nic", "none", "-no-reboot", *qemu.EXACT)


@dataclass(frozen=True)
class Guest:
    """One entry of guests.toml; the file says what the fields mean."""

    name: str
    sources: tuple
    folder: Path = GUESTS
    arch: tuple = ()
    cpus: int = 1
    memory: str = "64M"
    regions: tuple = ()
    instances: int = 1
    share_cpu: bool = False
    skips: tuple = ()
    native: bool = True
    dialog: tuple = ()
    timeout: int = 60
    defines: tuple = ()

    def on(self, arch):
        return not self.arch or arch in self.arch


@dataclass
class Verdict:
    """What a console said: tests by result, and complaints; an empty list of complaints is a pass."""

    passed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    complaints: list = field(default_factory=list)


def load(path=GUESTS / "guests.toml"):
    """All payloads by name."""
    with open(path, "rb") as file:
        entries = tomllib.load(file)["guest"]
    known = set(Guest.__dataclass_fields__) - {"folder"}
    guests = {}
    for entry in entries:
        unknown = set(entry) - known
        if unknown:
            keys = ", ".join(sorted(unknown))
            raise UsageError(f"{paths.relative(path)}: guest {entry.get('name')}: unknown key {keys}")
        frozen = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
        guests[entry["name"]] = Guest(folder=path.parent, **frozen)
    return guests


def build(guest, arch, out_dir):
    """Compiles a payload; returns its raw image. The ELF file for a debugger lies beside it."""
    rules = ARCHES[arch]
    compiler = rules["prefix"] + "gcc"
    if not shutil.which(compiler):
        raise AxleError(f"{compiler} is missing: ./axle setup installs it")
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    elf, image = out_dir / f"{guest.name}.elf", out_dir / f"{guest.name}.bin"
    port = GUESTS / "arch" / arch
    sources = [guest.folder / name for name in guest.sources]
    runtime = sorted([*port.glob("*.S"), *port.glob("*.c"), *(GUESTS / "runtime").glob("*.c")])
    command = [compiler, *FLAGS, *rules["flags"], f"-I{GUESTS / 'include'}", f"-I{port / 'include'}",
               f"-ffile-prefix-map={paths.ROOT}/=", *(f"-D{define}" for define in guest.defines),
               "-T", port / "guest.ld", "-o", elf, *runtime, *sources]
    _compile(command)
    _compile([rules["prefix"] + "objcopy", "-O", "binary", elf, image])
    return image


def _compile(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AxleError(f"guest build failed:\n{done.stderr.strip()}")


def judge(text, guest, on_axle):
    """Reads one instance's console."""
    verdict = Verdict()
    text = text.replace("\r", "")
    verdict.complaints = re.findall(r"^test \S+: FAIL.*|^guest: stopped.*|^guest: no device tree", text, re.M)
    text = text.rpartition("guest: start")[2]  # what counts is the last life of a guest that reboots
    verdict.passed = re.findall(r"^test (\S+): ok$", text, re.M)
    verdict.skipped = re.findall(r"^test (\S+): skip", text, re.M)
    end = re.search(r"^guest: (\d+) passed, (\d+) failed, (\d+) skipped$", text, re.M)
    if not end:
        last = text.strip().splitlines()[-1:] or ["(nothing)"]
        verdict.complaints.append(f"{guest.name} did not end; its last line: {last[0]}")
    elif (int(end[1]), int(end[3])) != (len(verdict.passed), len(verdict.skipped)):
        verdict.complaints.append(f"{guest.name} lost lines of its console: {end[0]}")
    if on_axle:
        for name in sorted(set(verdict.skipped) - set(guest.skips)):
            verdict.complaints.append(f"test {name}: skipped, but must run under Axle")
    return verdict


def native_machine(board=None, arch="aarch64"):
    """Words that start the emulator's own machine with a board's CPU, and without what a hypervisor needs."""
    if board is None or not board.run.machine:
        return list(ARCHES[arch]["native"])
    parts = [part for part in board.run.machine.split(",") if not part.startswith("virtualization=")]
    return [board.run.emulator, "-M", ",".join(parts), "-cpu", board.run.cpu]


def capture(command, timeout):
    """A program's output until it ends or its time is over."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=timeout, check=False)
        output = done.stdout
    except subprocess.TimeoutExpired as late:
        output = late.stdout or b""
    return output.decode(errors="replace")


def run_native(guest, arch, image, board=None):
    """Runs the payload without a hypervisor, at the privilege of a guest kernel, and returns its console."""
    if guest.dialog:
        raise UsageError(f"{guest.name} needs keys typed: it has no native run")
    command = [*native_machine(board, arch), "-smp", str(guest.cpus), "-m", guest.memory, *NATIVE, "-kernel", str(image)]
    return capture(command, guest.timeout)


def vms(guest, board, image):
    """The VMs that run a payload, one for each instance; their vCPUs go round the board's CPUs, or all stay on the first."""
    memory = guest.memory
    if guest.regions:
        memory = [{"base": MACHINES[board.arch].ram_base, "size": guest.memory}, *guest.regions]
    names = [guest.name] if guest.instances == 1 else [f"{guest.name}-{index}" for index in range(guest.instances)]
    cpus = 1 if guest.share_cpu else board.machine.cpus
    return [config.make_vm({"name": name, "cpus": guest.cpus, "memory": memory,
                            "affinity": [(first + cpu) % cpus for cpu in range(guest.cpus)],
                            "kernel": {"image": str(image)}}, board.arch) for first, name in enumerate(names)]


def bench_values(text):
    """{row: value} of the `bench NAME VALUE` lines of a console."""
    return {name: int(value) for name, value in re.findall(r"^bench (\S+) (\d+)\r?$", text, re.M)}


def select(board, only=""):
    """The payloads that a board can run, whose names contain `only`."""
    return [guest for guest in load().values()
            if guest.on(board.arch) and only in guest.name and guest.cpus <= MAX_VCPUS]


def run_axle(guest, board):
    """Runs a payload in its VMs under Axle: a Verdict with the complaints of all instances."""
    image = build(guest, board.arch, paths.BUILD / "guest" / board.arch)
    rows = vms(guest, board, image)
    told = machine.run(board, rows, guest.timeout, exact=not guest.dialog, dialog=guest.dialog)
    whole = Verdict()
    for row in rows:
        verdict = judge(told.console(row.name), guest, on_axle=True)
        whole.passed += verdict.passed
        whole.skipped += verdict.skipped
        whole.complaints += [f"[{row.name}] {line}" for line in verdict.complaints]
    whole.complaints += [f"Axle: {line}" for line in told.console("").splitlines() if "panic" in line.lower()]
    return whole


def check_native(arch="aarch64", only="", out_dir=None):
    """Runs all payloads natively, which shows that the tests themselves are right; returns {name: Verdict}."""
    results = {}
    for guest in load().values():
        if guest.on(arch) and guest.native and only in guest.name:
            image = build(guest, arch, out_dir or paths.BUILD / "guest" / arch)
            results[guest.name] = judge(run_native(guest, arch, image), guest, on_axle=False)
    return results


def main(argv):
    """For work on the payloads themselves: `PYTHONPATH=tools python3 -m axle.guest build|native|axle [NAME]`."""
    verb, name = (argv + ["", ""])[:2]
    if verb == "build":
        for guest in load().values():
            if name in guest.name:
                print(build(guest, "aarch64", paths.BUILD / "guest" / "aarch64"))
        return 0
    if verb not in ("native", "axle"):
        raise UsageError(main.__doc__)
    if verb == "native":
        results = check_native(only=name).items()
    else:
        board = machine.default_board()
        results = ((guest.name, run_axle(guest, board)) for guest in select(board, name))
    bad = False
    for guest_name, verdict in results:
        bad = bad or bool(verdict.complaints)
        print(f"{guest_name}: {len(verdict.passed)} passed, {len(verdict.skipped)} skipped", flush=True)
        for line in verdict.complaints:
            print(f"    {line}", flush=True)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
