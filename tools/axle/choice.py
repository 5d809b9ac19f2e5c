# SPDX-License-Identifier: Apache-2.0
"""Which VMs run: the board's, or what the command line says instead."""
from pathlib import Path

from . import config, images
from .errors import UsageError

CHANGES = ("kernel", "initrd", "append", "cpus", "memory")


def add_arguments(parser):
    group = parser.add_argument_group("guests", "A kernel alone makes a VM: the rest comes from the board's first VM. Images may "
                                                "be files or names as `axle image list` shows them; --initrd none leaves it out.")
    group.add_argument("--vm", action="append", default=[], metavar="FILE", help="run this VM instead of the board's (repeatable)")
    group.add_argument("--kernel", metavar="FILE", help="your own kernel")
    group.add_argument("--initrd", metavar="FILE", help="your own initramfs")
    group.add_argument("--append", metavar="STR", help="more words for the kernel's command line")
    group.add_argument("--cpus", type=int, metavar="N", help="vCPUs")
    group.add_argument("--memory", metavar="SIZE", help='such as "512M"')


def chosen_vms(board, args, library):
    """The VMs to run, with the changes of the command line made to the first."""
    files = [config.vm_path(name, Path(".")) for name in args.vm] or board.vm_paths()
    changes = {key: getattr(args, key) for key in CHANGES if getattr(args, key) is not None}
    if not changes:
        return [config.load_vm(file, board.arch) for file in files]
    if not files:
        raise UsageError(f"board {board.name} has no VM to change; give one with --vm")
    for key in ("kernel", "initrd"):
        if key in changes:
            changes[key] = _file(changes[key], key, library)
    vms = [config.load_vm(file, board.arch) for file in (files if args.vm else files[:1])]
    return [vms[0].override(**changes), *vms[1:]]


def _file(text, part, library):
    """A file as it is; the name of an image becomes its file."""
    if text != "none" and images.looks_like_reference(text) and text.partition(":")[0] in library.names():
        return library.path(text, default=part)
    return text
