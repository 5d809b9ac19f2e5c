# SPDX-License-Identifier: Apache-2.0
"""Writes the configuration blob, exactly as docs/config-blob.md describes it."""
from ..fdt import Tree, text, u32, u64


PROT_DEVICE = 8  # beside read 1, write 2, execute 4


def compile_blob(resolved):
    """The blob of a Resolved. Its images were checked, so resolve() must have been given an image_lookup."""
    board = resolved.board
    tree = Tree()
    root = tree.root
    root.set("compatible", text("axle,config-1"))
    root.set("board", text(board.name))
    root.set("arch", text(board.arch))
    root.set("log-level", text(board.host.log))
    root.set("scheduler", text(board.host.scheduler))
    root.set("escape-key", u32(board.host.escape_code))
    root.set("when-idle", text(board.host.when_idle))
    vms = root.add("vms")
    for index, row in enumerate(resolved.vms):
        _vm(vms.add(f"vm@{index:x}"), row)
    return tree.to_bytes()


def _vm(node, row):
    vm = row.vm
    node.set("vm-name", text(vm.name))
    node.set("vcpus", u32(vm.cpus))
    masks = [sum(1 << cpu for cpu in set(cpus)) for cpus in vm.affinity] or [0] * vm.cpus
    node.set("affinity", u64(*masks))
    if vm.scheduler:
        node.set("scheduler", text(vm.scheduler))
    node.set("weight", u32(vm.weight))
    if vm.autostart:
        node.set("autostart")
    node.set("on-reboot", text(vm.on_reboot))
    node.set("gpa-bits", u32(row.gpa_bits))
    node.set("memory", b"".join(u64(ram.base, ram.size, ram.prot) for ram in row.memory))
    _boot(node, row)
    _devices(node.add("devices"), row)
    if row.passthrough:
        passthrough = node.add("passthrough")
        for item in row.passthrough:
            passthrough.add(item.name).set("range", u64(item.gpa, item.hpa, item.size, item.prot | PROT_DEVICE))


def _boot(node, row):
    boot = row.boot
    for key, module in row.modules.items():
        node.set(key, text(module))
    node.set("kernel-gpa", u64(boot.kernel_gpa))
    node.set("entry", u64(boot.entry))
    if boot.initrd:
        node.set("initrd-gpa", u64(boot.initrd_gpa))
    node.set("dtb-gpa", u64(boot.dtb_gpa))
    node.set("cmdline", text(row.vm.kernel.cmdline))


def _devices(node, row):
    for device in row.devices:
        child = node.add(device.name)
        child.set("model", text(device.model))
        if device.ranges:
            child.set("ranges", b"".join(u64(*part) for part in device.ranges))
        if device.interrupts:
            child.set("interrupts", u32(*device.interrupts))
