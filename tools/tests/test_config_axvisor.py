# SPDX-License-Identifier: Apache-2.0
"""AxVisor's VM files become ours."""
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle.config import ConfigError, check_files, convert_file, load_vm, make_vm  # noqa: E402

CLASSIC = """
[base]
id = 1
name = "linux_qemu"
vm_type = 1
cpu_num = 2
phys_cpu_ids = [0, 1]
phys_cpu_sets = [1, 6]
[kernel]
entry_point = 0x8020_0000
image_location = "memory"
kernel_path = "Image"
kernel_load_addr = 0x8020_0000
dtb_path = "linux.dtb"
dtb_load_addr = 0x8000_0000
cmdline = "console=ttyAMA0 \\"quoted\\""
disk_path = "disk.img"
memory_regions = [
    [0x8000_0000, 0x1000_0000, 0x7, 1],
    [0x0a00_0000, 0x1000, 0x3, 2],
]
[devices]
emu_devices = [
    ["gppt-gicd", 0x0800_0000, 0x1_0000, 0, 0x21, []],
    ["gppt-gicr", 0x080a_0000, 0x2_0000, 0, 0x20, [1, 0x20000, 0]],
    ["fwcfg", 0x0902_0000, 0x1000, 0, 0x3, []],
]
passthrough_devices = [
    ["/"],
    ["/pl061@9030000"],
    ["rtc", 0x0901_0000, 0x0901_0000, 0x1000, 34],
]
passthrough_addresses = [[0x0904_0000, 0x1000]]
excluded_devices = [["/timer"]]
interrupt_mode = "passthrough"
"""

NEW = """
[base]
id = 1
name = "linux-a"
guest_type = "virtualized"
cpu_num = 1
[kernel]
image_location = "fs"
kernel_path = "/guest/linux/Image"
entry_point = 0x4020_0000
kernel_load_addr = 0x4020_0000
memory_regions = [[0x4000_0000, 0x2000_0000, 0x7, 0]]
surprise = 1
[devices]
passthrough = [{ path = "/soc/mmc@fe2c0000" }, { path = "/soc/mmc@fe2d0000" }]
disabled = []
[[devices.virtual]]
id = "root"
model = "virtio-blk"
path = "/guest/linux/root.img"
[[devices.virtual]]
id = "console0"
model = "pl011-mmio"
"""


class Convert(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.file = Path(scratch.name, "their.toml")

    def convert(self, text):
        self.file.write_text(text)
        result = convert_file(self.file)
        notes = [str(note).removeprefix(f"{self.file}:") for note in result.notes]
        return make_vm(tomllib.loads(result.text)), notes, result.text

    def test_a_classic_file_keeps_what_has_a_counterpart(self):
        vm, _, _ = self.convert(CLASSIC)
        self.assertEqual((vm.name, vm.cpus, vm.affinity), ("linux-qemu", 2, ((0,), (1, 2))))
        self.assertEqual([(row.base, row.size, row.permissions) for row in vm.memory], [(0x80000000, 0x10000000, 7)])
        self.assertEqual((vm.kernel.image, vm.kernel.load, vm.kernel.entry, vm.kernel.dtb),
                         ("Image", 0x80200000, None, "linux.dtb"))
        self.assertEqual(vm.kernel.cmdline, 'console=ttyAMA0 "quoted"')
        self.assertEqual([(row.name, row.host, row.size, row.path) for row in vm.passthrough],
                         [("reserved1", 0x0A000000, 0x1000, None), ("pl061", None, None, "/pl061@9030000"),
                          ("rtc", 0x09010000, 0x1000, None), ("range0", 0x09040000, 0x1000, None)])

    def test_everything_that_is_lost_is_told_with_its_line(self):
        _, notes, _ = self.convert(CLASSIC)
        self.assertEqual(notes, [
            '4: base.name: was changed ("linux_qemu"); it is now "linux-qemu"',
            '17: kernel.disk_path: has no counterpart ("disk.img"); there are no disks yet; use an initrd',
            "19: kernel.memory_regions[0]: is mapped identically; the VM sees the address, the host memory behind it "
            "is chosen by Axle",
            "26: devices.emu_devices[2]: has no counterpart (fwcfg, type 0x3); it was left out",
            '29: devices.passthrough_devices[0]: passes the whole machine through ("/"); list the devices one by one',
            "31: devices.passthrough_devices[2]: has an interrupt that is not passed through (34); the device works by "
            "polling only",
            '34: devices.excluded_devices: has no counterpart ([["/timer"]]); nothing is passed through unless it is '
            "listed",
            '35: devices.interrupt_mode: has no counterpart ("passthrough"); the VM gets its own interrupt controller '
            "and only what is listed",
        ])

    def test_a_new_file_is_understood_too(self):
        vm, notes, text = self.convert(NEW)
        self.assertEqual([row.name for row in vm.passthrough], ["mmc", "mmc-2"])
        self.assertEqual(vm.devices["console"].model, "pl011")
        self.assertEqual([note.split(": ")[1] for note in notes],
                         ["kernel.kernel_path", "kernel.surprise", "devices.virtual[0]"])
        self.assertIn("base = 0x40000000", text)
        self.assertIn(f"# {self.file}:13: kernel.surprise: unknown key; it was left out\n", text)

    def test_the_result_loads_as_a_file(self):
        _, _, text = self.convert(NEW)
        self.file.write_text(text)
        self.assertEqual(load_vm(self.file, "aarch64").name, "linux-a")

    def test_nonsense_is_told_and_left_out(self):
        vm, notes, _ = self.convert('loose = 1\n[base]\nname = "x"\nphys_cpu_sets = 7\n'
                                    "[kernel]\nmemory_regions = [[1]]\n")
        self.assertEqual((vm.kernel.image, vm.memory[0].size), ("KERNEL", 256 << 20))
        self.assertEqual([note.split(": ")[1] for note in notes],
                         ["loose", "base.phys_cpu_sets", "kernel", "kernel", "kernel.memory_regions"])

    def test_check_points_to_the_converter(self):
        self.file.write_text(NEW)
        self.assertIn("./axle check --convert", str(check_files([self.file])[0]))

    def test_a_file_that_is_no_toml_is_refused(self):
        self.file.write_text("[base\n")
        with self.assertRaises(ConfigError):
            convert_file(self.file)


if __name__ == "__main__":
    unittest.main()
