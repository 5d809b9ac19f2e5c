# SPDX-License-Identifier: Apache-2.0
"""Checks files without building anything: what `./axle check` does."""
from pathlib import Path

from .board import BOARD_SCHEMA, board_path, read_board
from .document import read_toml
from .images import NOT_FETCHED
from .problem import ConfigError, Problem
from .resolve import resolve_report, resolve_vm
from .vm import VM_SCHEMA, read_vm


def file_kind(values):
    """"board", "vm" or "axvisor", by the keys at the top."""
    if isinstance(values.get("base"), dict):
        return "axvisor"
    board = sum(key in BOARD_SCHEMA.fields and key not in VM_SCHEMA.fields for key in values)
    vm = sum(key in VM_SCHEMA.fields and key not in BOARD_SCHEMA.fields for key in values)
    return "board" if board > vm else "vm"


def check_files(paths, image_lookup=None):
    """Every Problem of board and VM files (or names of boards); a board's VM files are checked with it.

    Without image_lookup, references to known images such as "debian-arm64:kernel" are taken on trust; with it, only
    those whose file is not there yet are.
    """
    problems = []
    image_lookup = image_lookup and _trusting(image_lookup)
    for path in paths:
        try:
            found = _check_file(path, image_lookup)
        except ConfigError as error:
            found = error.problems
        problems += sorted(found, key=lambda problem: (problem.where != str(path), problem.where, problem.line))
    return list(dict.fromkeys(problems))


def _trusting(lookup):
    def look(reference):
        file = lookup(reference)
        return file if file is None or Path(file).is_file() else NOT_FETCHED
    return look


def load_all(board):
    """(VMs that could be read, problems) of a board's VM files."""
    vms, problems = [], []
    for path in board.vm_paths():
        if not path.exists():
            continue
        try:
            vm, found = read_vm(*read_toml(path), board.arch)
        except ConfigError as error:
            vm, found = None, error.problems
        problems += found
        if vm:
            vms.append(vm)
    return vms, problems


def _check_file(path, image_lookup):
    path = Path(path) if Path(path).exists() else board_path(path)
    values, source = read_toml(path)
    kind = file_kind(values)
    if kind == "axvisor":
        return [Problem(str(path), 1, "", "this is an AxVisor VM file", f"convert it: ./axle check --convert {path}")]
    if kind == "vm":
        vm, problems = read_vm(values, source)
        return problems + (resolve_vm(vm, image_lookup)[1] if vm else [])
    board, problems = read_board(values, source)
    if board is None:
        return problems
    vms, found = load_all(board)
    return problems + found + resolve_report(board, vms, image_lookup)[1]
