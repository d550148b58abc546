#!/usr/bin/env python3
"""System calls per request of a server and of the raw floor.

Counted by perf over all threads, as the slope between two exact numbers of requests, so that making
and closing the connections is not counted. Without perf, strace counts; it slows the server down,
so that batches are fuller and the figures a little too good.
"""

import os
import re
import signal
import subprocess
import tempfile

from load import Load
from report import argument_parser, print_table, progress, run_tool, write_json
from servers import MeasureError, floor_recipe, server_recipe

PERF_EVENT = "raw_syscalls:sys_enter"


def parse():
    parser = argument_parser(__doc__)
    parser.add_argument("--depths", default="1,16",
                        type=lambda text: [int(word) for word in text.split(",")],
                        help="requests in one batch of a connection")
    parser.add_argument("--connections", type=int, default=64, help="connections")
    parser.add_argument("--requests", default="20000,120000",
                        type=lambda text: [int(word) for word in text.split(",")],
                        help="the two numbers of requests at depth 1; times the depth at others")
    parser.add_argument("--tool", choices=["perf", "strace"], help="default: perf if it can count")
    return parser.parse_args()


def perf_can_count():
    try:
        done = subprocess.run(["perf", "stat", "-x,", "-e", PERF_EVENT, "true"],
                              capture_output=True, text=True)
    except OSError:
        return False
    return done.returncode == 0 and re.search(r"^\d+,", done.stderr, re.M) is not None


def count_with_perf(load, server, flags):
    with tempfile.NamedTemporaryFile("r", suffix=".perf") as output:
        load.run(server, *flags, prefix=["perf", "stat", "-x,", "-o", output.name, "-e", PERF_EVENT,
                                         "-p", server.pid, "--"])
        match = re.search(r"^(\d+),", output.read(), re.M)
    if not match:
        raise MeasureError("perf counted nothing")
    return int(match.group(1))


def count_with_strace(load, server, flags):
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as output:
        tracer = subprocess.Popen(["strace", "-c", "-f", "-o", output.name, "-p", str(server.pid)],
                                  stderr=subprocess.PIPE, text=True)
        try:
            line = tracer.stderr.readline()
            if "attached" not in line:
                raise MeasureError(f"strace cannot attach: {line.strip()}")
            load.run(server, *flags)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
            tracer.stderr.close()
        for line in output.read().splitlines():
            words = line.split()
            if words and words[-1] == "total":
                return int(words[3])
    raise MeasureError("strace counted nothing")


def calls_per_request(arguments, load, server, depth, count):
    few, many = (number * depth for number in arguments.requests)
    shape = ["--connections", arguments.connections, "--depth", depth]
    low = count(load, server, [*shape, "--requests", few])
    high = count(load, server, [*shape, "--requests", many])
    return (high - low) / (many - few)


def main():
    arguments = parse()
    tool = arguments.tool or ("perf" if perf_can_count() else "strace")
    count = count_with_perf if tool == "perf" else count_with_strace
    recipes = [server_recipe(arguments), floor_recipe(arguments.build)]
    load = Load(arguments.build, arguments.client_core)
    print(f"system calls per request, {arguments.connections} connections, counted by {tool}")
    if tool == "strace":
        print("note: strace slows the server down, so that its batches are fuller than in truth")
    rows = []
    for protocol in arguments.protocols:
        for depth in arguments.depths:
            row = {"protocol": protocol, "depth": depth}
            for role, recipe in zip(("server", "floor"), recipes):
                progress(f"{protocol}, depth {depth}: {recipe.name}")
                with recipe.server(protocol, arguments.server_core) as server:
                    row[role] = calls_per_request(arguments, load, server, depth, count)
            rows.append(row)
    progress("")
    print_table(["service", "depth", recipes[0].name, "floor", "difference"],
                [[row["protocol"], row["depth"], f"{row['server']:.3f}", f"{row['floor']:.3f}",
                  f"{row['server'] - row['floor']:+.3f}"] for row in rows])
    write_json(arguments, "syscalls", rows, counted_by=tool)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    run_tool(main)
