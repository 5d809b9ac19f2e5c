# SPDX-License-Identifier: Apache-2.0
"""The command line: one module a verb, each with HELP, ABOUT, add_arguments(parser) and run(args) -> exit status."""
import argparse
import importlib
import sys

from .errors import AxleError

VERBS = {"setup": "setup", "build": "build", "run": "run", "test": "test", "bench": "bench", "check": "check",
         "image": "image_verb", "clean": "clean"}

ABOUT = """Axle's one tool. A newcomer needs one line:  ./axle run qemu-aarch64

Exit status: 0 all well, 1 something failed, 2 wrong usage or configuration."""


def parser():
    top = argparse.ArgumentParser(prog="axle", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, module_name in VERBS.items():
        module = importlib.import_module(f".{module_name}", __package__)
        verb = verbs.add_parser(name, help=module.HELP, description=module.ABOUT,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
        verb.add_argument("--yes", action="store_true", help="install missing packages without asking")
        module.add_arguments(verb)
        verb.set_defaults(run=module.run)
    return top


def split_extra(argv):
    """Words before and after the first `--`."""
    if "--" not in argv:
        return list(argv), []
    at = argv.index("--")
    return list(argv[:at]), list(argv[at + 1:])


def main(argv):
    own, extra = split_extra(argv)
    args = parser().parse_args(own)
    args.extra = extra
    if extra and args.verb != "run":
        print("axle: only run takes emulator arguments after --", file=sys.stderr)
        return 2
    try:
        return args.run(args)
    except AxleError as error:
        print(f"axle: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print("axle: interrupted", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 1
