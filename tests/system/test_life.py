# SPDX-License-Identifier: Apache-2.0
"""A VM's life: what the guest asks for and what is asked at Axle's prompt."""
import unittest

from rig import Machine, linux


class AskedByTheGuest(unittest.TestCase):
    def test_a_guest_that_powers_off_leaves_the_host_and_its_neighbour(self):
        with Machine([linux("gone", cpu=0), linux("stays", cpu=1)]) as machine:
            machine.wait_ready("gone")
            machine.wait_ready("stays")
            machine.guest("gone").type("poweroff -f\n")
            machine.wait_state("gone", "stopped")
            self.assertEqual(machine.guest("stays").run("echo $((6*7))"), "42")

    def test_a_guest_reboots_twice_and_comes_up_again(self):
        with Machine([linux("debian")]) as machine:
            machine.wait_ready("debian")
            for _ in range(2):
                guest = machine.guest("debian")
                guest.run("echo left-behind >/root/mark")
                guest.type("reboot -f\n")
                machine.wait_ready("debian")
                guest = machine.guest("debian")
                self.assertEqual(guest.run("ls /root | wc -l"), "0")
                self.assertLess(float(guest.run("cut -d. -f1 /proc/uptime")), 60)

    def test_a_guest_with_two_vcpus_reboots(self):
        with Machine([linux("debian", cpus=2)]) as machine:
            machine.wait_ready("debian")
            machine.guest("debian").type("reboot -f\n")
            machine.wait_ready("debian")
            self.assertEqual(machine.guest("debian").run("nproc"), "2")

    def test_a_panic_of_the_guest_is_its_own(self):
        with Machine([linux("broken", cpu=0, append="panic=0"), linux("stays", cpu=1)]) as machine:
            machine.wait_ready("broken")
            machine.wait_ready("stays")
            machine.guest("broken").type("echo c >/proc/sysrq-trigger\n")
            machine.wait("broken", "Kernel panic")
            self.assertEqual(machine.guest("stays").run("echo $((6*7))"), "42")


class AskedAtThePrompt(unittest.TestCase):
    def test_stop_and_start(self):
        with Machine([linux("debian")]) as machine:
            machine.wait_ready("debian")
            machine.command("vm stop debian")
            machine.wait_state("debian", "stopped")
            machine.command("vm start debian")
            machine.wait_ready("debian")
            self.assertEqual(machine.guest("debian").run("echo $((6*7))"), "42")

    def test_reset(self):
        with Machine([linux("debian")]) as machine:
            machine.wait_ready("debian")
            machine.guest("debian").run("echo left-behind >/root/mark")
            machine.command("vm reset debian")
            machine.wait_ready("debian")
            self.assertEqual(machine.guest("debian").run("ls /root | wc -l"), "0")

    def test_a_deleted_vm_gives_its_memory_back_and_can_be_made_again(self):
        with Machine([linux("debian")]) as machine:
            free = []
            for _ in range(3):
                machine.wait_ready("debian")
                machine.command("vm delete debian")
                machine.wait_state("debian", "absent")
                free.append(machine.free_memory())
                machine.command("vm create debian")
                machine.command("vm start debian")
            self.assertEqual(free, free[:1] * 3)


if __name__ == "__main__":
    unittest.main()
