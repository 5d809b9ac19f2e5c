# SPDX-License-Identifier: Apache-2.0
"""The device-tree reader and writer, against itself and against dtc."""
import random
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle import fdt  # noqa: E402
from axle.fdt import FdtError, Tree, text, u32, u64  # noqa: E402

SOURCE = """/dts-v1/;
/memreserve/ 0x40000000 0x10000;
/ {
    #address-cells = <2>;
    model = "a board";
    compatible = "one", "two";
    soc {
        uart@9000000 { reg = <0 0x9000000 0 0x1000>; flag; };
        uart@9001000 { };
    };
};
"""


def dtc(data, source, target):
    done = subprocess.run(["dtc", "-q", "-I", source, "-O", target], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def sample():
    tree = Tree(reservations=[(0x40000000, 0x10000)], boot_cpu=3)
    soc = tree.root.set("#address-cells", u32(2)).set("compatible", text("one", "two")).add("soc")
    soc.add("uart@9000000").set("reg", u64(0x9000000, 0x1000)).set("flag").set("odd", b"abc")
    soc.add("uart@9001000")
    soc.add("timer@1")
    return tree


class ReadsAndWrites(unittest.TestCase):
    def test_what_was_written_is_read_back(self):
        self.assertEqual(Tree.from_bytes(sample().to_bytes()), sample())

    def test_dtc_reads_what_was_written(self):
        dts = dtc(sample().to_bytes(), "dtb", "dts").decode()
        self.assertIn("/memreserve/\t0x0000000040000000 0x0000000000010000;", dts)
        self.assertIn('compatible = "one\\0two";', dts)
        self.assertIn("odd = [61 62 63];", dts)

    def test_what_dtc_wrote_is_read(self):
        tree = Tree.from_bytes(dtc(SOURCE.encode(), "dts", "dtb"))
        self.assertEqual(tree.reservations, [(0x40000000, 0x10000)])
        self.assertEqual(tree.root.texts("compatible"), ["one", "two"])
        self.assertEqual(tree.find("/soc/uart@9000000").u64s("reg"), [0x9000000, 0x1000])
        self.assertTrue(tree.find("/soc/uart@9000000").has("flag"))

    def test_a_unit_address_may_be_left_out_when_it_is_unambiguous(self):
        tree = sample()
        self.assertIs(tree.find("/soc/timer"), tree.find("/soc/timer@1"))
        self.assertIsNone(tree.find("/soc/uart"))
        self.assertIsNone(tree.find("/nowhere/at/all"))
        self.assertIs(tree.find("/"), tree.root)

    def test_walk_visits_parents_first(self):
        self.assertEqual([path for path, _ in sample().root.walk()],
                         ["/", "/soc", "/soc/uart@9000000", "/soc/uart@9001000", "/soc/timer@1"])

    def test_bytes_after_the_tree_are_ignored(self):
        self.assertEqual(Tree.from_bytes(sample().to_bytes() + b"\xff" * 9), sample())


class Properties(unittest.TestCase):
    def setUp(self):
        self.node = fdt.Node("n").set("one", u32(7)).set("wide", u64(1 << 40))
        self.node.set("word", text("abc")).set("raw", b"abc")

    def test_numbers_and_text(self):
        self.assertEqual((self.node.u32("one"), self.node.u64("wide"), self.node.text("word")), (7, 1 << 40, "abc"))

    def test_a_default_stands_in_for_a_missing_property_only(self):
        self.assertEqual(self.node.u32("none", 5), 5)
        self.assertEqual(self.node.text("none", "x"), "x")
        with self.assertRaisesRegex(FdtError, "3 bytes, not a multiple of 4"):
            self.node.u32("raw", 5)

    def test_a_missing_or_misshapen_property_is_named(self):
        for read, message in ((lambda: self.node.u32("none"), "node 'n' has no property 'none'"),
                              (lambda: self.node.text("raw"), "no terminator"),
                              (lambda: self.node.u32("wide"), "2 numbers instead of one"),
                              (lambda: self.node.set("two", text("a", "b")).text("two"), "2 strings instead of one")):
            with self.assertRaisesRegex(FdtError, message):
                read()

    def test_a_brother_of_the_same_name_is_refused(self):
        self.node.add("child")
        with self.assertRaisesRegex(FdtError, "exists twice"):
            self.node.add("child")
        with self.assertRaisesRegex(FdtError, "bad node name"):
            self.node.add("a/b")


class Damaged(unittest.TestCase):
    def refused(self, blob, message):
        with self.assertRaisesRegex(FdtError, message):
            Tree.from_bytes(blob)

    def patched(self, offset, *cells):
        blob = bytearray(sample().to_bytes())
        blob[offset:offset + 4 * len(cells)] = u32(*cells)
        return bytes(blob)

    def test_what_is_no_device_tree_is_refused(self):
        self.refused(b"", "too few")
        self.refused(b"x" * 100, "starts with 0x78787878")

    def test_a_blob_cut_short_is_refused(self):
        self.refused(sample().to_bytes()[:-1], "cut short")

    def test_a_strange_version_is_refused(self):
        self.refused(self.patched(20, 99, 99), "version 99")
        self.refused(self.patched(20, 3, 1), "version 3")

    def test_blocks_outside_of_the_blob_are_refused(self):
        self.refused(self.patched(8, 0xFFFFFFF0), "structure block .* lies outside")
        self.refused(self.patched(12, 0xFFFFFFF0), "strings block .* lies outside")
        self.refused(self.patched(16, 0xFFFFFFF0), "memory reservation block .* has no end")

    def test_a_property_that_leaves_the_block_is_refused(self):
        start = fdt.HEADER.unpack_from(sample().to_bytes())[2]
        self.refused(self.patched(start + 8, fdt.PROP, 0x10000), "leaves the structure block")
        self.refused(self.patched(start + 8, 0x77), "unknown token 0x77")
        self.refused(self.patched(start, fdt.END), "no root node")

    def test_a_bottomless_tree_is_refused(self):
        tree = Tree()
        node = tree.root
        for _ in range(fdt.MAX_DEPTH + 1):
            node = node.add("deep")
        self.refused(tree.to_bytes(), "nested deeper than 64")

    def test_random_damage_is_either_read_or_refused(self):
        chance = random.Random(42)
        good = sample().to_bytes()
        for _ in range(3000):
            blob = bytearray(good[:chance.randrange(len(good)) if chance.random() < 0.2 else len(good)])
            for _ in range(chance.randrange(1, 5) if blob else 0):
                blob[chance.randrange(len(blob))] = chance.choice((0, 1, 2, 3, 4, 9, 0x7F, 0xFF))
            try:
                Tree.from_bytes(bytes(blob))
            except FdtError:
                pass


if __name__ == "__main__":
    unittest.main()
