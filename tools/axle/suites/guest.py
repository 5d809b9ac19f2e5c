# SPDX-License-Identifier: Apache-2.0
"""The payloads of tests/guest, each in its VMs under Axle; every test of a payload counts."""
from .. import config, guest, machine
from . import Outcome, Step

NEEDS = ("images",)


def steps(options):
    board = config.load_board(options.board)
    payloads = guest.select(board, options.only)
    if not payloads:
        return []

    def build():
        machine.build(board)
        return Outcome()

    return [Step("guest: build", build, alone=True),
            *(Step(f"guest: {payload.name}", _payload(board, payload)) for payload in payloads)]


def _payload(board, payload):
    def run():
        verdict = guest.run_axle(payload, board)
        return Outcome(len(verdict.passed), len(verdict.complaints), len(verdict.skipped), "\n".join(verdict.complaints))
    return run
