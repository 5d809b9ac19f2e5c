# SPDX-License-Identifier: Apache-2.0
"""Running a board: placement of modules, command lines, the choice of VMs, waiting for text."""
import argparse
import os
import struct
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle import choice, cli, config, emulators, fdt, images, placement, qemu, watch  # noqa: E402
from axle.cache import Cache  # noqa: E402
from axle.errors import AxleError, UsageError  # noqa: E402

M = 1 << 20
BOARD = {"name": "test-board", "arch": "aarch64", "platform": "qemu-virt", "machine": {"cpus": 2, "memory": "512M"},
         "run": {"emulator": "qemu-system-aarch64", "machine": "virt,gic-version=3", "cpu": "cortex-a57", "args": ["-S"]}}


def fake_emulator(script):
    """Words that start a program that says what the script makes it say."""
    return [sys.executable, "-c", script]


class Placement(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def module(self, name, size):
        file = self.folder / name
        with open(file, "wb") as out:
            out.truncate(size)
        return placement.Module(name, file, "kernel")

    def test_modules_come_from_the_top_on_boundaries_and_apart(self):
        modules = [self.module("a", 33 * M + 5), self.module("b", 1), self.module("c", 2 * M)]
        placed = placement.place(modules, [(0x40000000, 256 * M)], [(0x40000000, 8 * M)])
        self.assertTrue(all(each.base % placement.ALIGN == 0 for each in placed))
        for low, high in zip(placed, placed[1:]):
            self.assertLessEqual(low.base + low.size, high.base)
        self.assertLessEqual(placed[-1].base + placed[-1].size, 0x50000000)
        self.assertGreater(placed[0].base, 0x4c000000)

    def test_what_is_taken_stays_free(self):
        taken = [(0x40000000, 4 * M), (0x48000000, 2 * M)]
        placed = placement.place([self.module("a", 100 * M), self.module("b", 100 * M)], [(0x40000000, 256 * M)], taken)
        for each in placed:
            for start, size in taken:
                self.assertTrue(each.base >= start + size or each.base + each.size <= start)

    def test_a_module_without_room_is_named_with_what_to_do(self):
        with self.assertRaisesRegex(AxleError, "module big .*65.0 MB.* 64.0 MB of memory; give"):
            placement.place([self.module("big", 65 * M)], [(0x40000000, 64 * M)], [])

    def test_banks_are_used_each_for_itself(self):
        placed = placement.place([self.module("a", 6 * M), self.module("b", 6 * M)], [(0, 8 * M), (64 * M, 8 * M)], [])
        self.assertEqual([each.base for each in placed], [2 * M, 66 * M])

    def test_the_device_tree_names_the_modules(self):
        tree = fdt.Tree()
        placed = [placement.Module("config", self.module("c", 10).file, "config", 0x50000000)]
        node = fdt.Tree.from_bytes(placement.describe(tree, placed).to_bytes()).find("/chosen/module@50000000")
        self.assertEqual(node.texts("compatible"), ["axle,config", "multiboot,module"])
        self.assertEqual(node.u64s("reg"), [0x50000000, 10])
        self.assertEqual(node.text("module-name"), "config")


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.image = Path(folder.name) / "axle.bin"
        self.image.write_bytes(struct.pack("<8xQQ", 0, 3 * M) + bytes(40))
        board = config.make_board(BOARD)
        self.machine = qemu.Machine(board, None, ["qemu"], self.image, Path(folder.name))

    def test_the_board_says_machine_cpus_and_memory(self):
        words = " ".join(self.machine.command())
        for part in ("-machine virt,gic-version=3", "-cpu cortex-a57", "-smp 2", "-m 512M", "-S", f"-kernel {self.image}"):
            self.assertIn(part, words)
        self.assertIn("signal=off", words)
        self.assertNotIn("-dtb", words)

    def test_exact_and_gdb_add_their_words_and_extra_comes_last(self):
        words = self.machine.command(exact=True, gdb=True, extra=["-d", "int"])
        self.assertIn("shift=0,sleep=off", words)
        self.assertIn("-s", words)
        self.assertEqual(words[-2:], ["-d", "int"])

    def test_each_module_is_loaded_raw_at_its_place_and_commas_are_doubled(self):
        self.machine.modules = [placement.Module("m", Path("/a,b"), "kernel", 0x50000000)]
        self.assertIn("loader,file=/a,,b,addr=0x50000000,force-raw=on", self.machine.command())

    def test_image_and_device_tree_keep_their_memory(self):
        (start, length), (tree, room) = self.machine._taken()
        self.assertEqual((start, length), (0x40000000, 6 * M))
        self.assertEqual((tree, room), (0x48000000, 2 * M))

    def test_a_board_that_is_not_emulated_is_refused(self):
        board = config.make_board({key: value for key, value in BOARD.items() if key != "run"})
        with self.assertRaisesRegex(UsageError, "test-board is not emulated"):
            qemu.find_emulator(board)


class Choice(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("one", "two"):
            (self.folder / f"{name}.toml").write_text(f'name = "{name}"\nmemory = "64M"\n[kernel]\nimage = "k"\ncmdline = "quiet"\n')
        self.library = images.Images(Cache(self.folder / "cache"))
        self.board = config.make_board({**BOARD, "vms": ["./one.toml", "./two.toml"]}, directory=self.folder)

    def vms(self, *words):
        parser = argparse.ArgumentParser()
        choice.add_arguments(parser)
        return choice.chosen_vms(self.board, parser.parse_args(words), self.library)

    def test_the_boards_own_vms_run_by_default(self):
        self.assertEqual([vm.name for vm in self.vms()], ["one", "two"])

    def test_a_given_vm_replaces_the_boards(self):
        self.assertEqual([vm.name for vm in self.vms("--vm", str(self.folder / "two.toml"))], ["two"])

    def test_a_kernel_alone_makes_one_vm_of_the_first(self):
        (vm,) = self.vms("--kernel", "/my/Image", "--cpus", "2", "--memory", "128M", "--append", "debug")
        self.assertEqual((vm.kernel.image, vm.cpus, vm.memory[0].size), ("/my/Image", 2, 128 * M))
        self.assertEqual(vm.kernel.cmdline, "quiet debug")

    def test_an_images_name_stands_for_its_file(self):
        file = self.folder / "Image"
        file.write_bytes(b"k")
        self.library.add("mine", file, file)
        (vm,) = self.vms("--kernel", "mine", "--initrd", "mine")
        self.assertEqual(vm.kernel.image, str(self.library.folder("mine") / "kernel"))
        self.assertEqual(vm.kernel.initrd, str(self.library.folder("mine") / "initrd"))


class Until(unittest.TestCase):
    def wait(self, script, pattern, timeout=20):
        with tempfile.TemporaryFile() as out:
            told = watch.until(fake_emulator(script), pattern and watch.compiled(pattern), timeout, out.fileno())
            out.seek(0)
            self.copied = out.read().decode()
            return told

    def test_text_behind_a_vms_name_is_seen(self):
        self.assertIsNone(self.wait("print('[linux-a] ready now', flush=True); import time; time.sleep(60)", "^ready"))

    def test_text_of_a_line_that_is_not_ended_is_seen(self):
        self.assertIsNone(self.wait("print('\\x1b[1mguest# ', end='', flush=True); import time; time.sleep(60)", "^guest# $"))

    def test_the_line_of_the_text_is_copied_to_its_end_and_no_further(self):
        script = ("import sys, time; w = lambda s: (sys.stdout.write(s), sys.stdout.flush(), time.sleep(0.1))\n"
                  "w('one ready, '); w('cpus 1'); w('\\n'); time.sleep(60)")
        self.assertIsNone(self.wait(script, "ready"))
        self.assertEqual(self.copied, "one ready, cpus 1\n")

    def test_a_time_without_the_text_is_a_failure(self):
        self.assertIn("not seen", self.wait("import time; time.sleep(60)", "never", 0.2))

    def test_a_panic_is_a_failure_even_when_the_text_comes_after(self):
        told = self.wait("print('axle: panic: broken', flush=True); print('ready')", "ready")
        self.assertIn("panicked", told)

    def test_an_emulator_that_ends_early_is_a_failure(self):
        self.assertIn("ended early (status 3)", self.wait("raise SystemExit(3)", "never"))

    def test_without_a_text_the_emulators_good_end_is_the_end(self):
        self.assertIsNone(self.wait("print('done')", None))

    def test_a_broken_expression_is_a_usage_error(self):
        with self.assertRaises(UsageError):
            watch.compiled("(")


class Emulators(unittest.TestCase):
    def test_versions_are_read_and_compared_as_numbers(self):
        self.assertEqual(emulators.parse_version("QEMU emulator version 10.0.2 (Debian)"), (10, 0))
        self.assertGreater(emulators.parse_version("10.0"), emulators.parse_version("7.2"))
        self.assertEqual(emulators.parse_version("none"), (0, 0))

    def test_a_program_that_is_there_and_new_enough_is_used(self):
        self.assertEqual(len(emulators.find("python3", "3.1")), 1)

    def test_a_given_program_that_does_not_exist_is_refused(self):
        with self.assertRaisesRegex(UsageError, "no such emulator"):
            emulators.find("qemu-system-aarch64", given="/no/such/qemu")

    def test_a_private_program_runs_by_its_own_loader(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for file in ("usr/bin/qemu-system-aarch64", emulators.host()[2]):
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).touch()
            words = emulators.private_command("qemu-system-aarch64", root)
        self.assertIn(str(root / emulators.host()[2]), words)
        self.assertIn("--library-path", words)
        self.assertIn(str(root / "usr/share/qemu"), words)


class Words(unittest.TestCase):
    def test_what_follows_two_dashes_is_the_emulators(self):
        self.assertEqual(cli.split_extra(["run", "b", "--", "-d", "--", "x"]), (["run", "b"], ["-d", "--", "x"]))

    def test_every_verb_has_help(self):
        for verb in cli.VERBS:
            with self.subTest(verb=verb), self.assertRaises(SystemExit) as end, open(os.devnull, "w", encoding="utf-8") as out:
                stdout, sys.stdout = sys.stdout, out
                try:
                    cli.main([verb, "--help"])
                finally:
                    sys.stdout = stdout
            self.assertEqual(end.exception.code, 0)


if __name__ == "__main__":
    unittest.main()
