# SPDX-License-Identifier: Apache-2.0
"""`test`: suites of steps, two at a time where they do not disturb each other, one line a step, the sum at the end."""
import concurrent.futures
import importlib
import os
import time
import traceback

from . import packages
from .errors import AxleError
from .suites import Options, Outcome

HELP = "run the tests"
ABOUT = """Runs all tests, or the suites that are named:

  lint     formatting, include layers, licence lines
  unit     C modules over the mock machine with sanitizers; the tool; coverage of the portable modules
  fuzz     each fuzz target for some seconds
  guest    small bare-metal guests under Axle
  system   unmodified Debian guests under Axle"""
SUITES = ("lint", "unit", "fuzz", "guest", "system")
WORKERS = min(2, os.cpu_count() or 1)


def add_arguments(parser):
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"{', '.join(SUITES)}; all by default")
    parser.add_argument("-k", dest="only", default="", metavar="NAME", help="only tests whose name contains NAME")
    parser.add_argument("--board", default="qemu-aarch64", help="for guest and system tests (default: %(default)s)")
    parser.add_argument("--time", type=int, default=20, metavar="S", help="seconds for each fuzz target (default: %(default)s)")
    parser.set_defaults(parser=parser)


def run(args):
    unknown = set(args.suites) - set(SUITES)
    if unknown:
        args.parser.error(f"no suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}")
    chosen = [importlib.import_module(f".suites.{name}", __package__) for name in SUITES if name in args.suites or not args.suites]
    packages.ensure(sorted({need for suite in chosen for need in suite.NEEDS}), args.yes)
    options = Options(args.only, args.board, args.time, args.yes)
    total = Outcome()
    for suite in chosen:
        run_suite(suite.steps(options), total)
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    print(f"{total.passed} passed, {total.failed} failed{skipped}")
    if args.only and not (total.passed or total.failed):
        print(f"no test's name contains {args.only}")
        return 1
    return 1 if total.failed else 0


def run_suite(steps, total):
    """Runs steps in order; neighbours that may do so run side by side. A failed step that was alone ends the suite."""
    waiting = list(steps)
    while waiting:
        if hasattr(waiting[0], "expand"):
            waiting[:1] = waiting[0].expand()
            continue
        if waiting[0].alone:
            if _finish(waiting[0], *timed(waiting.pop(0)), total):
                return
            continue
        batch = []
        while waiting and not waiting[0].alone and not hasattr(waiting[0], "expand"):
            batch.append(waiting.pop(0))
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            running = {pool.submit(timed, step): step for step in batch}
            for future in concurrent.futures.as_completed(running):
                _finish(running[future], *future.result(), total)


def timed(step):
    """(Outcome, seconds); what a step could not do is its failure."""
    start = time.monotonic()
    try:
        outcome = step.run()
    except AxleError as error:
        outcome = Outcome(failed=1, told=str(error))
    except Exception:  # a bug of one step must not hide what the others say
        outcome = Outcome(failed=1, told=traceback.format_exc())
    return outcome, time.monotonic() - start


def _finish(step, outcome, seconds, total):
    """Prints the line of a step that had something to run, and adds it to the sum; its failures."""
    total.passed += outcome.passed
    total.failed += outcome.failed
    total.skipped += outcome.skipped
    if not (outcome.passed or outcome.failed or outcome.skipped or outcome.note or step.alone):
        return 0
    words = [f"{count} {word}" for count, word in ((outcome.passed, "passed"), (outcome.failed, "FAILED"),
                                                   (outcome.skipped, "skipped")) if count] or ["done"]
    print_line(f"{step.name:32} {', '.join(words)} ({seconds:.1f} s)")
    if outcome.note:
        print_line(outcome.note)
    if outcome.failed and outcome.told:
        print_line("\n".join(f"    {line}" for line in outcome.told.strip().splitlines()))
    return outcome.failed


def print_line(text):
    print(text, flush=True)
