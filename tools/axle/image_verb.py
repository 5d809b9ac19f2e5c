# SPDX-License-Identifier: Apache-2.0
"""`image`: guest kernels by name."""
from .images import TABLE, Images
from . import setup

HELP = "guest images: list, pull, path, add, remove"
ABOUT = """Guest images by name; a VM file writes them NAME:kernel and NAME:initrd.

  axle image list                               what there is
  axle image pull [NAME...]                     fetch ours (all by default)
  axle image path NAME[:kernel|:initrd]         the file
  axle image add NAME --kernel FILE [--initrd FILE]
  axle image remove NAME"""


def add_arguments(parser):
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="what there is").set_defaults(act=list_images)
    pull = actions.add_parser("pull", help="fetch images of ours")
    pull.add_argument("names", nargs="*", metavar="NAME")
    pull.add_argument("--newest", action="store_true", help="fetch again, in case the distribution has a newer one")
    pull.set_defaults(act=pull_images)
    path = actions.add_parser("path", help="print the file of an image's part")
    path.add_argument("reference", metavar="NAME[:PART]")
    path.set_defaults(act=print_path)
    add = actions.add_parser("add", help="keep your own kernel under a name")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--kernel", required=True, metavar="FILE")
    add.add_argument("--initrd", metavar="FILE")
    add.set_defaults(act=add_image)
    remove = actions.add_parser("remove", help="take an image out of the cache")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(act=remove_image)


def run(args):
    return args.act(args, Images())


def list_images(_args, images):
    for name in images.names():
        here = "here" if images.present(name) else "not fetched"
        origin = images.origin(name)
        told = ", ".join(f"{part} {origin[part]}" for part in ("kernel", "initrd") if part in origin)
        print(f"{name:16} {here:12} {told}".rstrip())
    return 0


def pull_images(args, images):
    setup.ensure("images", yes=args.yes)
    for name in args.names or TABLE:
        print(images.pull(name, again=args.newest))
    return 0


def print_path(args, images):
    setup.ensure("images", yes=args.yes)
    print(images.path(args.reference))
    return 0


def add_image(args, images):
    print(images.add(args.name, args.kernel, args.initrd))
    return 0


def remove_image(args, images):
    images.remove(args.name)
    return 0
