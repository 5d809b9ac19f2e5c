# SPDX-License-Identifier: Apache-2.0
"""`run`: a board in its emulator, with its guests or the user's own."""
import shlex
import subprocess
import sys

from . import build, choice, config, packages, paths, qemu, term, watch
from .images import Images

HELP = "run a board in its emulator"
ABOUT = """Builds the board and runs it in its emulator, with a console to each guest. To leave: `host poweroff` at Axle's prompt.

  axle run qemu-aarch64
  axle run qemu-aarch64 --kernel Image --cpus 2 --memory 512M     your own kernel
  axle run qemu-aarch64 --until 'guest# ' --timeout 60            for scripts
  axle run qemu-aarch64 -- -d int -D trace.log                    more arguments for the emulator"""
UNTIL_TIMEOUT = 120


def add_arguments(parser):
    parser.add_argument("board", metavar="BOARD", help="a board's name, or its file")
    choice.add_arguments(parser)
    group = parser.add_argument_group("emulator")
    group.add_argument("--emulator", metavar="PATH", help="use this one")
    group.add_argument("--exact", action="store_true", help="deterministic: one instruction is one virtual nanosecond")
    group.add_argument("--until", metavar="REGEX", help="end with status 0 when this appears on any console")
    group.add_argument("--timeout", type=float, metavar="S",
                       help=f"end with status 1 after S seconds ({UNTIL_TIMEOUT} with --until)")
    group.add_argument("--gdb", action="store_true", help="wait for a debugger on port 1234")
    group.add_argument("--dry-run", action="store_true", help="print the emulator's command line")
    group.add_argument("--no-build", action="store_true", help="use the image as it was built last")


def prepare(args):
    """The Machine that the arguments ask for, built and with its modules placed."""
    board = config.load_board(args.board)
    packages.ensure([f"emulate-{board.arch}", "images"] if not args.emulator else ["images"], args.yes)
    library = Images()
    resolved = config.resolve(board, choice.chosen_vms(board, args, library), library.path)
    emulator = qemu.find_emulator(board, args.emulator)
    folder = paths.build_dir(board.name)
    if not (args.no_build and (folder / "axle.bin").exists()):
        build.board(board, resolved, yes=args.yes)
    machine = qemu.Machine(board, resolved, emulator, folder / "axle.bin", folder / "run")
    if board.modules == "loaded":
        machine.load_modules(args.exact, args.extra)
    return machine


def run(args):
    pattern = watch.compiled(args.until) if args.until else None
    machine = prepare(args)
    scripted = bool(args.until or args.timeout)
    command = machine.command(args.exact, args.gdb, [*(["-no-reboot"] if scripted else []), *args.extra])
    if args.dry_run:
        print(shlex.join(command))
        return 0
    if args.gdb:
        term.note(f"gdb-multiarch {paths.relative(machine.image.with_suffix('.elf'))} -ex 'target remote :1234'")
    if not scripted:
        return interactive(machine, command)
    failure = watch.until(command, pattern, args.timeout or UNTIL_TIMEOUT, sys.stdout.fileno())
    print(flush=True)
    if failure:
        term.note(f"--until {args.until}: {failure}" if args.until else failure)
    return 1 if failure else 0


def interactive(machine, command):
    """The terminal belongs to the emulator until Axle powers off."""
    names = ", ".join(row.vm.name for row in machine.resolved.vms)
    term.note(f"VMs: {names}. {machine.board.host.escape_key} ? tells the keys; "
              f"{machine.board.host.escape_key} h, then `host poweroff`, leaves")
    return 1 if subprocess.run(command, check=False).returncode else 0
