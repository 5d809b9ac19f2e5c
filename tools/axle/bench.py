# SPDX-License-Identifier: Apache-2.0
"""`./axle bench`: what guests pay for Axle, measured in exact mode beside the same guest on the bare emulator.

One instruction is one virtual nanosecond there, so a figure is a count of instructions and repeats to the last digit;
each is measured twice, and a difference between the two is an error of its own.
"""
import json
import re
import subprocess
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from . import guest, guest_init, machine, paths, term
from .config import load_board, make_vm
from .errors import AxleError
from .images import Images

HELP = "measure Axle beside the bare emulator"
ABOUT = __doc__
GOALS = guest.BENCH / "goals.toml"

# Rows in the order of the table: name, unit, payload that prints it ("" for those made here).
ROWS = (
    ("exit.hvc", "ns", "bench"),
    ("exit.mmio", "ns", "bench"),
    ("exit.mmio_write", "ns", "bench"),
    ("exit.uart_read", "ns", "bench"),
    ("exit.uart_write", "ns", "bench"),
    ("irq.self", "ns", "bench"),
    ("irq.ipi", "ns", "bench-smp"),
    ("irq.timer", "ns", "bench"),
    ("irq.timer_wfi", "ns", "bench"),
    ("start.first_insn", "ns", "bench-start"),
    ("boot.linux.1cpu", "ns", ""),
    ("boot.linux.2cpu", "ns", ""),
    ("size.text", "bytes", ""),
    ("size.static", "bytes", ""),
    ("size.ram", "bytes", ""),
)
IMAGES = {"aarch64": "debian-arm64"}
LINUX_MEMORY = "256M"
LINUX_CONSOLE = {"aarch64": "console=ttyAMA0"}
BOOT_TIMEOUT = 300


@dataclass
class Row:
    """As --json writes it. native None: the figure has no meaning without a hypervisor."""

    board: str
    name: str
    unit: str
    value: int
    native: int | None = None
    ratio: float | None = None
    goal: float | None = None
    ok: bool = True


def add_arguments(parser):
    parser.add_argument("--board", default="qemu-aarch64", help="name or file of a board (default: %(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write the rows there as well")
    parser.add_argument("-k", dest="only", default="", metavar="NAME", help="only rows whose name contains NAME")


def run(args):
    board = load_board(args.board)
    rows = measure(board, args.only)
    apply_goals(rows, board.arch)
    print(table(rows))
    if args.json:
        Path(args.json).write_text(json.dumps({"rows": [asdict(row) for row in rows]}, indent=1) + "\n")
    return 0 if all(row.ok for row in rows) else 1


def measure(board, only=""):
    """The rows whose names contain `only`; each payload runs twice under Axle and twice natively."""
    wanted = [row for row in ROWS if only in row[0]]
    names = {name for name, _, _ in wanted}
    values, natives = {}, {}
    for payload in sorted({source for _, _, source in wanted if source}):
        _payload(board, payload, names, values, natives)
    for cpus in (1, 2):
        if f"boot.linux.{cpus}cpu" in names:
            _boot(board, cpus, values, natives)
    if any(name.startswith("size.") for name in names):
        values |= sizes(board)
    missing = names - set(values)
    if missing:
        raise AxleError(f"no figure for {', '.join(sorted(missing))}")
    return [_row(board, name, unit, values, natives) for name, unit, _ in wanted]


def _row(board, name, unit, values, natives):
    value, native = values[name], natives.get(name) or None
    return Row(board.name, name, unit, value, native, round(value / native, 4) if native else None)


def _payload(board, name, names, values, natives):
    """One payload's rows of those wanted."""
    payload = guest.load(guest.BENCH / "guests.toml")[name]
    image = guest.build(payload, board.arch, paths.BUILD / "guest" / board.arch)
    vms = guest.vms(payload, board, image)
    rows = {row for row, _, source in ROWS if source == name and row in names}

    def once(text, on_axle):
        verdict = guest.judge(text, payload, on_axle)
        if verdict.complaints:
            raise AxleError(f"payload {name}: {verdict.complaints[0]}")
        return {row: value for row, value in guest.bench_values(text).items() if row in rows}

    with term.Progress(f"{name} natively"):
        natives |= twice(f"{name} natively", lambda: once(guest.run_native(payload, board.arch, image), False))
    with term.Progress(f"{name} under Axle"):
        values |= twice(name, lambda: once(machine.run(board, vms, payload.timeout).console(vms[0].name), True))


def twice(what, fn):
    """The value of fn, which must be the same again."""
    first, second = fn(), fn()
    if first != second:
        raise AxleError(f"{what} does not repeat: {first} and then {second}")
    return first


def _boot(board, cpus, values, natives):
    """Debian's kernel to the marker of its initramfs, by the guest's own clock."""
    row = f"boot.linux.{cpus}cpu"
    images = Images()
    kernel, initrd = (images.path(f"{IMAGES[board.arch]}:{part}") for part in ("kernel", "initrd"))
    cmdline = f"{LINUX_CONSOLE[board.arch]} axle.run=poweroff"
    vm = make_vm({"name": "linux", "cpus": cpus, "memory": LINUX_MEMORY,
                  "affinity": list(range(cpus)),
                  "kernel": {"image": str(kernel), "initrd": str(initrd), "cmdline": cmdline}}, board.arch)
    native = [*guest.native_machine(board), "-smp", str(cpus), "-m", LINUX_MEMORY, *guest.NATIVE,
              "-kernel", str(kernel), "-initrd", str(initrd), "-append", cmdline]
    with term.Progress(f"{row} natively"):
        natives[row] = twice(f"{row} natively", lambda: marker_time(guest.capture(native, BOOT_TIMEOUT)))
    with term.Progress(f"{row} under Axle"):
        values[row] = twice(row, lambda: marker_time(machine.run(board, [vm], BOOT_TIMEOUT).console(vm.name)))


def marker_time(text):
    """Nanoseconds on the guest's clock when its initramfs was ready."""
    found = re.search(re.escape(guest_init.MARKER) + r".*\bat (\d+) nsecs", text)
    if not found:
        last = text.strip().splitlines()[-1:] or ["(nothing)"]
        raise AxleError(f"Linux did not come up; its last line: {last[0]}")
    return int(found[1])


def sizes(board):
    """Bytes of the built hypervisor: code and constants; all that is linked; memory it uses at run time for itself."""
    elf = machine.build(board).elf
    tool = guest.ARCHES[board.arch]["prefix"] + "size"
    told = subprocess.run([tool, "-B", str(elf)], capture_output=True, text=True, check=True)
    text, data, bss = (int(word) for word in told.stdout.splitlines()[1].split()[:3])
    return {"size.text": text, "size.static": text + data + bss, "size.ram": machine.host_memory(board)}


def apply_goals(rows, arch, path=GOALS):
    """Goals into the rows when they bind; a row above its goal is not ok."""
    with open(path, "rb") as file:
        goals = tomllib.load(file)
    if not goals["binding"]:
        return
    for row in rows:
        goal = goals.get(arch, {}).get(row.name, {})
        if "ratio" in goal:
            row.goal, row.ok = goal["ratio"], row.ratio is not None and row.ratio <= goal["ratio"]
        elif "value" in goal:
            row.goal, row.ok = goal["value"], row.value <= goal["value"]


def table(rows):
    """The rows as text for people."""
    lines = [f"{'row':<18} {'unit':<6} {'Axle':>14} {'native':>14} {'ratio':>8} {'goal':>10}"]
    for row in rows:
        native = "-" if row.native is None else f"{row.native:,}"
        ratio = "-" if row.ratio is None else f"{row.ratio:.3f}"
        goal = "-" if row.goal is None else f"{row.goal:,}"
        lines.append(f"{row.name:<18} {row.unit:<6} {row.value:>14,} {native:>14} {ratio:>8} {goal:>10}"
                     + ("" if row.ok else "  above goal"))
    return "\n".join(lines)
