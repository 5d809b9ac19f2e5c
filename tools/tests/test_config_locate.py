# SPDX-License-Identifier: Apache-2.0
"""The lines of TOML keys."""
import sys
import tomllib
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle.config.document import parse_toml  # noqa: E402
from axle.config.locate import locate  # noqa: E402
from axle.config.problem import ConfigError, key_name  # noqa: E402

ALL_SHAPES = '''# a comment = [not a key]
plain = 1
"quoted key" = 2 # [x]
'literal.key' = 3

dotted.a . "b c" = 4
list = [ 1, # first
    "two]", [3,
      4], { in = 5, other.deep = [
      6 ] },
]
long = """
fake = 1
[fake]
\\""" still"""
literal = \'\'\'
no = \\\'\'\'
after = "x\\"y" # = z
empty = ""
quotes = """"a""""
date = 1979-05-27T07:32:00Z
[ table ]
key = 1
[table.sub.deeper]
key = 2
[[many]]
key = 3
[many.sub]
key = 4
[[many]]
key = 5
  [[many.inner]]
  key = 6
  [[many.inner]]
  key = 7
'''

LINES = {
    "plain": 2, "quoted key": 3, "literal.key": 4, "dotted": 6, "dotted.a": 6, "dotted.a.b c": 6,
    "list": 7, "list[0]": 7, "list[1]": 8, "list[2]": 8, "list[2][0]": 8, "list[2][1]": 9, "list[3]": 9,
    "list[3].in": 9, "list[3].other": 9, "list[3].other.deep": 9, "list[3].other.deep[0]": 10,
    "long": 12, "literal": 16, "after": 18, "empty": 19, "quotes": 20, "date": 21,
    "table": 22, "table.key": 23, "table.sub": 24, "table.sub.deeper": 24, "table.sub.deeper.key": 25,
    "many": 26, "many[0]": 26, "many[0].key": 27, "many[0].sub": 28, "many[0].sub.key": 29,
    "many[1]": 30, "many[1].key": 31, "many[1].inner": 32, "many[1].inner[0]": 32, "many[1].inner[0].key": 33,
    "many[1].inner[1]": 34, "many[1].inner[1].key": 35,
}


def paths_of(value, path=()):
    """Every path of a parsed document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from paths_of(item, (*path, key))


class Locate(unittest.TestCase):
    def test_every_shape_of_key_has_its_line(self):
        found = {key_name(path): line for path, line in locate(ALL_SHAPES).items()}
        self.assertEqual(found, LINES)

    def test_exactly_the_keys_that_tomllib_sees_are_found(self):
        self.assertEqual(set(locate(ALL_SHAPES)), set(paths_of(tomllib.loads(ALL_SHAPES))))

    def test_an_empty_text_has_no_lines(self):
        self.assertEqual(locate(""), {})
        self.assertEqual(locate("# only this\n\n"), {})

    def test_the_project_s_own_files_are_found_whole(self):
        root = Path(__file__).resolve().parents[2] / "configs"
        for file in root.rglob("*.toml"):
            text = file.read_text()
            self.assertEqual(set(locate(text)), set(paths_of(tomllib.loads(text))), file)


class Syntax(unittest.TestCase):
    def problem(self, text):
        with self.assertRaises(ConfigError) as caught:
            parse_toml(text, "x.toml")
        return str(caught.exception)

    def test_a_syntax_error_has_its_line(self):
        self.assertEqual(self.problem("a = 1\nb = = 2\n"), "x.toml:2: not TOML: Invalid value (column 5)")

    def test_an_error_at_the_end_of_the_file_has_the_last_line(self):
        self.assertEqual(self.problem('a = 1\nb = "open'),
                         "x.toml:2: not TOML: Unterminated string at the end of the file")

    def test_a_key_given_twice_is_an_error(self):
        self.assertTrue(self.problem("a = 1\na = 2\n").startswith("x.toml:2: not TOML: Cannot overwrite a value"))


if __name__ == "__main__":
    unittest.main()
