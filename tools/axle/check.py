# SPDX-License-Identifier: Apache-2.0
"""`check`: configuration files, without building anything."""
from pathlib import Path

from . import config
from .images import Images
from .errors import UsageError

HELP = "check configuration files"
ABOUT = """Checks board and VM files (a board's VM files with it) and prints each problem as FILE:LINE: KEY: what; what to do.
--convert prints an AxVisor VM file as one of ours."""


def add_arguments(parser):
    parser.add_argument("files", nargs="+", metavar="FILE", help="TOML files, or names of boards")
    parser.add_argument("--convert", action="store_true", help="print AxVisor's VM files in our form")


def run(args):
    if args.convert:
        for file in args.files:
            if not Path(file).is_file():
                raise UsageError(f"{file}: no such file")
            print(config.convert_file(file), end="")
        return 0
    problems = config.check_files(args.files, not_fetching(Images()))
    for problem in problems:
        print(problem)
    return 2 if problems else 0


def not_fetching(images):
    """A look-up that needs no network: the file of an image that is not fetched yet is named all the same."""
    def lookup(reference):
        name, _, part = reference.partition(":")
        if name not in images.names():
            return None
        return images.path(reference) if images.present(name) else images.folder(name) / part
    return lookup
