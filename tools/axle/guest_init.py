# SPDX-License-Identifier: Apache-2.0
"""What our guests' initramfs holds: busybox and an /init that says when it is ready, then gives a shell.

The marker carries the guest's own clock, so that a run can be timed in virtual nanoseconds. The kernel command line's
`axle.run=poweroff` or `axle.run=reboot` makes init do that after the marker. Nothing burns a CPU while it waits.
"""
import hashlib

from . import initramfs

MARKER = "axle-guest: ready"

INIT = f"""\
#!/bin/busybox sh
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev
while read -r word rest; do
	[ "$word" = now ] && break
done </proc/timer_list
echo "{MARKER}, cpus $(busybox nproc), now $rest"
for word in $(busybox cat /proc/cmdline); do
	case $word in
	axle.run=poweroff | axle.run=reboot) exec busybox ${{word#axle.run=}} -f ;;
	esac
done
exec busybox init
"""

INITTAB = """\
::respawn:/bin/busybox cttyhack /bin/sh -l
::ctrlaltdel:/bin/busybox reboot
"""

PROFILE = """\
export PATH=/bin PS1='guest# ' HOME=/
"""

APPLETS = """
ash awk base64 cat chmod clear cmp cp cut date dd devmem df dmesg du echo env expr false find free grep head hexdump
hostname id ip kill less ln ls lsmod md5sum mkdir modprobe insmod mknod more mount mv nproc od pidof ping poweroff
halt printf ps pwd reboot rm rmdir sed seq setsid sh sha256sum sleep sort stat stty sync tail taskset tee test time
timeout top touch tr true umount uname uniq uptime usleep vi watch wc wget which xargs yes zcat
""".split()


def entries(busybox):
    """Dictionary for initramfs.cpio(), around the bytes of a static busybox of the guest's architecture."""
    tree = {name: initramfs.folder() for name in ("bin", "dev", "etc", "proc", "root", "sys", "tmp")}
    tree["bin/busybox"] = initramfs.file(busybox, 0o755)
    tree["init"] = initramfs.file(INIT.encode(), 0o755)
    tree["etc/inittab"] = initramfs.file(INITTAB.encode())
    tree["etc/profile"] = initramfs.file(PROFILE.encode())
    tree["dev/console"] = initramfs.char_device(5, 1)
    tree["dev/null"] = initramfs.char_device(1, 3, 0o666)
    for applet in APPLETS:
        tree[f"bin/{applet}"] = initramfs.link("busybox")
    return tree


def recipe():
    """Changes when the content of the initramfs does, for the same busybox."""
    digest = hashlib.sha256()
    for name, entry in sorted(entries(b"").items()):
        digest.update(repr((name, entry)).encode())
    return digest.hexdigest()
