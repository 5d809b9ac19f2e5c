# SPDX-License-Identifier: Apache-2.0
"""Reads a TOML file: its values, and a Source that knows their lines."""
import re
import tomllib
from pathlib import Path

from .locate import locate
from .problem import ConfigError, Problem, Source

PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$|( \(at end of document\))$")


def read_toml(path):
    """(values, Source). ConfigError: the file is missing or is not TOML."""
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ConfigError([Problem(str(path), 0, "", "there is no such file", "check the name")]) from None
    except IsADirectoryError:
        raise ConfigError([Problem(str(path), 0, "", "this is a folder", "name a TOML file")]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(str(path), line, "", "this is not UTF-8 text", "save the file as UTF-8")]) from None
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, "", f"cannot be read ({error.strerror})")]) from None
    text = text.replace("\r\n", "\n")
    return parse_toml(text, str(path), path.parent)


def parse_toml(text, label, directory=Path(".")):
    """(values, Source) of a text; label stands for the file in messages."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax(str(error), text, label)]) from None
    except RecursionError:
        raise ConfigError([Problem(label, 1, "", "nested too deep", "write it flatter")]) from None
    return values, Source(label, Path(directory), locate(text))


def _syntax(message, text, label):
    place = PLACE.search(message)
    if not place:
        return Problem(label, 1, "", f"not TOML: {message}")
    what = message[:place.start()]
    if place.group(3):
        return Problem(label, max(1, len(text.splitlines())), "", f"not TOML: {what} at the end of the file")
    return Problem(label, int(place.group(1)), "", f"not TOML: {what} (column {place.group(2)})")
