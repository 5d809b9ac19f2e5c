# SPDX-License-Identifier: Apache-2.0
"""Where things are in the source tree."""
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
BOARDS = ROOT / "configs" / "boards"
VMS = ROOT / "configs" / "vms"


def build_dir(preset):
    """Folder of one preset's build; `clean` removes their common parent."""
    return BUILD / preset


def relative(path):
    """A path as the user would type it from the root of the tree, when it is inside."""
    try:
        return Path(path).resolve().relative_to(ROOT)
    except ValueError:
        return Path(path)
