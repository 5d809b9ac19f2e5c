# SPDX-License-Identifier: Apache-2.0
"""`clean`: takes away what was built; what was fetched stays unless asked."""
import shutil

from . import paths, term
from .cache import Cache

HELP = "remove builds (and the cache)"
ABOUT = "Removes the build folder. With --cache also everything that was fetched, your own images included."


def add_arguments(parser):
    parser.add_argument("--cache", action="store_true", help="the cache too")


def run(args):
    if paths.BUILD.exists():
        shutil.rmtree(paths.BUILD)
    if args.cache:
        cache = Cache()
        if not args.yes and not term.unattended() and not term.ask(f"remove {cache.root}?"):
            return 1
        with cache.lock():
            for entry in cache.root.iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry)
    return 0
