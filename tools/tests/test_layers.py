# SPDX-License-Identifier: Apache-2.0
"""The include check, and how the outcome of other tools is read."""
import tempfile
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle import layers, suites, test as test_verb  # noqa: E402
from axle.errors import AxleError  # noqa: E402
from axle.suites import Outcome, Step, unit  # noqa: E402

HEADERS = ("vcpu/include/ax/vcpu.h", "arch/include/ax/port.h", "arch/include/ax/arch/npt.h", "base/include/ax/base/sched.h",
           "arch/mock/include/ax/mock.h", "addrspace/include/ax/pgtable.h", "axvm/include/ax/vm.h")


class Layers(unittest.TestCase):
    def problems(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name in HEADERS:
                self.write(folder, name, "")
            for name, text in files.items():
                self.write(folder, name, text)
            return layers.check(folder)

    @staticmethod
    def write(folder, name, text):
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def test_an_arrow_down_is_allowed(self):
        self.assertEqual(self.problems(**{"axvm/src/a.c": "#include <ax/vcpu.h>\n#include <stdint.h>\n",
                                          "vcpu/src/a.c": "#include <ax/arch/npt.h>\n"}), [])

    def test_an_arrow_up_is_refused_with_its_line(self):
        found = self.problems(**{"vcpu/src/a.c": "/* x */\n#include <ax/vm.h>\n"})
        self.assertEqual(found, ["vcpu/src/a.c:2: vcpu may not include <ax/vm.h> of axvm"])

    def test_parts_do_not_know_each_other_nor_base(self):
        found = self.problems(**{"device/a.c": "#include <ax/vcpu.h>\n#include <ax/base/sched.h>\n"})
        self.assertEqual(len(found), 2)

    def test_only_the_page_table_engine_is_open_to_base(self):
        self.assertEqual(self.problems(**{"base/src/a.c": "#include <ax/pgtable.h>\n"}), [])
        self.assertEqual(len(self.problems(**{"base/src/a.c": "#include <ax/vcpu.h>\n"})), 1)

    def test_tests_may_use_the_mock_and_the_c_library_and_sources_may_not(self):
        text = "#include <ax/mock.h>\n#include <stdlib.h>\n"
        self.assertEqual(self.problems(**{"vcpu/tests/a.c": text, "vcpu/fuzz/a.c": text}), [])
        self.assertEqual(len(self.problems(**{"vcpu/src/a.c": text})), 2)

    def test_a_private_header_of_another_module_is_refused(self):
        found = self.problems(**{"vcpu/src/in.h": "", "axvm/src/a.c": '#include "../../vcpu/src/in.h"\n'})
        self.assertIn("another module's", found[0])

    def test_the_table_has_no_circle(self):
        def below(module, above=()):
            self.assertNotIn(module, above)
            for other in layers.MAY[module]:
                below(other, (*above, module))
        for module in layers.MAY:
            below(module)


class Reading(unittest.TestCase):
    def test_each_test_case_of_check_counts(self):
        text = "1: 100%: Checks: 12, Failures: 0, Errors: 0\n1: 66%: Checks: 3, Failures: 1, Errors: 0\n"
        found = unit.read_check(8, text)
        self.assertEqual((found.passed, found.failed), (14, 1))

    def test_a_crash_without_a_count_is_one_failure(self):
        self.assertEqual(unit.read_check(8, "segmentation fault").failed, 1)
        self.assertEqual(unit.read_check(None, "").failed, 1)

    def test_unittests_end_is_read(self):
        found = suites.read_unittest(1, "Ran 5 tests in 1s\n\nFAILED (failures=1, errors=1, skipped=1)\n")
        self.assertEqual((found.passed, found.failed, found.skipped), (2, 2, 1))
        self.assertEqual(suites.read_unittest(0, "Ran 5 tests in 1s\n\nOK (skipped=2)\n").passed, 3)
        self.assertEqual(suites.read_unittest(1, "ImportError").failed, 1)

    def test_coverage_is_summed_by_module(self):
        summary = {"files": [{"filename": "vcpu/src/a.c", "line_total": 8, "line_covered": 4},
                             {"filename": "vcpu/src/b.c", "line_total": 2, "line_covered": 2}]}
        self.assertEqual(unit.table(summary, ("vcpu", "axvm")).split(), ["vcpu", "60.0", "%", "of", "10", "lines"])


class Running(unittest.TestCase):
    def setUp(self):
        self.printed = []
        original = test_verb.print_line
        test_verb.print_line = self.printed.append
        self.addCleanup(setattr, test_verb, "print_line", original)

    def run_steps(self, *steps):
        total = Outcome()
        test_verb.run_suite(steps, total)
        return total

    def test_outcomes_are_summed(self):
        total = self.run_steps(Step("a", lambda: Outcome(2)), Step("b", lambda: Outcome(1, 1, told="why")))
        self.assertEqual((total.passed, total.failed), (3, 1))
        self.assertIn("why", "\n".join(self.printed))

    def test_a_failed_build_ends_its_suite(self):
        def fail():
            raise AxleError("no compiler")
        total = self.run_steps(Step("build", fail, alone=True), Step("never", lambda: Outcome(1)))
        self.assertEqual((total.passed, total.failed), (0, 1))

    def test_a_bug_in_a_step_is_a_failure_and_the_others_go_on(self):
        total = self.run_steps(Step("bug", lambda: 1 // 0), Step("good", lambda: Outcome(1)))
        self.assertEqual((total.passed, total.failed), (1, 1))


if __name__ == "__main__":
    unittest.main()
