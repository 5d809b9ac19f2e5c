# SPDX-License-Identifier: Apache-2.0
"""What is missing of the distribution, and what is done about it; nothing is installed here."""
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle import packages, term  # noqa: E402
from axle.errors import AxleError  # noqa: E402
from axle.packages import Need  # noqa: E402

TABLE = {"work": (Need("there", "python3"), Need("absent-command", "no-such-command"), Need("absent-file", "/no/such/*.h"))}


@mock.patch.object(packages, "TABLE", TABLE)
class Packages(unittest.TestCase):
    def ensure(self, answer=True, root=True, sudo=None, unattended=False, yes=False):
        """(commands run, was it asked) of ensure(), which finds nothing installed afterwards."""
        ran = []
        which = {"apt-get": "/usr/bin/apt-get", "sudo": sudo, "python3": "/usr/bin/python3"}
        with mock.patch.object(packages, "_apt", ran.append), mock.patch.object(packages.shutil, "which", which.get), \
             mock.patch.object(packages.os, "geteuid", lambda: 0 if root else 1000), \
             mock.patch.object(term, "unattended", lambda: unattended), mock.patch.object(term, "ask", return_value=answer) as ask:
            with self.assertRaises(AxleError) as caught:
                packages.ensure(["work"], yes)
            return ran, ask.called, str(caught.exception)

    def test_only_what_is_missing_is_named(self):
        self.assertEqual(packages.missing(["work"]), ["absent-command", "absent-file"])

    def test_where_somebody_can_answer_it_is_asked_first(self):
        ran, asked, message = self.ensure(answer=False)
        self.assertTrue(asked)
        self.assertEqual(ran, [])
        self.assertIn("apt-get install absent-command absent-file", message)

    def test_with_yes_or_without_a_terminal_it_is_not_asked(self):
        for how in ({"yes": True}, {"unattended": True}):
            ran, asked, _ = self.ensure(**how)
            self.assertFalse(asked)
            self.assertEqual(ran[-1][-3:], ["install", "absent-command", "absent-file"])

    def test_who_is_not_root_uses_sudo_or_is_told_the_command(self):
        self.assertEqual(self.ensure(root=False, sudo="/usr/bin/sudo")[0][0][0], "sudo")
        ran, _, message = self.ensure(root=False)
        self.assertEqual(ran, [])
        self.assertIn("as root: apt-get install", message)

    def test_nothing_is_done_when_all_is_there(self):
        with mock.patch.dict(TABLE, {"work": (Need("there", "python3"),)}), mock.patch.object(packages, "_apt") as apt:
            packages.ensure(["work"])
        self.assertFalse(apt.called)


if __name__ == "__main__":
    unittest.main()
