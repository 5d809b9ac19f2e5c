# SPDX-License-Identifier: Apache-2.0
"""Formatting, layers, and the first lines of each file."""
import subprocess

from .. import layers, paths
from . import Outcome, Step, command, tail

NEEDS = ("lint",)
SPDX = "SPDX-License-Identifier: Apache-2.0"
C_FILES = (".c", ".h")
HEADED = (*C_FILES, ".S", ".py", ".cmake")
BATCH = 40
TIMEOUT = 300


def steps(options):
    found = (("format", check_format), ("layers", check_layers), ("licence", check_licence))
    return [Step(f"lint: {name}", run) for name, run in found if options.only in name]


def tracked(*suffixes):
    """Files of the tree that git knows, or may come to know."""
    told = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=paths.ROOT, text=True,
                          capture_output=True, check=True).stdout
    return [name for name in told.splitlines() if name.endswith(suffixes) and (paths.ROOT / name).is_file()]


def check_format():
    files = tracked(*C_FILES)
    told = ""
    for at in range(0, len(files), BATCH):
        status, text = command(["clang-format", "--dry-run", "--Werror", *files[at:at + BATCH]], TIMEOUT, cwd=paths.ROOT)
        told += text if status else ""
    bad = {line.split(":")[0] for line in told.splitlines() if ": error:" in line}
    if told and not bad:
        return Outcome(failed=1, told=tail(told))
    lines = [f"{name}: clang-format -i {name} mends it" for name in sorted(bad)]
    return Outcome(len(files) - len(bad), len(bad), told="\n".join(lines))


def check_layers():
    problems = layers.check(paths.ROOT)
    return Outcome(0 if problems else 1, len(problems), told="\n".join(problems))


def check_licence():
    files = tracked(*HEADED)
    bad = [name for name in files if SPDX not in "".join((paths.ROOT / name).open(errors="replace").readlines()[:2])]
    return Outcome(len(files) - len(bad), len(bad), told="\n".join(f"{name}: no `{SPDX}` at the top" for name in bad))
