# SPDX-License-Identifier: Apache-2.0
"""Every fuzz target for some seconds, from its corpus. New inputs stay in the build folder; a crash leaves its input there."""
from .. import build, paths
from . import Outcome, Step, command, tail

NEEDS = ("fuzz",)
PREFIX = "fuzz_"
SEED = 1
INPUT_TIMEOUT = 10  # seconds for one input


def steps(options):
    return [Step("fuzz: build", _build, alone=True), LazyTargets(options)]


def _build():
    folder = build.host("host-fuzz")
    status, text = command(["ninja", "-C", folder, "-t", "cleandead"], 60)  # targets that are no more would run again
    return Outcome(failed=int(status != 0), told=tail(text))


class LazyTargets:
    """The targets of a build that is made first."""

    alone = False

    def __init__(self, options):
        self.options = options

    def expand(self):
        folder = paths.build_dir("host-fuzz")
        targets = sorted(path for path in folder.rglob(f"{PREFIX}*") if path.is_file() and path.stat().st_mode & 0o100)
        return [Step(f"fuzz: {target.name.removeprefix(PREFIX)}", _target(target, self.options.time)) for target in targets
                if self.options.only in target.name]


def corpora(name):
    """Corpus folders of a target, whichever module keeps them."""
    return sorted(path for path in paths.ROOT.glob(f"*/fuzz/corpus/{name}") if path.is_dir())


def _target(target, seconds):
    name = target.name.removeprefix(PREFIX)

    def run():
        start = corpora(name)
        if not start:
            return Outcome(failed=1, told=f"no folder MODULE/fuzz/corpus/{name} with inputs to start from")
        found = target.parent / "found" / name
        found.mkdir(parents=True, exist_ok=True)
        status, text = command([target, f"-max_total_time={seconds}", f"-seed={SEED}", f"-timeout={INPUT_TIMEOUT}",
                                f"-artifact_prefix={found}-", found, *start], seconds * 2 + 120)
        return Outcome(int(status == 0), int(status != 0), told=tail(text) if status else "")
    return run
