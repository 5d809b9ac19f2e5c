# SPDX-License-Identifier: Apache-2.0
"""Every wrong configuration of tests/configs/bad is refused with exactly its messages."""
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from axle.config import check_files  # noqa: E402

BAD = ROOT / "tests" / "configs" / "bad"
EXPECT = "# expect: "


class BadFiles(unittest.TestCase):
    def test_each_wrong_file_is_refused_with_its_messages(self):
        self.maxDiff = None
        for file in sorted(BAD.glob("*.toml")):
            with self.subTest(file=file.name):
                expected = [line.removeprefix(EXPECT) for line in file.read_text().splitlines()
                            if line.startswith(EXPECT)]
                self.assertTrue(expected, "the file does not say what to expect")
                found = [str(problem).replace(f"{BAD}/", "") for problem in check_files([file])]
                self.assertEqual(found, expected)

    def test_the_project_s_own_configurations_have_no_problem(self):
        files = sorted((ROOT / "configs").rglob("*.toml"))
        self.assertTrue(files)
        self.assertEqual(check_files(files), [])

    def test_a_file_that_is_not_there_is_named(self):
        self.assertEqual([str(p) for p in check_files(["no/such.toml", "qemu-arch64"])],
                         ["no/such.toml: there is no such file; check the name",
                          'qemu-arch64: there is no such board; did you mean "qemu-aarch64"?'])

    def test_an_image_that_is_not_fetched_yet_is_no_problem_but_an_unknown_one_is(self):
        file = ROOT / "configs" / "vms" / "linux-a.toml"
        self.assertEqual(check_files([file], lambda reference: Path("not", "yet")), [])
        self.assertEqual([problem.what for problem in check_files([file], lambda reference: None)],
                         [f'there is no such image ("debian-arm64:{part}")' for part in ("kernel", "initrd")])

    def test_the_problems_of_several_files_are_all_found_and_none_twice(self):
        files = [BAD / "vm-bad-size.toml", BAD / "board-vm-broken.toml", BAD / "vm-bad-size.toml"]
        self.assertEqual(len(check_files(files)), 3)


if __name__ == "__main__":
    unittest.main()
