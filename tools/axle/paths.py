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
    """A path inside the tree as the user would type it from where he is: short from its root, else whole."""
    whole = Path(path).resolve()
    if not whole.is_relative_to(ROOT):
        return Path(path)
    return whole.relative_to(ROOT) if Path.cwd() == ROOT else whole
