# SPDX-License-Identifier: Apache-2.0
"""Unit tests of the C modules over the mock machine with sanitizers, of the tool, and the coverage of the portable modules."""
import json
import re

from .. import build, paths
from . import Outcome, Step, command, python_tests, tail

NEEDS = ("build-host", "coverage")
PORTABLE = ("vcpu", "addrspace", "device", "axvm", "vmm", "base")
CHECKS = re.compile(r"Checks: (\d+), Failures: (\d+), Errors: (\d+)")
LISTED = re.compile(r"^\s*Test\s+#\d+: (\S+)", re.M)
TIMEOUT = 600
TOOL_TESTS = paths.ROOT / "tools" / "tests"


def steps(options):
    found = [Step(f"unit: tools {file.stem.removeprefix('test_')}", _tool(file, options.only))
             for file in sorted(TOOL_TESTS.rglob("test_*.py"))]
    found += [Step("unit: build", _build, alone=True), LazyCtest(paths.build_dir("host-asan"), options.only)]
    if not options.only:
        found.append(Step("unit: coverage", coverage, alone=True))
    return found


def _build():
    build.host("host-asan")
    return Outcome()


class LazyCtest:
    """The steps of a build that is made first: expanded when their turn comes."""

    alone = False

    def __init__(self, folder, only):
        self.folder = folder
        self.only = only

    def expand(self):
        _, text = command(["ctest", "--test-dir", self.folder, "-N"], TIMEOUT)
        return [Step(f"unit: {name}", _ctest(self.folder, name)) for name in LISTED.findall(text) if self.only in name]


def _ctest(folder, name):
    def run():
        status, text = command(["ctest", "--test-dir", folder, "-V", "-R", f"^{re.escape(name)}$"], TIMEOUT)
        return read_check(status, text)
    return run


def read_check(status, text):
    """Outcome of a ctest run, each of Check's test cases counted; a program without such a line counts as one."""
    counts = [tuple(map(int, row)) for row in CHECKS.findall(text)]
    failed = sum(failures + errors for _, failures, errors in counts)
    passed = sum(checks for checks, _, _ in counts) - failed
    if status != 0 and not failed:
        failed = 1
    if not counts and not failed:
        passed = 1
    return Outcome(passed, failed, told=tail(text) if failed else "")


def _tool(file, only):
    return lambda: python_tests(file.parent, file.name, only, TIMEOUT)


def coverage():
    """Lines of the portable modules that unit tests reach. Printed, no verdict."""
    folder = build.host("host-coverage")
    for stale in folder.rglob("*.gcda"):
        stale.unlink()
    command(["ctest", "--test-dir", folder, "-j2"], TIMEOUT)
    modules = [module for module in PORTABLE if (paths.ROOT / module).is_dir()]
    filters = [word for module in modules for word in ("--filter", f"{paths.ROOT}/{module}/")]
    status, text = command(["gcovr", "--root", paths.ROOT, *filters, "--exclude", ".*/tests/.*", "--exclude", ".*/fuzz/.*",
                            "--json-summary", "--output", folder / "coverage.json", folder], TIMEOUT)
    if status != 0:
        return Outcome(failed=1, told=tail(text))
    return Outcome(note=table(json.loads((folder / "coverage.json").read_text()), modules))


def table(summary, modules):
    """One line a module from gcovr's summary."""
    rows = []
    for module in modules:
        files = [file for file in summary["files"] if file["filename"].startswith(f"{module}/")]
        total, covered = (sum(file[key] for file in files) for key in ("line_total", "line_covered"))
        if total:
            rows.append(f"    {module:10} {100 * covered / total:5.1f} % of {total} lines")
    return "\n".join(rows)
