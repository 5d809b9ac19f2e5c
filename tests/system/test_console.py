# SPDX-License-Identifier: Apache-2.0
"""One screen for all: prefixes, switching, and the commands of Axle's prompt."""
import re
import unittest

from rig import Machine, linux

PREFIX = re.compile(r"^\[[a-z0-9._-]+\] ")


class Console(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = Machine([linux("left", cpu=0), linux("right", cpu=1)])
        cls.machine.__enter__()
        cls.addClassCleanup(cls.machine.__exit__, None, None, None)
        cls.machine.wait_ready("left")
        cls.machine.wait_ready("right")

    def test_lines_of_two_guests_at_once_never_mix(self):
        count = 40
        for name in ("left", "right"):
            self.machine.guest(name).type(f"for i in $(seq {count}); do echo {name}-{name}-{name}-line-$i-end; done\n")
        for name in ("left", "right"):
            self.machine.wait(name, f"{name}-line-{count}-end")
            lines = [line for line in self.machine.lines(name) if line.endswith("-end") and "$" not in line]
            self.assertEqual(lines, [f"{name}-{name}-{name}-line-{i}-end" for i in range(1, count + 1)])

    def test_every_line_of_a_guest_names_it(self):
        for line in self.machine.raw_lines():
            if "Linux version" in line or "Booting Linux" in line:
                self.assertRegex(line, PREFIX)

    def test_the_escape_key_is_told(self):
        self.assertTrue(any("Ctrl-]" in line for line in self.machine.raw_lines()))

    def test_help_names_every_command(self):
        text = self.machine.command("help")
        for word in ("vm list", "vm console", "vm stop", "vm start", "vm reset", "vm stat", "host info"):
            self.assertIn(word, text)

    def test_the_prompt_s_own_command_switches_too(self):
        self.machine.session.send("vm console right\n", vm="")
        self.machine.session.expect(r"Axle console: .*\(right\)$", vm="")
        self.assertEqual(self.machine.guest("right").run("echo $((6*7))"), "42")

    def test_list_names_every_vm_with_its_state(self):
        text = self.machine.command("vm list")
        for name in ("left", "right"):
            self.assertRegex(text, rf"{name}\b.*running")

    def test_stat_counts_exits_by_reason(self):
        text = self.machine.command("vm stat left")
        for reason in ("mmio", "irq", "halt", "hypercall"):
            self.assertRegex(text, rf"{reason}\s+\d+")

    def test_host_info_tells_the_machine(self):
        text = self.machine.command("host info")
        self.assertRegex(text, r"(?i)cpus?\W+2|2 cpus")

    def test_a_command_that_does_not_exist_is_answered(self):
        text = self.machine.command("vm frobnicate left")
        self.assertTrue(text.strip())
        self.assertIn("left", self.machine.command("vm list"))

    def test_a_vm_that_does_not_exist_is_named(self):
        self.assertIn("nobody", self.machine.command("vm stop nobody"))


if __name__ == "__main__":
    unittest.main()
