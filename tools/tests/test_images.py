# SPDX-License-Identifier: Apache-2.0
"""Initramfs, guest images, the private apt's own decisions."""
import gzip
import io
import stat
import tarfile
import tempfile
import sys
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from axle import apt_private, guest_init, images, initramfs  # noqa: E402
from axle.cache import Cache  # noqa: E402
from axle.errors import UsageError  # noqa: E402


def read_cpio(data):
    """{name: (mode, rdev, content)} of a newc archive."""
    found, at = {}, 0
    while True:
        assert data[at:at + 6] == b"070701"
        fields = [int(data[at + 6 + 8 * n:at + 14 + 8 * n], 16) for n in range(13)]
        name_end = at + 110 + fields[11]
        name = data[at + 110:name_end - 1].decode()
        start = -(-name_end // 4) * 4
        if name == "TRAILER!!!":
            return found
        found[name] = (fields[1], (fields[9], fields[10]), data[start:start + fields[6]])
        assert fields[2:4] == [0, 0] and fields[5] == 0
        at = -(-(start + fields[6]) // 4) * 4


class Initramfs(unittest.TestCase):
    def test_what_is_written_can_be_read(self):
        entries = {"bin": initramfs.folder(), "bin/tool": initramfs.file(b"12345", 0o755), "lib": initramfs.link("bin"),
                   "dev": initramfs.folder(), "dev/console": initramfs.char_device(5, 1)}
        found = read_cpio(initramfs.cpio(entries))
        self.assertEqual(list(found), sorted(entries))
        self.assertEqual(found["bin/tool"], (stat.S_IFREG | 0o755, (0, 0), b"12345"))
        self.assertEqual(found["lib"], (stat.S_IFLNK | 0o777, (0, 0), b"bin"))
        self.assertEqual(found["dev/console"][:2], (stat.S_IFCHR | 0o600, (5, 1)))

    def test_the_same_content_gives_the_same_bytes(self):
        entries = guest_init.entries(b"busybox")
        shuffled = dict(reversed(entries.items()))
        self.assertEqual(initramfs.compressed(entries), initramfs.compressed(shuffled))
        self.assertEqual(gzip.decompress(initramfs.compressed(entries)), initramfs.cpio(entries))

    def test_every_file_of_the_guest_has_its_folder_before_it(self):
        names = sorted(guest_init.entries(b""))
        for name in names:
            parent = name.rpartition("/")[0]
            self.assertTrue(not parent or names.index(parent) < names.index(name))

    def test_init_tells_that_it_is_ready_with_the_guests_clock(self):
        self.assertIn(guest_init.MARKER, guest_init.INIT)
        self.assertIn("/proc/timer_list", guest_init.INIT)


class ImagesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.images = images.Images(Cache(self.folder / "cache"))
        self.kernel = self.folder / "Image"
        self.kernel.write_bytes(b"kernel")

    def test_a_users_image_is_kept_under_its_name(self):
        self.images.add("mine", self.kernel)
        self.assertIn("mine", self.images.names())
        self.assertEqual(self.images.path("mine").read_bytes(), b"kernel")
        self.assertEqual(self.images.path("mine:kernel").read_bytes(), b"kernel")
        with self.assertRaisesRegex(UsageError, "has no initrd"):
            self.images.path("mine:initrd")

    def test_an_image_given_again_replaces_the_old_one(self):
        self.images.add("mine", self.kernel, self.kernel)
        self.images.add("mine", self.kernel)
        with self.assertRaises(UsageError):
            self.images.path("mine:initrd")

    def test_wrong_names_and_files_are_refused(self):
        for name, kernel in (("Mine", self.kernel), ("../up", self.kernel), ("debian-arm64", self.kernel), ("mine", self.folder / "no")):
            with self.subTest(name=name), self.assertRaises(UsageError):
                self.images.add(name, kernel)

    def test_an_unknown_image_or_part_is_refused_by_name(self):
        with self.assertRaisesRegex(UsageError, "nonesuch"):
            self.images.path("nonesuch:kernel")
        with self.assertRaisesRegex(UsageError, "no dtb"):
            self.images.path("debian-arm64:dtb")

    def test_a_removed_image_is_gone(self):
        self.images.add("mine", self.kernel)
        self.images.remove("mine")
        self.assertNotIn("mine", self.images.names())

    def test_a_new_recipe_makes_the_initramfs_anew_without_network(self):
        folder = self.images.folder("debian-arm64")
        folder.mkdir(parents=True)
        for name in ("kernel", "busybox", "initrd"):
            (folder / name).write_bytes(name.encode())
        (folder / "origin.json").write_text('{"kernel": "linux 1", "recipe": "old"}')
        made = self.images.path("debian-arm64:initrd").read_bytes()
        self.assertEqual(made, initramfs.compressed(guest_init.entries(b"busybox")))
        self.assertEqual(self.images.origin("debian-arm64")["kernel"], "linux 1")
        self.assertEqual(self.images.path("debian-arm64").read_bytes(), b"kernel")

    def test_references_are_told_from_files(self):
        self.assertTrue(images.looks_like_reference("debian-arm64:kernel"))
        self.assertTrue(images.looks_like_reference("debian-arm64"))
        for text in ("./Image", "Image", "/boot/vmlinuz", "debian-arm64:nothing", str(self.kernel)):
            self.assertFalse(images.looks_like_reference(text), text)


class PrivateApt(unittest.TestCase):
    def test_the_systems_own_mirror_is_used(self):
        lines = ["http://other/ubuntu|noble|main", "http://mirror/debian-security/|bookworm-security|main",
                 "http://mirror/debian/|bookworm|contrib", "http://mirror/debian/|bookworm|main"]
        self.assertEqual(apt_private.choose_mirror(lines), "http://mirror/debian/")
        self.assertIsNone(apt_private.choose_mirror(lines[:2]))

    def test_one_file_is_taken_out_of_a_package(self):
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name in ("./usr/share/doc", "./boot/config-6", "./boot/vmlinuz-6"):
                member = tarfile.TarInfo(name)
                member.size = len(name)
                tar.addfile(member, io.BytesIO(name.encode()))
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "out"
            package = mock.MagicMock(stdout=io.BytesIO(archive.getvalue()))
            package.__enter__.return_value = package
            with mock.patch.object(apt_private.subprocess, "Popen", return_value=package):
                apt_private.extract("x.deb", "boot/vmlinuz-", target)
            self.assertEqual(target.read_text(), "./boot/vmlinuz-6")


if __name__ == "__main__":
    unittest.main()
