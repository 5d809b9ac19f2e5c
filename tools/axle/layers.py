# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the table of docs/architecture.md, checked. `python3 tools/axle/layers.py ROOT` is the build's check.

A header belongs to the module whose include/ folder holds it. What stands beside a module, its tests and fuzz targets, may
use the mock machine too.
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
SOURCES = (".c", ".h", ".S")

# Folder -> module; the longest match counts. Headers first looked up here, files too.
FOLDERS = {
    "arch/include/ax/arch": "contract",
    "arch/include/ax/regs": "registers",
    "arch/include": "port",
    "arch/mock": "mock",
    "arch/mock/include/ax/arch": "contract",
    "arch/aarch64/include/ax/arch": "contract",
    "arch/aarch64/virt": "backend",
    "arch/aarch64/host": "host",
    "arch/aarch64/include": "backend",
    "addrspace": "addrspace",
    "vcpu": "vcpu",
    "device": "device",
    "axvm": "axvm",
    "vmm": "vmm",
    "base": "base",
    "base/driver": "drivers",
    "platforms": "platforms",
}

# Module -> modules whose public headers it may include, beside its own.
MAY = {
    "port": (),
    "registers": ("port",),
    "contract": ("port", "registers"),
    "vcpu": ("contract", "port"),
    "addrspace": ("contract", "port"),
    "device": ("port", "registers"),
    "axvm": ("vcpu", "addrspace", "device", "contract", "port", "registers"),
    "backend": ("contract", "port", "registers"),
    "host": ("backend", "contract", "port", "registers", "base"),
    "mock": ("contract", "port", "registers"),
    "base": ("contract", "port", "registers"),
    "drivers": ("base", "backend", "contract", "port", "registers"),
    "platforms": ("base", "contract", "port", "registers"),
    "vmm": ("axvm", "vcpu", "addrspace", "device", "base", "contract", "port", "registers"),
}

# Single headers beyond the table, and why.
EXCEPTIONS = {
    ("base", "ax/pgtable.h"),      # one page-table engine serves every table in the house
    ("device", "ax/arch/vcpu.h"),  # interrupt controllers fill a vCPU's interrupt slots: types only
}

FREESTANDING = {"stdarg.h", "stdatomic.h", "stdbool.h", "stddef.h", "stdint.h", "stdalign.h", "limits.h", "string.h", "libfdt.h"}
HOSTED = {"mock"}


def module_of(name):
    """The module of a file's path from the root, or None."""
    parts = name.split("/")
    for length in range(len(parts) - 1, 0, -1):
        found = FOLDERS.get("/".join(parts[:length]))
        if found:
            return found
    return None


def public_headers(names):
    """{name as included: module} of all headers in include/ folders; a header of several architectures belongs to any of them."""
    return {name.partition("include/")[2]: module_of(name) for name in names if "/include/" in name and module_of(name)}


def is_beside(name):
    """Tests and fuzz targets stand beside their module."""
    return any(part in ("tests", "fuzz") for part in name.split("/")[:-1])


def allowed(module, beside):
    """Modules whose headers a file may include."""
    return {module, *MAY[module], *(("mock", "contract", "port", "registers") if beside else ())}


def judge(name, included, headers):
    """What is wrong with a file's `#include <included>`, or None."""
    module, beside = module_of(name), is_beside(name)
    owner = headers.get(included)
    if owner is None:
        if beside or module in HOSTED or included in FREESTANDING:
            return None
        return f"<{included}> is no header of Axle's, and not one that freestanding code has"
    if owner in allowed(module, beside) or (module, included) in EXCEPTIONS:
        return None
    return f"{module} may not include <{included}> of {owner}"


def check(root):
    """A line for each include that breaks the table."""
    root = Path(root)
    tops = sorted({folder.split("/")[0] for folder in FOLDERS})
    names = sorted(str(path.relative_to(root)) for top in tops for path in (root / top).rglob("*") if path.suffix in SOURCES)
    headers = public_headers(names)
    problems = []
    for name in names:
        if module_of(name) is None:
            continue
        for number, line in enumerate((root / name).read_text(errors="replace").splitlines(), 1):
            found = INCLUDE.match(line)
            problem = found and (judge(name, found[2], headers) if found[1] == "<" else _private(root, name, found[2]))
            if problem:
                problems.append(f"{name}:{number}: {problem}")
    return problems


def _private(root, name, included):
    """A quoted include stays inside its module."""
    target = (root / name).parent / included
    if target.exists() and module_of(str(target.resolve().relative_to(root.resolve()))) != module_of(name):
        return f'"{included}" is another module\'s; include its public header'
    return None


def main(argv):
    problems = check(argv[0] if argv else ".")
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
