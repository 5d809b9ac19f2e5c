# SPDX-License-Identifier: Apache-2.0
"""docs/configuration.md knows every key, its default and the allowed words; its examples are right."""
import random
import re
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from axle.config import check_files  # noqa: E402
from axle.config.board import BOARD_SCHEMA, FEATURES, read_board  # noqa: E402
from axle.config.document import parse_toml  # noqa: E402
from axle.config.schema import Choice, keys_of  # noqa: E402
from axle.config.vm import VM_SCHEMA, read_vm  # noqa: E402

PAGE = (ROOT / "docs" / "configuration.md").read_text()
VM_PART, BOARD_PART = PAGE.split("## A board file")


def rows_of(part):
    """{key: (type, default, meaning, example)} of the key tables."""
    lines = [re.split(r"\s*\|\s*", line.strip("| \n")) for line in part.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells[1:] for cells in lines if len(cells) >= 4}


class Reference(unittest.TestCase):
    def check(self, schema, part):
        rows = rows_of(part)
        keys = dict(keys_of(schema))
        self.assertEqual(list(rows), list(keys), "keys in the order of the schema")
        for key, field in keys.items():
            with self.subTest(key=key):
                _, default, meaning, *_ = rows[key]
                self.assertEqual(default.startswith("required"), field.required or key in ("passthrough[].host",
                                                                                           "passthrough[].size"))
                if isinstance(field.default, bool):
                    self.assertEqual(default, f"`{str(field.default).lower()}`")
                elif isinstance(field.default, str):
                    self.assertEqual(default, f'`"{field.default}"`')
                if isinstance(field.kind, Choice) and "levels as" not in meaning:
                    for word in field.kind.allowed:
                        self.assertIn(f'"{word}"', meaning)

    def test_every_key_of_a_vm_file_is_there(self):
        self.check(VM_SCHEMA, VM_PART)

    def test_every_key_of_a_board_file_is_there(self):
        self.check(BOARD_SCHEMA, BOARD_PART)

    def test_every_feature_is_an_option_of_the_build(self):
        build = (ROOT / "base" / "CMakeLists.txt").read_text()
        for key, (option, _) in FEATURES.items():
            with self.subTest(key=key):
                self.assertRegex(build, rf"(?m)^(option|set)\({option} ")

    def test_the_examples_of_keys_are_accepted(self):
        for schema, part in ((VM_SCHEMA, VM_PART), (BOARD_SCHEMA, BOARD_PART)):
            for key, cells in rows_of(part).items():
                for example in re.findall(r"`([^`]+)`", cells[3] if len(cells) > 3 else ""):
                    with self.subTest(key=key, example=example):
                        self.assertEqual(self.problems_of(schema, key, example), [])

    def problems_of(self, schema, key, example):
        """Reads a file that holds this one key, and leaves out what is missing around it."""
        name = key.replace("NAME", "console")
        if "[]." in name:
            table, name = name.split("[].")
            text = f"[[{table}]]\n{name} = {example}\n"
        else:
            text = f"{name} = {example}\n"
        reader = read_vm if schema is VM_SCHEMA else read_board
        return [str(problem) for problem in reader(*parse_toml(text, "example"))[1] if "is missing" not in str(problem)]

    def test_the_files_on_the_page_are_right(self):
        blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
        with tempfile.TemporaryDirectory() as folder:
            for number, block in enumerate(blocks):
                if "name" not in tomllib.loads(block):
                    continue
                file = Path(folder, f"{number}.toml")
                file.write_text(block)
                self.assertEqual(check_files([file]), [])


class Nonsense(unittest.TestCase):
    def test_damaged_files_are_refused_or_read_but_never_crash_the_reader(self):
        chance = random.Random(7)
        files = [*(ROOT / "configs").rglob("*.toml"), *(ROOT / "tests" / "configs" / "bad").glob("*.toml")]
        texts = [file.read_bytes() for file in sorted(files)]
        bits = [b"[", b"]", b"{}", b"=", b'"', b"''", b"\n", b"-1", b"0x", b".", b"true", b"[[]]", b"\xff", b"1e9"]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "damaged.toml")
            for _ in range(1500):
                text = bytearray(chance.choice(texts))
                for _ in range(chance.randrange(1, 4)):
                    at = chance.randrange(len(text))
                    text[at:at + chance.randrange(6)] = chance.choice(bits)
                file.write_bytes(text)
                for problem in check_files([file]):
                    self.assertTrue(str(problem))


if __name__ == "__main__":
    unittest.main()
