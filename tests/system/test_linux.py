# SPDX-License-Identifier: Apache-2.0
"""Unmodified Debian guests come up and do what is typed."""
import unittest

from rig import Machine, linux


class OneGuest(unittest.TestCase):
    def comes_up_with(self, cpus):
        with Machine([linux("debian", cpus=cpus)]) as machine:
            machine.wait_ready("debian")
            guest = machine.guest("debian")
            self.assertEqual(guest.run("echo $((6*7))"), "42")
            self.assertEqual(guest.run("nproc"), str(cpus))
            self.assertEqual(guest.run("grep -c ^processor /proc/cpuinfo"), str(cpus))
            self.assertEqual(guest.run("cat /sys/devices/system/cpu/online"), "0" if cpus == 1 else f"0-{cpus - 1}")
            return guest

    def test_debian_with_one_vcpu_answers_at_its_prompt(self):
        self.comes_up_with(1)

    def test_debian_with_two_vcpus_answers_at_its_prompt(self):
        self.comes_up_with(2)

    def test_the_guest_has_the_memory_and_the_time_it_was_given(self):
        with Machine([linux("debian", memory="128M")]) as machine:
            machine.wait_ready("debian")
            guest = machine.guest("debian")
            total = int(guest.run("awk '/MemTotal/ {print $2}' /proc/meminfo"))
            self.assertTrue(60_000 < total < 131_072, f"{total} kB of 128 MiB")
            self.assertEqual(guest.run("sleep 2; echo awake"), "awake")
            self.assertGreater(float(guest.run("cut -d' ' -f1 /proc/uptime")), 2)

    def test_interrupts_of_timer_and_console_are_counted_by_the_guest(self):
        with Machine([linux("debian", cpus=2)]) as machine:
            machine.wait_ready("debian")
            guest = machine.guest("debian")
            for word in ("arch_timer", "uart-pl011"):
                first = int(guest.run(f"awk '/{word}/ {{print $2}}' /proc/interrupts"))
                guest.run("sleep 0.2")
                self.assertGreater(int(guest.run(f"awk '/{word}/ {{print $2}}' /proc/interrupts")), first, word)
            self.assertEqual(guest.run("dmesg | grep -ciE 'soft lockup|rcu.*stall|call trace|unexpected'"), "0")

    def test_every_vcpu_can_be_taken_off_and_brought_back(self):
        with Machine([linux("debian", cpus=2)]) as machine:
            machine.wait_ready("debian")
            guest = machine.guest("debian")
            for _ in range(3):
                for online in (0, 1):
                    guest.run(f"echo {online} >/sys/devices/system/cpu/cpu1/online")  # the kernel talks about it
                    self.assertEqual(guest.run("nproc"), str(1 + online))


class TwoGuests(unittest.TestCase):
    def test_two_guests_come_up_side_by_side_and_each_answers_its_own_keys(self):
        vms = [linux("left", cpu=0, append="axle.name=left"), linux("right", cpu=1, append="axle.name=right")]
        with Machine(vms) as machine:
            machine.wait_ready("left")
            machine.wait_ready("right")
            for name in ("left", "right", "left"):
                guest = machine.guest(name)
                self.assertEqual(guest.run("grep -o axle.name=.* /proc/cmdline"), f"axle.name={name}")

    def test_two_guests_share_one_cpu(self):
        with Machine([linux("left", cpu=0), linux("right", cpu=0)]) as machine:
            machine.wait_ready("left")
            machine.wait_ready("right")
            for name in ("left", "right"):
                self.assertEqual(machine.guest(name).run("echo $((6*7))"), "42")

    def test_a_busy_guest_does_not_stop_its_neighbour_on_the_same_cpu(self):
        with Machine([linux("busy", cpu=0), linux("quiet", cpu=0)]) as machine:
            machine.wait_ready("busy")
            machine.wait_ready("quiet")
            machine.guest("busy").type("while :; do :; done\n")
            self.assertEqual(machine.guest("quiet").run("sleep 1; echo $((6*7))"), "42")


if __name__ == "__main__":
    unittest.main()
