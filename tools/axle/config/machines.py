# SPDX-License-Identifier: Apache-2.0
"""What differs between architectures and platforms, as data. A new architecture is one entry of each table."""
from dataclasses import dataclass

K, M, G = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True)
class Part:
    """One range of registers of a device model, from the device's base."""

    offset: int
    size: int
    per_vcpu: bool = False  # size counts once for each vCPU


@dataclass(frozen=True)
class Model:
    """A device model: what it is, its register ranges, and which inputs of the interrupt controller it may use."""

    role: str
    parts: tuple = ()
    interrupts: tuple = ()  # (lowest, highest, "what they are called"); empty: it has no interrupt


@dataclass(frozen=True)
class Default:
    """A device that every VM has unless its file says otherwise."""

    model: str
    base: int | None = None
    irq: int | None = None
    required: bool = False     # model = "none" does not remove it


@dataclass(frozen=True)
class Machine:
    """The virtual machine of an architecture."""

    ram_base: int
    gpa_bits: int
    kernel_align: int          # of the start of RAM that takes the kernel
    image_magic: bytes         # at offset 56 of a Linux Image
    old_text_offset: int       # where an Image goes whose header does not say
    cmdline_most: int          # bytes, without the terminator
    models: dict
    devices: dict              # name: Default
    auto_mmio: tuple           # (base, end) for devices without a base
    auto_irq: tuple            # (lowest, highest) for devices without an irq


@dataclass(frozen=True)
class Platform:
    """A physical machine: where its memory starts, and the ranges that Axle keeps for itself."""

    arch: str
    ram_base: int
    reserved: tuple            # (name, base, size)


# A VM has one of each of these at most.
SINGLE_ROLES = ("interrupt controller", "timer")

SPI = (32, 1019, "shared interrupts (SPI)")
PPI = (16, 31, "private interrupts (PPI)")

MACHINES = {
    "aarch64": Machine(
        ram_base=0x40000000,
        gpa_bits=40,
        kernel_align=2 * M,
        image_magic=b"ARM\x64",
        old_text_offset=0x80000,
        cmdline_most=2047,
        models={
            "vgicv3": Model("interrupt controller", (Part(0, 64 * K), Part(0xA0000, 128 * K, per_vcpu=True))),
            "arm-vtimer": Model("timer", interrupts=PPI),
            "pl011": Model("serial port", (Part(0, 4 * K),), SPI),
        },
        devices={
            "irqchip": Default("vgicv3", base=0x08000000, required=True),
            "timer": Default("arm-vtimer", irq=27),
            "console": Default("pl011", base=0x09000000, irq=33),
        },
        auto_mmio=(0x0B000000, 0x10000000),
        auto_irq=(64, 255),
    ),
}

PLATFORMS = {
    "qemu-virt": Platform(
        arch="aarch64",
        ram_base=0x40000000,
        reserved=(("Axle's interrupt controller", 0x08000000, 16 * M), ("Axle's console", 0x09000000, 4 * K)),
    ),
}

ARCHITECTURES = tuple(MACHINES)
DEFAULT_ARCH = "aarch64"

# Limits of the hypervisor (ax/vm.h, ax/device.h, ax/vmm/config.h, ax/vmm/fdt.h).
MAX_VMS = 16
MAX_VCPUS = 8
MAX_HOST_CPUS = 64
MAX_RAM = 8
MAX_DEVICES = 16
MAX_PASSTHROUGH = 8
MAX_VM_NAME = 31
MAX_DEVICE_NAME = 15
DTB_SPACE = 64 * K          # for a guest's device tree; a user's own gets 4K for what Axle adds
DTB_MOST = DTB_SPACE - 4 * K
# Host memory that is not for guests: the image, its tables, stacks and heap.
HOST_RESERVE = 16 * M
