# SPDX-License-Identifier: Apache-2.0
"""`setup`: everything that Axle needs, once. Other verbs call ensure() for their own part of it."""
from . import config, emulators, libfdt, packages, paths, term
from .cache import Cache
from .images import TABLE, Images

HELP = "install and fetch what is needed"
ABOUT = """Finds what is missing: distribution packages (asks before it installs), guest kernels and initramfs, libfdt's
sources. Everything fetched goes into one folder (AXLE_CACHE, or axle in the user's cache folder). It can be interrupted and
repeated; afterwards no network is needed. Every other verb does its own part of this by itself."""


def add_arguments(parser):
    parser.add_argument("--dry-run", action="store_true", help="only say what is missing")
    parser.add_argument("--all", action="store_true", help="newer emulators too, whether or not a board asks for them")


def run(args):
    kinds = tuple(packages.TABLE)
    cache = Cache()
    if args.dry_run:
        return _report(kinds, cache)
    packages.ensure(kinds, args.yes)
    libfdt.folder(cache)
    for name in TABLE:
        Images(cache).pull(name)
    for path in sorted(paths.BOARDS.glob("*.toml")):
        wanted = config.load_board(path).run
        if wanted.emulator:
            emulators.find(wanted.emulator, wanted.min_version, cache=cache)
    for name in emulators.TABLE if args.all else ():
        emulators.fetch(name, cache)
    term.note(f"all is here; the cache is {cache.root}")
    return 0


def ensure(*kinds, yes=False):
    """Packages for the given kinds of work (packages.TABLE)."""
    packages.ensure(kinds, yes)


def _report(kinds, cache):
    lacking = packages.missing(kinds)
    images = [name for name in TABLE if not Images(cache).present(name)]
    print(f"packages: {' '.join(lacking) or 'all here'}")
    print(f"libfdt: {'here' if libfdt.present(cache) else 'missing'}")
    print(f"images: {' '.join(images) or 'all here'}")
    print(f"cache: {cache.root}")
    return 1 if lacking or images or not libfdt.present(cache) else 0
