#!/usr/bin/env python3
"""What recording costs a server: edgewise-serve with --record beside the same without.

User instructions and bytes of the recording per request, on one connection, as slopes between two
numbers of requests (callgrind); CPU time per request and rate as ratios, with 64 connections and
the slices of cost.py.
"""

import os
import random
import shlex
import shutil
import tempfile

from load import Load
from report import OtherWork, argument_parser, print_table, progress, run_tool, write_json
from instructions import total_instructions
from servers import MeasureError, Recipe, find_program
from slices import measure_block
from stats import Ratio, median

BLOCKS_BETWEEN_RESTARTS = 5


def parse():
    parser = argument_parser(__doc__, protocols="echo")
    parser.add_argument("--depths", default="1,16",
                        type=lambda text: [int(word) for word in text.split(",")],
                        help="requests in one batch of a connection")
    parser.add_argument("--connections", type=int, default=64, help="connections of the slices")
    parser.add_argument("--blocks", type=int, default=20, help="blocks for each protocol and depth")
    parser.add_argument("--slice", type=float, default=0.5, help="seconds of one slice")
    parser.add_argument("--requests", default="3200,16000",
                        type=lambda text: [int(word) for word in text.split(",")],
                        help="the two numbers of requests")
    parser.add_argument("--folder", help="where recordings are written meanwhile")
    return parser.parse_args()


class Recipes:
    """A server that records, into a fresh file each time, and one that does not."""

    def __init__(self, build, folder):
        self._program = shlex.quote(find_program(build, "edgewise-serve"))
        self._folder = folder
        self._count = 0

    def plain(self):
        return Recipe("plain", f"{self._program} --listen {{protocol}}://127.0.0.1:0")

    def recorded(self):
        """The recipe, and the file of its one server."""
        self._count += 1
        path = os.path.join(self._folder, f"recording-{self._count}.ewr")
        command = f"{self.plain().command} --record {shlex.quote(path)}"
        return Recipe("recorded", command), path


def count(arguments, load, recipe, protocol, depth, requests):
    """User instructions of a server's life with so many requests."""
    with tempfile.NamedTemporaryFile() as out:
        prefix = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out.name}"]
        with recipe.server(protocol, arguments.server_core, prefix=prefix) as server:
            load.run(server, "--connections", 1, "--depth", depth, "--requests", requests)
        return total_instructions(out.name)


def slopes(arguments, load, recipes, protocol, depth):
    """Instructions per request without and with a recording, and its bytes per request."""
    few, many = arguments.requests
    plain, recorded, sizes = {}, {}, {}
    for requests in (few, many):
        progress(f"{protocol}, depth {depth}: instructions of {requests} requests")
        plain[requests] = count(arguments, load, recipes.plain(), protocol, depth, requests)
        recipe, path = recipes.recorded()
        recorded[requests] = count(arguments, load, recipe, protocol, depth, requests)
        sizes[requests] = os.path.getsize(path)
        os.remove(path)
    return [(one[many] - one[few]) / (many - few) for one in (plain, recorded, sizes)]


def measure(arguments, load, recipes, protocol, depth, chance):
    """The blocks of one protocol and depth, and the recordings' bytes per request in them."""
    blocks, size, requests = [], 0, 0
    while len(blocks) < arguments.blocks:
        recipe, path = recipes.recorded()
        with recipes.plain().server(protocol, arguments.server_core) as plain, \
                recipe.server(protocol, arguments.server_core) as recorded:
            for _ in range(min(BLOCKS_BETWEEN_RESTARTS, arguments.blocks - len(blocks))):
                progress(f"{protocol}, depth {depth}: block {len(blocks) + 1}")
                blocks.append(measure_block(
                    {"plain": plain, "recorded": recorded}, chance,
                    lambda one: load.slice(one, arguments.slice, arguments.connections, depth)))
                requests += blocks[-1]["recorded"]["requests"]
        size += os.path.getsize(path)
        os.remove(path)
    return blocks, size / requests


def row_of(protocol, depth, arguments, slope, blocks, bytes_per_request):
    def over_blocks(key):
        return Ratio([block["recorded"][key] / block["plain"][key] for block in blocks],
                     arguments.seed)

    return {
        "protocol": protocol, "depth": depth,
        "instructions": {"plain": slope[0], "recorded": slope[1]},
        "bytes": {"one connection": slope[2], "many": bytes_per_request},
        "cpu_ratio": over_blocks("cpu_us").as_json(),
        "rate_ratio": over_blocks("rate").as_json(),
        "text": [str(over_blocks("cpu_us")), str(over_blocks("rate"))],
        "cpu_us": {role: median([block[role]["cpu_us"] for block in blocks])
                   for role in ("plain", "recorded")},
    }


def main():
    arguments = parse()
    if shutil.which("valgrind") is None:
        raise MeasureError("valgrind is not installed")
    chance = random.Random(arguments.seed)
    load = Load(arguments.build, arguments.client_core)
    rows, machine = [], OtherWork()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        recipes = Recipes(arguments.build, folder)
        for protocol in arguments.protocols:
            for depth in arguments.depths:
                slope = slopes(arguments, load, recipes, protocol, depth)
                blocks, size = measure(arguments, load, recipes, protocol, depth, chance)
                rows.append(row_of(protocol, depth, arguments, slope, blocks, size))
    progress("")
    print_table(
        ["service", "depth", "instructions", "recorded", "bytes", "with 64", "CPU: ratio [95 %]",
         "rate: ratio [95 %]", "us", "recorded us"],
        [[row["protocol"], row["depth"], f"{row['instructions']['plain']:,.0f}",
          f"{row['instructions']['recorded']:,.0f}", f"{row['bytes']['one connection']:,.0f}",
          f"{row['bytes']['many']:,.0f}", *row.pop("text"), f"{row['cpu_us']['plain']:.3f}",
          f"{row['cpu_us']['recorded']:.3f}"] for row in rows])
    machine.print_line()
    write_json(arguments, "recording", rows, machine_shares=machine.shares())


if __name__ == "__main__":
    run_tool(main)
