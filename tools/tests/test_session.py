# SPDX-License-Identifier: Apache-2.0
"""The screen taken apart by sources, and a session with a machine."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle.screen import HOST, Screen, plain  # noqa: E402
from axle.session import Session, SessionError  # noqa: E402

# Echoes what is typed as a guest's shell would, and answers the keys of Axle's console.
ECHO = """
import sys
focus = "[left] "
out = lambda text: (sys.stdout.write(text), sys.stdout.flush())
out("[left] booting\\r\\n[right] booting\\r\\nAxle console: Ctrl-] then ? for help (left)\\r\\n[left] guest# ")
line = ""
while key := sys.stdin.read(1):
    if key == "\\x1d":
        who = {"0": "left", "1": "right", "h": "prompt"}[sys.stdin.read(1)]
        focus = "" if who == "prompt" else f"[{who}] "
        out(f"\\r\\nAxle console: Ctrl-] then ? for help ({who})\\r\\n{focus}guest# ")
    elif key == "\\n":
        if line == "off": break
        if line == "panic": out("\\r\\naxle: panic: test\\r\\n")
        out(f"\\r\\n{focus}answer to {line}\\r\\n{focus}guest# ")
        line = ""
    else:
        out(key)
        line += key
"""


def screen(*chunks):
    made = Screen()
    for chunk in chunks:
        made.feed(chunk.encode())
    return made


class ScreenTest(unittest.TestCase):
    def test_lines_go_to_the_source_that_they_name(self):
        made = screen("[a] one\r\n[b] two\r\nAxle says\r\n[a] three\r\n")
        self.assertEqual(made.text("a"), "one\nthree\n")
        self.assertEqual(made.text("b"), "two\n")
        self.assertEqual(made.text(HOST), "Axle says\n")
        self.assertEqual(made.sources(), ["a", "b"])

    def test_bytes_may_come_in_any_pieces(self):
        self.assertEqual(screen(*"[a] one\r\n[b] two\r\n").text("a"), "one\n")

    def test_a_growing_line_is_seen(self):
        self.assertEqual(screen("[a] gue", "st# ").text("a"), "guest# ")

    def test_a_line_of_the_focused_source_that_was_interrupted_is_one_line(self):
        made = screen("Axle console: Ctrl-] then ? for help (a)\r\n[a] hel", "\r\n[b] other\r\n[a] hel", "lo\r\n")
        self.assertEqual(made.text("a"), "hello\n")
        self.assertEqual(made.text("b"), "other\n")

    def test_an_interrupted_line_that_still_grows_is_one_line(self):
        made = screen("Axle console: keys (a)\r\n[a] hel\r\n[b] other\r\n[a] hell")
        self.assertEqual(made.text("a"), "hell")

    def test_equal_lines_of_the_focused_source_stay_two(self):
        made = screen("Axle console: keys (a)\r\n[a] tick\r\n[a] tick\r\n[a] tock\r\n")
        self.assertEqual(made.text("a"), "tick\ntick\ntock\n")

    def test_a_source_without_focus_repeats_itself_freely(self):
        made = screen("[a] tick\r\n[b] x\r\n[a] tick\r\n")
        self.assertEqual(made.text("a"), "tick\ntick\n")

    def test_escape_sequences_and_what_was_taken_back_are_gone(self):
        self.assertEqual(plain("\x1b[1mbold\x1b[0m\x1b[6n\r"), "bold")
        self.assertEqual(plain("old text\rnew"), "new")
        self.assertEqual(plain("helx\b \blo"), "hello")


class SessionTest(unittest.TestCase):
    def setUp(self):
        self.session = Session([sys.executable, "-c", ECHO], ["left", "right"])
        self.addCleanup(self.session.close)

    def test_typing_is_answered_on_the_right_console(self):
        self.session.expect("guest# ", vm="left")
        self.session.send("one\n", vm="left")
        self.session.expect("^answer to (.*)$", vm="left")
        self.session.send("two\n", vm="right")
        self.assertEqual(self.session.expect("^answer to (.*)$", vm="right")[1], "two")
        self.session.send("three\n", vm="")
        self.assertEqual(self.session.expect("^answer to (.*)$", vm="")[1], "three")

    def test_a_text_is_found_once(self):
        self.session.expect("booting", vm="left")
        with self.assertRaisesRegex(SessionError, "not seen within 0.2 s"):
            self.session.expect("booting", vm="left", timeout=0.2)

    def test_an_end_while_waiting_is_told_with_the_last_lines(self):
        self.session.send("off\n")
        with self.assertRaisesRegex(SessionError, "(?s)emulator ended.*left. guest#"):
            self.session.expect("never")
        self.assertEqual(self.session.wait_end(), 0)

    def test_a_panic_ends_the_wait(self):
        self.session.send("panic\n")
        with self.assertRaisesRegex(SessionError, "panicked"):
            self.session.expect("never", vm="right")


if __name__ == "__main__":
    unittest.main()
