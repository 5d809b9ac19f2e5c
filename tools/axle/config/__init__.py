# SPDX-License-Identifier: Apache-2.0
"""Board and VM files: read, checked, resolved, compiled.

    board = load_board("qemu-aarch64")
    vms = [load_vm(path, board.arch) for path in board.vm_paths()]
    vms[0] = vms[0].override(kernel="Image", append="debug", cpus=2, memory="512M")
    resolved = resolve(board, vms, image_lookup)
    blob = compile_blob(resolved)
    for name, path, kind in modules(resolved): ...

Tests build the same objects from dicts shaped like the files: make_board({...}), make_vm({...}).
Each raises ConfigError with every problem found; docs/configuration.md is the reference of all keys.
"""
from .axvisor import convert_file
from .blob import compile_blob
from .board import Board, board_path, load_board, make_board, vm_path
from .check import check_files, file_kind
from .problem import ConfigError, Problem
from .resolve import Resolved, ResolvedVm, resolve
from .vm import Vm, load_vm, make_vm

__all__ = ["Board", "ConfigError", "Problem", "Resolved", "ResolvedVm", "Vm", "board_path", "check_files",
           "compile_blob", "convert_file", "file_kind", "load_board", "load_vm", "make_board", "make_vm", "modules",
           "resolve", "vm_path"]


def modules(resolved):
    """[(name, path, kind)] of the images to embed or load; kind: "kernel", "ramdisk", "device-tree"."""
    return list(resolved.modules)
