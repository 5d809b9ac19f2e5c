# SPDX-License-Identifier: Apache-2.0
"""How consoles of payloads are judged, and how the bench table is made of them."""
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from axle import bench, guest  # noqa: E402
from axle.errors import AxleError  # noqa: E402

PAYLOAD = guest.Guest("demo", ("demo.c",), skips=("may_skip",))
GOOD = "guest: start, 1 cpus\ntest one: ok\ntest two: ok\nguest: 2 passed, 0 failed, 0 skipped\n"


def complaints(text, on_axle=True):
    return guest.judge(text, PAYLOAD, on_axle).complaints


class Verdicts(unittest.TestCase):
    def test_all_tests_passed(self):
        verdict = guest.judge(GOOD, PAYLOAD, True)
        self.assertEqual((verdict.passed, verdict.complaints), (["one", "two"], []))

    def test_line_ends_of_a_terminal_do_not_matter(self):
        self.assertEqual(complaints(GOOD.replace("\n", "\r\n")), [])

    def test_a_failed_test_is_shown_with_its_place(self):
        text = GOOD.replace("test two: ok", "test two: FAIL a.c:7 x == 1").replace("2 passed, 0 failed", "1 passed, 1 failed")
        self.assertEqual(complaints(text), ["test two: FAIL a.c:7 x == 1"])

    def test_a_guest_without_an_end_is_shown_with_its_last_line(self):
        self.assertEqual(complaints("guest: start\ntest one: ok\n"), ["demo did not end; its last line: test one: ok"])
        self.assertEqual(complaints(""), ["demo did not end; its last line: (nothing)"])

    def test_a_lost_line_is_noticed(self):
        self.assertEqual(len(complaints(GOOD.replace("test one: ok\n", ""))), 1)

    def test_a_skipped_test_is_a_fault_under_axle_unless_the_table_allows_it(self):
        text = "guest: start\ntest one: skip (why)\ntest may_skip: skip (why)\nguest: 0 passed, 0 failed, 2 skipped\n"
        self.assertEqual(complaints(text), ["test one: skipped, but must run under Axle"])
        self.assertEqual(complaints(text, on_axle=False), [])

    def test_a_guest_that_reboots_is_counted_by_its_last_life_and_blamed_for_all(self):
        first = "guest: start\ntest one: ok\nguest: reboot\n"
        self.assertEqual(complaints(first + GOOD), [])
        self.assertEqual(complaints(first.replace("ok", "FAIL a.c:1 y") + GOOD), ["test one: FAIL a.c:1 y"])

    def test_the_tables_of_payloads_name_files_that_exist(self):
        for table in (guest.GUESTS / "guests.toml", guest.BENCH / "guests.toml"):
            for payload in guest.load(table).values():
                for source in payload.sources:
                    self.assertTrue((payload.folder / source).is_file(), source)


class Bench(unittest.TestCase):
    def rows(self):
        return [bench.Row("b", "exit.hvc", "ns", 200, 12, 16.6667), bench.Row("b", "boot.linux.1cpu", "ns", 1010, 1000, 1.01),
                bench.Row("b", "start.first_insn", "ns", 5)]

    def goals(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "goals.toml"
            file.write_text(text)
            rows = self.rows()
            bench.apply_goals(rows, "aarch64", file)
        return rows

    def test_values_are_read_from_the_console(self):
        self.assertEqual(guest.bench_values("....\nbench exit.hvc 130\r\ntest exits: ok\n"), {"exit.hvc": 130})

    def test_the_marker_s_time_is_the_guest_s_own(self):
        self.assertEqual(bench.marker_time("axle-guest: ready, cpus 2, now at 806750608 nsecs\n"), 806750608)
        with self.assertRaises(AxleError):
            bench.marker_time("Kernel panic\n")

    def test_a_figure_that_does_not_repeat_is_refused(self):
        figures = iter((1, 2))
        with self.assertRaises(AxleError):
            bench.twice("x", lambda: next(figures))

    def test_goals_that_do_not_bind_are_not_stated(self):
        rows = self.goals('binding = false\n[aarch64]\n"exit.hvc" = { value = 130 }\n')
        self.assertTrue(all(row.goal is None and row.ok for row in rows))

    def test_goals_that_bind_mark_rows_above_them(self):
        rows = self.goals('binding = true\n[aarch64]\n"exit.hvc" = { value = 130 }\n"boot.linux.1cpu" = { ratio = 1.015 }\n')
        self.assertEqual([(row.goal, row.ok) for row in rows], [(130, False), (1.015, True), (None, True)])
        self.assertIn("above goal", bench.table(rows))

    def test_the_project_s_goals_name_rows_of_the_table(self):
        rows = [bench.Row("b", name, unit, 1, 1, 1.0) for name, unit, _ in bench.ROWS]
        bench.apply_goals(rows, "aarch64")
        self.assertTrue(all(row.ok for row in rows))


if __name__ == "__main__":
    unittest.main()
