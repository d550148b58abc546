#!/usr/bin/env python3
"""What a polite client sees beside 100 greedy ones, on a server and on the raw floor.

The greedy connections keep 4 messages of 100,000 bytes in flight each. The polite client has 4
connections and sends 300 requests of 64 bytes a second at fixed times, whatever the answers do; its
latency counts from the intended time. It runs at real-time priority where that is permitted, so
that the client's own core is not what is measured.

On a virtual machine, what its host takes meanwhile is in the tail: one per cent of the time is as
much as a 99th percentile leaves out. So the share is shown, and the best run beside the median.
"""

import random

from load import Load
from report import OtherWork, argument_parser, print_table, progress, run_tool, write_json
from servers import MeasureError, floor_recipe, server_recipe
from stats import median

COLUMNS = ["p50_ms", "p99_ms", "p99.9_ms", "max_ms", "greedy_mb_per_s"]


def parse():
    parser = argument_parser(__doc__, protocols="echo")
    parser.add_argument("--runs", type=int, default=5, help="runs of each server")
    parser.add_argument("--duration", type=float, default=5.0, help="seconds of one run")
    return parser.parse_args()


def main():
    arguments = parse()
    if arguments.protocols != ["echo"]:
        raise MeasureError("the fairness run speaks echo only")
    chance = random.Random(arguments.seed)
    recipes = [server_recipe(arguments), floor_recipe(arguments.build)]
    load = Load(arguments.build, arguments.client_core)
    print(f"polite beside 100 greedy: {arguments.runs} runs of {arguments.duration:g} s each, seed "
          f"{arguments.seed}; about {arguments.runs * 2 * (arguments.duration + 2):.0f} s",
          flush=True)
    runs = {"server": [], "floor": []}
    for number in range(arguments.runs):
        with recipes[0].server("echo", arguments.server_core) as server, \
                recipes[1].server("echo", arguments.server_core) as floor:
            for role, one in chance.sample([("server", server), ("floor", floor)], 2):
                progress(f"run {number + 1} of {arguments.runs}: {one.name}")
                machine = OtherWork()
                run = load.run(one, "--fair", "--duration", arguments.duration, "--warmup", 0.5)
                run["stolen"] = machine.shares()["stolen"]
                runs[role].append(run)
    progress("")
    rows = []
    for role, recipe in zip(("server", "floor"), recipes):
        row = {"role": role, "name": recipe.name, "runs": runs[role]}
        row.update({key: median([run[key] for run in runs[role]]) for key in COLUMNS})
        row["p99_best_ms"] = min(run["p99_ms"] for run in runs[role])
        row["p99_worst_ms"] = max(run["p99_ms"] for run in runs[role])
        row["stolen"] = median([run["stolen"] for run in runs[role]])
        rows.append(row)
    print_table(["median of runs", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "p99 best",
                 "worst", "greedy MB/s", "host took"],
                [[row["name"], *(f"{row[key]:.3f}" for key in COLUMNS[:4]),
                  f"{row['p99_best_ms']:.3f}", f"{row['p99_worst_ms']:.3f}",
                  f"{row['greedy_mb_per_s']:,.0f}", f"{row['stolen']:.1%}"] for row in rows])
    if not all(run["realtime"] for of_role in runs.values() for run in of_role):
        print("note: real-time priority was refused; the client's own scheduling is in the figures")
    write_json(arguments, "fairness", rows)


if __name__ == "__main__":
    run_tool(main)
