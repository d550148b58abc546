"""What can be counted of all servers: user instructions and system calls per request, and memory
per idle connection. Only the first is the same in every run.
"""

import shutil
import subprocess
import tempfile
import types

import finding  # noqa: F401
import instructions
import memory
import syscalls
from report import progress
from servers import MeasureError

LOCK_STEP_REQUESTS = (2000, 12000)
SLOPE_REQUESTS = (20000, 120000)
CONNECTIONS = 64
IDLE = (1000, 9000)


def seconds(recipes_of, arguments):
    return sum(len(recipes) for recipes in recipes_of.values()) * (8 + 6 * len(arguments.depths))


def _get(row, what, measure):
    """The figure, or None with the reason in row["missing"]."""
    try:
        return measure()
    except (MeasureError, OSError, subprocess.SubprocessError) as error:
        row["missing"][what] = str(error)
        return None


def _row(protocol, recipe, arguments, load, folder):
    row = {"protocol": protocol, "name": recipe.name, "missing": {}, "instructions": None,
           "syscalls": {}}
    lock_step = types.SimpleNamespace(server_core=arguments.server_core,
                                      requests=LOCK_STEP_REQUESTS)
    shape = types.SimpleNamespace(server_core=arguments.server_core, requests=SLOPE_REQUESTS,
                                  connections=CONNECTIONS, idle=IDLE)
    if shutil.which("valgrind"):
        row["instructions"] = _get(row, "instructions", lambda: instructions.per_request(
            lock_step, load, recipe, protocol, folder))
    count = syscalls.count_with_perf if syscalls.perf_can_count() else syscalls.count_with_strace
    for depth in arguments.depths:
        row["syscalls"][str(depth)] = _get(row, "system calls", lambda: _syscalls(
            shape, load, recipe, protocol, depth, count))
    row["counted_by"] = "perf" if count == syscalls.count_with_perf else "strace"
    row["memory"] = _get(row, "memory", lambda: memory.measure_slope(
        shape, load, recipe, protocol)["anonymous"])
    return row


def _syscalls(shape, load, recipe, protocol, depth, count):
    with recipe.server(protocol, shape.server_core) as server:
        return syscalls.calls_per_request(shape, load, server, depth, count)


def measure(recipes_of, arguments, load):
    """A row for each protocol and server."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for protocol, recipes in recipes_of.items():
            for recipe in recipes:
                progress(f"counts: {protocol}: {recipe.name}")
                rows.append(_row(protocol, recipe, arguments, load, folder))
    progress("")
    return rows
