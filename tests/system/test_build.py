# SPDX-License-Identifier: Apache-2.0
"""Ways to build a board: everything in one file, by the other compiler, and with parts left out."""
import re
import subprocess
import unittest

from rig import BOOT, linux

from axle import build, config, guest_init, machine, qemu
from axle.images import Images
from axle.session import Session

PARTS = {"backtrace": False, "pl011": False, "ns16550": False, "sched_pinned": False, "log_max": "warn"}
SYMBOLS = {"pl011_driver", "ns16550_driver", "ax_sched_pinned"}


def variant(name, **changes):
    """The default board under another name, so that its build has a folder of its own."""
    board = machine.default_board()
    values = {"name": f"{name}-{board.name}", "arch": board.arch, "platform": board.platform,
              "machine": {"cpus": board.machine.cpus, "memory": sum(size for _, size in board.memory())},
              "run": {key: value for key, value in vars(board.run).items() if value}}
    return config.make_board({**values, **changes})


def built(board, vms, compiler=None):
    """(resolved, image) of a board with these VMs."""
    resolved = config.resolve(board, vms, Images().path)
    return resolved, build.board(board, resolved, compiler) / "axle.bin"


def symbols(image):
    return {line.split()[-1] for line in subprocess.run(["aarch64-linux-gnu-nm", image.with_suffix(".elf")], check=True, text=True,
                                                        capture_output=True).stdout.splitlines()}


class Embedded(unittest.TestCase):
    def boots_from_one_file(self, compiler):
        board = variant(f"embedded-{compiler}", modules="embedded")
        vm = config.make_vm(linux("debian"), board.arch)
        resolved, image = built(board, [vm], compiler)
        words = qemu.Machine(board, resolved, qemu.find_emulator(board), image, image.parent).command()
        self.assertFalse([word for word in words if word == "-dtb" or word.startswith("loader,")])
        with Session(words, ["debian"]) as session:
            session.expect(re.escape(guest_init.MARKER), vm="debian", timeout=BOOT)

    def test_one_file_made_by_gcc_boots_a_guest(self):
        self.boots_from_one_file("gcc")

    def test_one_file_made_by_clang_boots_a_guest(self):
        self.boots_from_one_file("clang")

    def test_a_changed_configuration_is_in_the_next_image(self):
        board = variant("changed", modules="embedded")
        for name in ("first", "second"):
            vm = config.make_vm(linux(name), board.arch)
            _, image = built(board, [vm])
            self.assertIn(f"{name}\0".encode(), image.read_bytes())


class Parts(unittest.TestCase):
    def test_what_is_off_leaves_no_symbol_and_comes_back_when_asked_for(self):
        _, image = built(variant("parts", features=PARTS), [])
        self.assertFalse(SYMBOLS & symbols(image))
        self.assertNotIn(b"called from", image.read_bytes())
        _, image = built(variant("parts"), [])
        self.assertEqual(SYMBOLS & symbols(image), SYMBOLS)
        self.assertIn(b"called from", image.read_bytes())


if __name__ == "__main__":
    unittest.main()
