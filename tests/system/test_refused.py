# SPDX-License-Identifier: Apache-2.0
"""A wrong configuration is refused before anything is built: status 2 and the message that its file expects."""
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BAD = ROOT / "tests" / "configs" / "bad"
EXPECT = "# expect: "


def axle(*words):
    return subprocess.run([sys.executable, str(ROOT / "axle"), *words], capture_output=True, text=True, cwd=BAD, timeout=120,
                          stdin=subprocess.DEVNULL)


class Refused(unittest.TestCase):
    def test_check_refuses_each_kind_with_its_message(self):
        files = sorted(BAD.glob("*.toml"))
        self.assertGreater(len(files), 30)
        for file in files:
            with self.subTest(file=file.name):
                done = axle("check", file.name)
                self.assertEqual(done.returncode, 2)
                for line in file.read_text().splitlines():
                    if line.startswith(EXPECT):
                        self.assertIn(line.removeprefix(EXPECT), done.stdout + done.stderr)

    def test_run_refuses_a_wrong_board_and_starts_nothing(self):
        done = axle("run", "./board-unknown-key.toml", "--dry-run")
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("qemu-system", done.stdout)

    def test_run_refuses_a_board_that_does_not_exist(self):
        done = axle("run", "no-such-board", "--dry-run")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no-such-board", done.stderr)


if __name__ == "__main__":
    unittest.main()
