# SPDX-License-Identifier: Apache-2.0
"""Whole machines with unmodified guests: the unittest modules of tests/system."""
from .. import config, machine, paths
from ..images import TABLE, Images
from . import Outcome, Step, python_tests

NEEDS = ("images",)
FOLDER = paths.ROOT / "tests" / "system"
TIMEOUT = 1200


def steps(options):
    board = config.load_board(options.board)

    def build():
        for name in TABLE:
            Images().pull(name)
        machine.build(board)
        return Outcome()

    files = sorted(FOLDER.glob("test_*.py"))
    return [Step("system: build", build, alone=True),
            *(Step(f"system: {file.stem.removeprefix('test_')}", _module(file, options)) for file in files)]


def _module(file, options):
    return lambda: python_tests(FOLDER, file.name, options.only, TIMEOUT, AXLE_BOARD=options.board, AXLE_NO_BUILD="1")
