#!/usr/bin/env python3
"""User memory per idle connection, and what idle connections cost the active ones.

Memory is the slope between two numbers of idle connections, each of which has made one request:
anonymous memory that the process alone holds, and the part of it in the heap. The rate is that of
64 active connections on two equal servers, one of them with 9,000 idle connections beside, in
interleaved slices; which of the two is chance, anew at each restart.
"""

import random
import re

from load import Herd, Load
from report import argument_parser, print_table, progress, run_tool, write_json
from servers import floor_recipe, server_recipe
from slices import measure_block
from stats import Ratio, median

BLOCKS_BETWEEN_RESTARTS = 5
CAPS = "--connections_max 12000 --connections_per_address_max 12000"


def parse():
    parser = argument_parser(__doc__, protocols="echo,http")
    parser.add_argument("--idle", default="1000,9000",
                        type=lambda text: [int(word) for word in text.split(",")],
                        help="the two numbers of idle connections")
    parser.add_argument("--blocks", type=int, default=10,
                        help="blocks of the rate comparison; 0 leaves it out")
    parser.add_argument("--slice", type=float, default=0.5, help="seconds of one slice")
    parser.add_argument("--connections", type=int, default=64, help="active connections")
    return parser.parse_args()


def anonymous_bytes(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        fields = dict(re.findall(r"^(\w+):\s+(\d+) kB", file.read(), re.M))
    return int(fields["Pss_Anon"]) * 1024


def heap_bytes(pid):
    """Resident bytes of the mapping that the kernel calls [heap]."""
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as file:
        match = re.search(r"\[heap\]\n(?:.*\n)*?Rss:\s+(\d+) kB", file.read())
    return int(match.group(1)) * 1024 if match else 0


def measure_slope(arguments, load, recipe, protocol):
    few, many = arguments.idle
    with recipe.server(protocol, arguments.server_core, flags=CAPS) as server:
        with Herd(load, server, few):
            low = [anonymous_bytes(server.pid), heap_bytes(server.pid)]
            with Herd(load, server, many - few):
                high = [anonymous_bytes(server.pid), heap_bytes(server.pid)]
    slope = [(to - of) / (many - few) for of, to in zip(low, high)]
    return {"protocol": protocol, "name": recipe.name, "anonymous": slope[0], "heap": slope[1]}


def measure_rate(arguments, load, recipe, protocol, chance):
    blocks = []
    for first in range(0, arguments.blocks, BLOCKS_BETWEEN_RESTARTS):
        with recipe.server(protocol, arguments.server_core, flags=CAPS) as one, \
                recipe.server(protocol, arguments.server_core, flags=CAPS) as other:
            crowded, empty = chance.sample([one, other], 2)
            with Herd(load, crowded, arguments.idle[1]):
                for number in range(first, min(first + BLOCKS_BETWEEN_RESTARTS, arguments.blocks)):
                    progress(f"{protocol}: {recipe.name}: block {number + 1} of {arguments.blocks}")
                    blocks.append(measure_block(
                        {"crowded": crowded, "empty": empty}, chance,
                        lambda server: load.slice(server, arguments.slice, arguments.connections,
                                                  1)))
    progress("")

    def over_blocks(key):
        return Ratio([block["crowded"][key] / block["empty"][key] for block in blocks],
                     arguments.seed)

    rate, cpu = over_blocks("rate"), over_blocks("cpu_us")
    return {"protocol": protocol, "name": recipe.name, "rate_ratio": rate.as_json(),
            "cpu_ratio": cpu.as_json(), "text": [str(rate), str(cpu)],
            "rate_empty": median([block["empty"]["rate"] for block in blocks])}


def main():
    arguments = parse()
    chance = random.Random(arguments.seed)
    recipes = [server_recipe(arguments), floor_recipe(arguments.build)]
    load = Load(arguments.build, arguments.client_core)
    few, many = arguments.idle
    slopes = [measure_slope(arguments, load, recipe, protocol)
              for protocol in arguments.protocols for recipe in recipes]
    print(f"user memory in bytes per idle connection, slope from {few:,} to {many:,}")
    print_table(["service", "server", "anonymous", "heap"],
                [[row["protocol"], row["name"], f"{row['anonymous']:,.0f}", f"{row['heap']:,.0f}"]
                 for row in slopes])
    rates = []
    if arguments.blocks:
        rates = [measure_rate(arguments, load, recipe, protocol, chance)
                 for protocol in arguments.protocols for recipe in recipes]
        print(f"\n{arguments.connections} active connections with {many:,} idle ones beside / "
              f"without, {arguments.blocks} blocks, seed {arguments.seed}")
        print_table(["service", "server", "rate: ratio [95 %]", "CPU/request: ratio [95 %]",
                     "rate without"],
                    [[row["protocol"], row["name"], *row.pop("text"), f"{row['rate_empty']:,.0f}"]
                     for row in rates])
    write_json(arguments, "memory", slopes, rates=rates)


if __name__ == "__main__":
    run_tool(main)
