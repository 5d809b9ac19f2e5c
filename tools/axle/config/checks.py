# SPDX-License-Identifier: Apache-2.0
"""What must hold between the parts of a VM, and between the VMs of a board."""
from itertools import combinations

from .machines import HOST_RESERVE, PLATFORMS
from .problem import Report, show, show_range, show_size


# ---- one VM

def check_vm(row, extents, report):
    _check_overlaps(extents, report)
    _check_interrupts(row, report)
    _check_names(row, report)
    _check_affinity(row.vm, report)


def _overlap(a, a_size, b, b_size):
    return a < b + b_size and b < a + a_size


def _check_overlaps(extents, report):
    told = set()  # one message for two owners, however many ranges they have
    for a, b in combinations(extents, 2):
        if _overlap(a.base, a.size, b.base, b.size) and (a.path, b.path) not in told:
            told.add((a.path, b.path))
            # Blame what the user wrote; of two such, the later.
            first, second = (b, a) if report.source.knows(a.path) and not report.source.knows(b.path) else (a, b)
            report.add(second.path, f"{second} overlaps {first}", "move one of them")


def _check_interrupts(row, report):
    users = {}
    for device in row.devices:
        for irq in device.interrupts:
            if irq in users:
                path = ("devices", device.name, "irq")
                other = ("devices", users[irq], "irq")
                if report.source.knows(other) and not report.source.knows(path):
                    path = other
                report.add(path, f"interrupt {irq} belongs to both {users[irq]} and {device.name}",
                           "change one of them")
            users.setdefault(irq, device.name)


def _check_names(row, report):
    seen = {device.name for device in row.devices}
    for index, item in enumerate(row.vm.passthrough):
        if item.name in seen:
            report.add(("passthrough", index, "name"), f"is used twice ({show(item.name)})", "choose another name")
        seen.add(item.name)


def _check_affinity(vm, report):
    if vm.affinity and len(vm.affinity) != vm.cpus:
        report.add(("affinity",), f"has {len(vm.affinity)} entries for {vm.cpus} vCPUs ({show(vm.affinity)})",
                   "give one entry for each vCPU")


# ---- a board and its VMs

def check_board(resolved):
    """Problems between VMs, and between VMs and the board."""
    reports = [Report(row.vm.source) for row in resolved.vms]
    rows = list(zip(resolved.vms, reports))
    board_report = Report(resolved.board.source)
    _check_vm_names(rows)
    _check_cpus(resolved.board, rows)
    _check_pinned(resolved.board, rows)
    _check_features(resolved.board, rows, board_report)
    _check_host_ranges(resolved.board, rows)
    _check_memory(resolved, board_report)
    return board_report.problems + [problem for report in reports for problem in report.problems]


def _check_vm_names(rows):
    seen = {}
    for row, report in rows:
        name = row.vm.name
        if name in seen:
            report.add(("name",), f"is used twice, here and in {seen[name]} ({show(name)})", "choose another name")
        seen.setdefault(name, row.vm.source.label)


def _check_cpus(board, rows):
    count = board.machine.cpus
    for row, report in rows:
        for index, cpus in enumerate(row.vm.affinity):
            missing = [cpu for cpu in cpus if cpu >= count]
            if missing:
                report.add(("affinity", index), f"names CPU {missing[0]}, which does not exist",
                           f"{board.name} has CPUs 0 to {count - 1}")


def _scheduler(board, vm):
    return vm.scheduler or board.host.scheduler


def _check_pinned(board, rows):
    """A pinned vCPU owns one CPU: nobody else may be pinned there, or have no other CPU to run on."""
    owners = {}
    for row, report in rows:
        if _scheduler(board, row.vm) != "pinned":
            continue
        for index in range(row.vm.cpus):
            cpus = row.vm.affinity[index] if index < len(row.vm.affinity) else ()
            owner = f"vCPU {index} of {row.vm.name}"
            if len(cpus) != 1:
                given = show(cpus) if cpus else "it has none"
                report.add(("affinity", index) if index < len(row.vm.affinity) else ("scheduler",),
                           f"{owner} is pinned and needs exactly one CPU ({given})", "write affinity = [CPU, ...]")
            elif cpus[0] in owners:
                report.add(("affinity", index), f"CPU {cpus[0]} is pinned twice, to {owners[cpus[0]]} and {owner}",
                           "pin one of them elsewhere")
            else:
                owners[cpus[0]] = owner
    for row, report in rows if owners else ():
        if _scheduler(board, row.vm) != "pinned":
            _check_room(board, row.vm, owners, report)


def _check_room(board, vm, owners, report):
    for index in range(vm.cpus):
        cpus = (vm.affinity[index] if index < len(vm.affinity) else ()) or tuple(range(board.machine.cpus))
        if all(cpu in owners for cpu in cpus):
            report.add(("affinity", index), f"vCPU {index} of {vm.name} has no CPU left, CPU {cpus[0]} is pinned to "
                       f"{owners[cpus[0]]}", "leave a CPU free or pin fewer vCPUs")


def _check_features(board, rows, report):
    off = {"pinned": board.features.get("sched_pinned") is False, "fair": board.features.get("sched_fair") is False}
    if off[board.host.scheduler]:
        report.add(("host", "scheduler"), f"is switched off in [features] ({show(board.host.scheduler)})",
                   f"set sched_{board.host.scheduler} = true")
    for row, vm_report in rows:
        if row.vm.scheduler and off[row.vm.scheduler]:
            vm_report.add(("scheduler",), f"is switched off in [features] of the board ({show(row.vm.scheduler)})",
                          f"set sched_{row.vm.scheduler} = true there")


def _check_host_ranges(board, rows):
    taken = [(f"the host's memory ({show_range(base, size)})", base, size) for base, size in board.memory()]
    taken += [(f"{name} ({show_range(base, size)})", base, size)
              for name, base, size in PLATFORMS[board.platform].reserved]
    for row, report in rows:
        for item in row.passthrough:
            mine = f"passthrough {item.name} (host {show_range(item.hpa, item.size)})"
            for name, base, size in taken:
                if _overlap(item.hpa, item.size, base, size):
                    report.add(item.path, f"{mine} overlaps {name}", "give each host range to one owner")
            taken.append((f"passthrough {item.name} of {row.vm.name}", item.hpa, item.size))


def _check_memory(resolved, report):
    have = sum(size for _, size in resolved.board.memory())
    guests = sum(ram.size for row in resolved.vms for ram in row.memory)
    files = sum(path.stat().st_size for _, path, _ in resolved.modules)
    if guests + files + HOST_RESERVE > have:
        report.add(("machine", "memory"), f"is too little ({show_size(have)}): the VMs need {show_size(guests)}, their "
                   f"images {show_size(files)}, Axle {show_size(HOST_RESERVE)}", "give the board more or the VMs less")
