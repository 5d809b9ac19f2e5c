# SPDX-License-Identifier: Apache-2.0
"""From dicts shaped like the files to addresses and the blob."""
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle.config import (ConfigError, compile_blob, load_board, load_vm, make_board, make_vm, modules,  # noqa: E402
                         resolve)
from axle.fdt import Tree, text, u32, u64  # noqa: E402

M = 1 << 20
RAM = 0x40000000


def image_header(image_size, text_offset=0):
    return struct.pack("<8xQQQ24x4sI", text_offset, image_size, 10, b"ARM\x64", 0)


class Base(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.file("kernel", 33 * M, image_header(34 * M))
        self.file("initrd", 3 * M)
        self.file("flat.bin", 5000)

    def file(self, name, size, start=b""):
        """A sparse file."""
        with (self.folder / name).open("wb") as stream:
            stream.write(start)
            stream.truncate(size)

    def lookup(self, reference):
        name, part = reference.split(":")
        if name != "debian":
            raise LookupError(reference)
        return self.folder / part

    def vm(self, **values):
        kernel = {"image": "flat.bin"} | values.pop("kernel", {})
        return make_vm({"name": "vm", "memory": "64M", **values, "kernel": kernel}, directory=self.folder)

    def board(self, **values):
        machine = {"cpus": 4, "memory": "1G"} | values.pop("machine", {})
        return make_board({"name": "b", "arch": "aarch64", "platform": "qemu-virt", "machine": machine, **values})

    def resolve(self, *vms, host_tree=None, **board):
        return resolve(self.board(**board), vms, self.lookup, host_tree)

    def refused(self, message, *vms, **board):
        with self.assertRaises(ConfigError) as caught:
            self.resolve(*vms, **board)
        self.assertIn(message, str(caught.exception))


class Placement(Base):
    def test_linux_gets_its_kernel_low_and_its_tree_and_initrd_high(self):
        vm = self.vm(memory="256M", kernel={"image": "debian:kernel", "initrd": "debian:initrd"})
        boot = self.resolve(vm).vms[0].boot
        end = RAM + 256 * M
        self.assertEqual((boot.kernel_gpa, boot.entry), (RAM, RAM))
        self.assertEqual(boot.dtb_gpa, end - 0x10000)
        self.assertEqual(boot.initrd_gpa, end - 4 * M)
        self.assertEqual(boot.kernel, self.folder / "kernel")

    def test_text_offset_of_the_header_is_honoured(self):
        self.file("offset", 4 * M, image_header(4 * M, 0x80000))
        self.assertEqual(self.resolve(self.vm(kernel={"image": "offset"})).vms[0].boot.kernel_gpa, RAM + 0x80000)

    def test_an_old_image_without_sizes_goes_to_the_usual_offset(self):
        self.file("old", 4 * M, image_header(0))
        self.assertEqual(self.resolve(self.vm(kernel={"image": "old"})).vms[0].boot.kernel_gpa, RAM + 0x80000)

    def test_a_flat_binary_starts_at_the_start_of_memory(self):
        boot = self.resolve(self.vm(memory=[{"base": 0x80000000, "size": "8M"}])).vms[0].boot
        self.assertEqual((boot.kernel_gpa, boot.entry, boot.initrd), (0x80000000, 0x80000000, None))

    def test_load_and_entry_override(self):
        boot = self.resolve(self.vm(kernel={"load": RAM + 0x200000, "entry": RAM + 0x200040})).vms[0].boot
        self.assertEqual((boot.kernel_gpa, boot.entry), (RAM + 0x200000, RAM + 0x200040))

    def test_an_initrd_that_fits_only_on_a_page_boundary_is_still_placed(self):
        vm = self.vm(memory="6M", kernel={"initrd": "initrd"})
        self.assertEqual(self.resolve(vm).vms[0].boot.initrd_gpa, RAM + 2 * M)
        self.file("initrd", 5 * M + 0x1000)
        self.assertEqual(self.resolve(vm).vms[0].boot.initrd_gpa, RAM + 6 * M - 0x10000 - 5 * M - 0x1000)

    def test_an_initrd_that_does_not_fit_is_refused(self):
        self.file("initrd", 40 * M)
        self.refused("kernel.initrd: the initrd", self.vm(kernel={"image": "kernel", "initrd": "initrd"}))
        self.file("initrd", 80 * M)
        self.refused("kernel.initrd: the initrd", self.vm(kernel={"initrd": "initrd"}))

    def test_a_kernel_s_image_size_counts_not_its_file(self):
        self.refused("is larger than the memory: 34M", self.vm(memory="33M", kernel={"image": "kernel"}))

    def test_the_users_device_tree_takes_the_place_of_ours(self):
        (self.folder / "own.dtb").write_bytes(Tree().to_bytes())
        boot = self.resolve(self.vm(kernel={"dtb": "own.dtb"})).vms[0].boot
        self.assertEqual((boot.dtb, boot.dtb_gpa), (self.folder / "own.dtb", RAM + 64 * M - 0x10000))
        (self.folder / "own.dtb").write_bytes(Tree().to_bytes() + bytes(61440))
        self.refused("kernel.dtb: is 61512 bytes long, at most 61440", self.vm(kernel={"dtb": "own.dtb"}))

    def test_packed_kernels_are_refused_with_advice(self):
        self.file("packed", 4096, b"\x1f\x8b")
        self.refused("is compressed (gzip); unpack it: gunzip", self.vm(kernel={"image": "packed"}))
        self.file("empty", 0)
        self.refused("kernel.image: is empty", self.vm(kernel={"image": "empty"}))

    def test_unknown_images_are_refused(self):
        self.refused('there is no such image ("suse:kernel")', self.vm(kernel={"image": "suse:kernel"}))
        self.refused("./axle image pull debian", self.vm(kernel={"image": "debian:nothing"}))


class Devices(Base):
    def devices(self, **values):
        return {device.name: device for device in self.resolve(self.vm(**values)).vms[0].devices}

    def test_every_vm_has_the_machine_s_devices(self):
        found = self.devices(cpus=3)
        self.assertEqual(found["irqchip"].ranges, ((0x08000000, 0x10000), (0x080A0000, 3 * 0x20000)))
        self.assertEqual(found["timer"].interrupts, (27,))
        self.assertEqual((found["console"].ranges, found["console"].interrupts), (((0x09000000, 0x1000),), (33,)))

    def test_addresses_and_interrupts_can_be_given(self):
        found = self.devices(devices={"console": {"base": 0x0A000000, "irq": 40}})
        self.assertEqual((found["console"].ranges, found["console"].interrupts), (((0x0A000000, 0x1000),), (40,)))

    def test_further_devices_get_free_addresses_and_interrupts(self):
        found = self.devices(devices={"one": {"model": "pl011"},
                                      "two": {"model": "pl011", "base": 0x0B000000, "irq": 64}})
        self.assertEqual((found["one"].ranges, found["one"].interrupts), (((0x0B001000, 0x1000),), (65,)))

    def test_a_console_can_be_left_out(self):
        self.assertNotIn("console", self.devices(devices={"console": {"model": "none"}}))
        self.refused('is not known ("none")', self.vm(devices={"irqchip": {"model": "none"}}))

    def test_keys_that_a_model_does_not_have_are_refused(self):
        self.refused("arm-vtimer has no registers in memory", self.vm(devices={"timer": {"base": 0x0A000000}}))
        self.refused("vgicv3 has no interrupt", self.vm(devices={"irqchip": {"irq": 40}}))


class Boards(Base):
    def test_a_file_that_two_vms_use_is_one_module(self):
        kernel = {"image": "debian:kernel", "initrd": "initrd"}
        result = self.resolve(*(self.vm(name=name, memory="128M", kernel=kernel) for name in ("a", "b")))
        self.assertEqual(modules(result), [("debian.kernel", self.folder / "kernel", "kernel"),
                                           ("a.initrd", self.folder / "initrd", "ramdisk")])

    def test_a_pinned_vm_needs_one_cpu_for_each_vcpu(self):
        self.resolve(self.vm(cpus=2, scheduler="pinned", affinity=[2, 3]))
        self.refused("is pinned and needs exactly one CPU", self.vm(scheduler="pinned", affinity=[[2, 3]]))
        self.refused("CPU 2 is pinned twice", self.vm(cpus=2, scheduler="pinned", affinity=[2, 2]))

    def test_fair_vcpus_need_a_cpu_that_is_not_pinned(self):
        pinned = self.vm(name="p", cpus=4, scheduler="pinned", affinity=[0, 1, 2, 3])
        self.refused("vCPU 0 of vm has no CPU left", pinned, self.vm())
        self.resolve(self.vm(name="p", cpus=3, scheduler="pinned", affinity=[0, 1, 2]), self.vm())

    def test_all_problems_of_all_vms_are_told_at_once(self):
        with self.assertRaises(ConfigError) as caught:
            self.resolve(self.vm(affinity=[9]), self.vm(kernel={"image": "nowhere"}))
        self.assertEqual(sorted(problem.key for problem in caught.exception.problems),
                         ["affinity[0]", "kernel.image", "name"])
        self.assertEqual(caught.exception.status, 2)


class Passthrough(Base):
    def host(self):
        tree = Tree()
        soc = tree.root.set("#address-cells", u32(2)).set("#size-cells", u32(2)).add("soc")
        soc.set("#address-cells", u32(1)).set("#size-cells", u32(1)).set("ranges", u32(0x1000, 0, 0x0A000000, 0x10000))
        soc.add("rtc@2000").set("reg", u32(0x2000, 0x1000, 0x4000, 0x2000))
        soc.add("half@3000").set("reg", u32(0x3000, 0x200))
        tree.root.add("hidden").add("x").set("reg", u32(0, 0x1000, 0x1000))
        return tree

    def test_a_path_is_looked_up_in_the_host_s_device_tree(self):
        vm = self.vm(passthrough=[{"name": "rtc", "path": "/soc/rtc@2000", "permissions": "r"}])
        rows = self.resolve(vm, host_tree=self.host()).vms[0].passthrough
        self.assertEqual([(row.name, row.gpa, row.hpa, row.size, row.prot) for row in rows],
                         [("rtc", 0x0A001000, 0x0A001000, 0x1000, 1), ("rtc.1", 0x0A003000, 0x0A003000, 0x2000, 1)])

    def test_what_cannot_be_given_away_is_refused(self):
        for path, message in (("/soc/half", "does not fill whole pages"), ("/soc/none", "there is no node 'none'"),
                              ("/hidden/x", "not visible to the CPU"), ("/soc", "has no property 'reg'")):
            with self.subTest(path=path):
                with self.assertRaises(ConfigError) as caught:
                    self.resolve(self.vm(passthrough=[{"name": "x", "path": path}]), host_tree=self.host())
                self.assertIn(message, str(caught.exception))


class Override(Base):
    def test_what_run_was_asked_for_replaces_the_file(self):
        vm = self.vm(cpus=2, affinity=[0, 1], kernel={"cmdline": "quiet", "initrd": "initrd"})
        vm = vm.override(kernel=self.folder / "kernel", append="debug", cpus=3, memory="128M", initrd="none")
        self.assertEqual((vm.cpus, vm.affinity, vm.kernel.cmdline), (3, ((0,), (1,), ()), "quiet debug"))
        self.assertEqual((vm.memory[0].size, vm.kernel.initrd), (128 * M, None))
        self.assertEqual(self.resolve(vm).vms[0].boot.kernel, self.folder / "kernel")

    def test_messages_name_the_option(self):
        for values, message in (({"memory": "12 pigs"}, "--memory: memory: is not a size"),
                                ({"cpus": 9}, "--cpus: cpus: is out of range (9)")):
            with self.assertRaises(ConfigError) as caught:
                self.vm().override(**values)
            self.assertIn(message, str(caught.exception))
        self.refused("--kernel: kernel.image: there is no such file", self.vm().override(kernel="/nowhere/Image"))
        self.refused("--memory: memory: the device tree", self.vm().override(memory="64K"))


class Blob(Base):
    def blob(self, *vms, **board):
        return compile_blob(self.resolve(*vms, **board))

    def test_it_says_what_was_resolved(self):
        vm = self.vm(cpus=2, affinity=[[0, 2], []], scheduler="fair", weight=50, autostart=False, on_reboot="stop",
                     kernel={"initrd": "initrd", "cmdline": "console=ttyAMA0"},
                     passthrough=[{"name": "rtc", "host": 0x09010000, "size": "4K", "guest": 0x0A000000}])
        tree = Tree.from_bytes(self.blob(vm, host={"escape_key": "Ctrl-T", "when_idle": "poweroff"}))
        root, node = tree.root, tree.find("/vms/vm@0")
        self.assertEqual(root.text("compatible"), "axle,config-1")
        self.assertEqual((root.u32("escape-key"), root.text("when-idle")), (0x14, "poweroff"))
        self.assertEqual(node.u64s("affinity"), [5, 0])
        self.assertEqual((node.u32("weight"), node.has("autostart"), node.text("on-reboot")), (50, False, "stop"))
        self.assertEqual(node.u64s("memory"), [RAM, 64 * M, 7])
        self.assertEqual((node.text("kernel"), node.text("initrd"), node.has("dtb")), ("vm.kernel", "vm.initrd", False))
        self.assertEqual((node.u64("kernel-gpa"), node.u64("initrd-gpa")), (RAM, RAM + 60 * M))
        self.assertEqual(tree.find("/vms/vm@0/devices/console").u64s("ranges"), [0x09000000, 0x1000])
        self.assertEqual(tree.find("/vms/vm@0/passthrough/rtc").u64s("range"), [0x0A000000, 0x09010000, 0x1000, 11])

    def test_dtc_accepts_it_and_it_is_the_same_each_time(self):
        blob = self.blob(self.vm(), self.vm(name="b"))
        self.assertEqual(blob, self.blob(self.vm(), self.vm(name="b")))
        done = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts"], input=blob, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b'vm-name = "b";', done.stdout)

    def test_a_board_without_vms_has_a_blob(self):
        self.assertEqual(Tree.from_bytes(self.blob()).find("/vms").children, [])

    def test_the_project_s_board_compiles(self):
        board = load_board("qemu-aarch64")
        vms = [load_vm(path, board.arch) for path in board.vm_paths()]
        result = resolve(board, vms, lambda reference: self.folder / reference.split(":")[1])
        self.assertEqual(Tree.from_bytes(compile_blob(result)).root.texts("board"), ["qemu-aarch64"])
        self.assertIn("debian-arm64.kernel", [name for name, _, _ in modules(result)])
        self.assertEqual(text("x"), b"x\0")


if __name__ == "__main__":
    unittest.main()
