#!/usr/bin/env python3
"""CPU time per request and rate of a server as ratios to the raw floor.

Both servers are alive and pinned to one core, the client to another; they are loaded one at a time
in short slices. A block is four slices, server floor floor server or the other way round by chance,
so that what drifts within seconds (other work, the host) falls on both alike. A ratio is taken in
each block; shown are the median over the blocks and a bootstrap 95 % interval, with ~ where it
holds 1.
"""

import random

from load import Load
from report import OtherWork, argument_parser, print_table, progress, run_tool, write_json
from servers import floor_recipe, server_recipe
from slices import measure_block
from stats import Ratio, median

BLOCKS_BETWEEN_RESTARTS = 5


def parse():
    parser = argument_parser(__doc__)
    parser.add_argument("--depths", default="1,16,64",
                        type=lambda text: [int(word) for word in text.split(",")],
                        help="requests in one batch of a connection")
    parser.add_argument("--connections", type=int, default=64, help="connections")
    parser.add_argument("--blocks", type=int, default=20, help="blocks for each protocol and depth")
    parser.add_argument("--slice", type=float, default=0.5, help="seconds of one slice")
    return parser.parse_args()


def measure(arguments, protocol, load, recipes, chance):
    """All blocks of one protocol: {depth: [{name: slice}, ...]}."""
    blocks = {depth: [] for depth in arguments.depths}
    for first in range(0, arguments.blocks, BLOCKS_BETWEEN_RESTARTS):
        last = min(first + BLOCKS_BETWEEN_RESTARTS, arguments.blocks)
        with recipes[0].server(protocol, arguments.server_core) as server, \
                recipes[1].server(protocol, arguments.server_core) as floor:
            for number in range(first, last):
                progress(f"{protocol}: block {number + 1} of {arguments.blocks}")
                for depth in chance.sample(arguments.depths, len(arguments.depths)):
                    blocks[depth].append(measure_block(
                        {"server": server, "floor": floor}, chance,
                        lambda one: load.slice(one, arguments.slice, arguments.connections, depth)))
    progress("")
    return blocks


def row_of(protocol, depth, blocks, seed):
    def over_blocks(key):
        return Ratio([block["server"][key] / block["floor"][key] for block in blocks], seed)

    return {
        "protocol": protocol,
        "depth": depth,
        "cpu_ratio": over_blocks("cpu_us").as_json(),
        "rate_ratio": over_blocks("rate").as_json(),
        "text": [str(over_blocks("cpu_us")), str(over_blocks("rate"))],
        "cpu_us": {role: median([block[role]["cpu_us"] for block in blocks])
                   for role in ("server", "floor")},
        "rate": {role: median([block[role]["rate"] for block in blocks])
                 for role in ("server", "floor")},
    }


def main():
    arguments = parse()
    chance = random.Random(arguments.seed)
    recipes = [server_recipe(arguments), floor_recipe(arguments.build)]
    load = Load(arguments.build, arguments.client_core)
    slices = len(arguments.protocols) * len(arguments.depths) * arguments.blocks * 4
    print(f"{recipes[0].name} against the raw floor, {arguments.connections} connections, "
          f"{arguments.blocks} blocks of {arguments.slice:g} s slices, seed {arguments.seed}; "
          f"about {slices * (arguments.slice + 0.15):.0f} s", flush=True)
    rows, machine = [], OtherWork()
    for protocol in arguments.protocols:
        blocks = measure(arguments, protocol, load, recipes, chance)
        for depth, of_depth in blocks.items():
            rows.append(row_of(protocol, depth, of_depth, arguments.seed))
    print_table(
        ["service", "depth", "CPU/request: ratio [95 %]", "rate: ratio [95 %]",
         "us", "floor us", "rate", "floor rate"],
        [[row["protocol"], row["depth"], *row.pop("text"),
          f"{row['cpu_us']['server']:.3f}", f"{row['cpu_us']['floor']:.3f}",
          f"{row['rate']['server']:,.0f}", f"{row['rate']['floor']:,.0f}"] for row in rows])
    machine.print_line()
    write_json(arguments, "cost", rows, machine_shares=machine.shares())


if __name__ == "__main__":
    run_tool(main)
