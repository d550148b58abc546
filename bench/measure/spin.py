#!/usr/bin/env python3
"""Round trips a second of one lone connection, with and without spinning before the server blocks.

One connection that sends the next request when the last one is answered, in interleaved slices: the
server as it is, the same with the spin flag, and the raw floor.
"""

import random

from load import Load
from report import argument_parser, print_table, progress, run_tool, write_json
from servers import floor_recipe, server_recipe
from slices import measure_block
from stats import Ratio, median


def parse():
    parser = argument_parser(__doc__, protocols="echo")
    parser.add_argument("--flags", default="--spin 50us",
                        help="what is put for {flags} in the server's command to make it spin")
    parser.add_argument("--blocks", type=int, default=10, help="blocks")
    parser.add_argument("--slice", type=float, default=0.5, help="seconds of one slice")
    return parser.parse_args()


def measure(arguments, load, recipes, protocol, chance):
    blocks = []
    core = arguments.server_core
    with recipes[0].server(protocol, core) as blocking, \
            recipes[0].server(protocol, core, flags=arguments.flags) as spinning, \
            recipes[1].server(protocol, core) as floor:
        servers = {"blocking": blocking, "spinning": spinning, "floor": floor}
        for number in range(arguments.blocks):
            progress(f"{protocol}: block {number + 1} of {arguments.blocks}")
            blocks.append(measure_block(servers, chance,
                                        lambda server: load.slice(server, arguments.slice, 1, 1)))
    progress("")
    return blocks


def main():
    arguments = parse()
    chance = random.Random(arguments.seed)
    recipes = [server_recipe(arguments), floor_recipe(arguments.build)]
    load = Load(arguments.build, arguments.client_core)
    print(f"one lone connection, {arguments.blocks} blocks of {arguments.slice:g} s slices, seed "
          f"{arguments.seed}", flush=True)
    rows = []
    for protocol in arguments.protocols:
        blocks = measure(arguments, load, recipes, protocol, chance)
        for role in ("blocking", "spinning", "floor"):
            ratio = Ratio([block[role]["rate"] / block["blocking"]["rate"] for block in blocks],
                          arguments.seed)
            rows.append({
                "protocol": protocol,
                "role": role,
                "rate": median([block[role]["rate"] for block in blocks]),
                "cpu_us": median([block[role]["cpu_us"] for block in blocks]),
                "rate_ratio": ratio.as_json(),
                "text": "1" if role == "blocking" else str(ratio),
            })
    print_table(["service", "server", "round trips/s", "to blocking: ratio [95 %]", "CPU us"],
                [[row["protocol"], row["role"], f"{row['rate']:,.0f}", row.pop("text"),
                  f"{row['cpu_us']:.2f}"] for row in rows])
    write_json(arguments, "spin", rows)


if __name__ == "__main__":
    run_tool(main)
