# SPDX-License-Identifier: Apache-2.0
"""The cache: entries appear whole or not at all."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle.cache import Cache, default_root  # noqa: E402
from axle.paths import ROOT  # noqa: E402


def fill_with(text):
    return lambda made: (made / "file").write_text(text)


def broken(made):
    (made / "half").write_text("half")
    raise RuntimeError("interrupted")


class CacheTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cache = Cache(folder.name)

    def test_an_entry_is_made_once(self):
        for text in ("first", "second"):
            self.cache.make("kind", "name", fill=fill_with(text))
        self.assertEqual((self.cache.path("kind", "name") / "file").read_text(), "first")

    def test_a_failed_fill_leaves_nothing(self):
        with self.assertRaises(RuntimeError):
            self.cache.make("kind", "name", fill=broken)
        self.assertFalse(self.cache.path("kind", "name").exists())
        self.assertEqual(list(self.cache.path("work").iterdir()), [])
        self.cache.make("kind", "name", fill=fill_with("again"))
        self.assertTrue(self.cache.path("kind", "name", "file").exists())

    def test_a_failed_replacement_keeps_the_old_entry(self):
        self.cache.make("name", fill=fill_with("old"))
        with self.assertRaises(RuntimeError):
            self.cache.replace("name", fill=broken)
        self.assertEqual(self.cache.path("name", "file").read_text(), "old")
        self.cache.replace("name", fill=fill_with("new"))
        self.assertEqual(self.cache.path("name", "file").read_text(), "new")

    def test_what_an_interrupted_run_left_is_swept(self):
        left = self.cache.path("work", "of-a-dead-process")
        left.mkdir(parents=True)
        self.cache.make("name", fill=fill_with("text"))
        self.assertFalse(left.exists())

    def test_the_work_of_a_killed_process_is_not_taken_for_an_entry(self):
        script = ("import os, sys; sys.path.insert(0, sys.argv[1]); from axle.cache import Cache\n"
                  "def fill(made): (made / 'half').write_text('x'); os._exit(9)\n"
                  "Cache(sys.argv[2]).make('name', fill=fill)")
        subprocess.run([sys.executable, "-c", script, str(ROOT / "tools"), str(self.cache.root)], check=False)
        self.assertFalse(self.cache.path("name").exists())
        self.cache.make("name", fill=fill_with("whole"))
        self.assertEqual(self.cache.path("name", "file").read_text(), "whole")

    def test_work_may_be_nested(self):
        def outer(made):
            with self.cache.work() as scratch:
                (scratch / "file").write_text("deep")
                os.rename(scratch / "file", made / "file")
        self.cache.make("name", fill=outer)
        self.assertEqual(self.cache.path("name", "file").read_text(), "deep")

    def test_removing_what_is_not_there_is_no_error(self):
        self.cache.remove("nothing")

    def test_the_environment_chooses_the_folder(self):
        with mock.patch.dict(os.environ, {"AXLE_CACHE": "/somewhere"}):
            self.assertEqual(default_root(), Path("/somewhere"))
        with mock.patch.dict(os.environ, {"AXLE_CACHE": "", "XDG_CACHE_HOME": "/xdg"}):
            self.assertEqual(default_root(), Path("/xdg/axle"))


if __name__ == "__main__":
    unittest.main()
