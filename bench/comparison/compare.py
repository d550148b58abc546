#!/usr/bin/env python3
"""The same three services on Edgewise, on a raw epoll loop, and on other libraries and servers.

First every server is checked to do what the service is; then come their costs (processor time and
rate as ratios to the raw loop), latencies at a fixed share of what the raw loop bears, what can be
counted, and how they bear clients of bad manners. Everything is kept as JSON; the document is made
of that.
"""

import os
import random
import re
import subprocess
import time

import finding  # noqa: F401
import check
import costs
import counts
import hostile
import latencies
import tables
from document import write_document
from load import Load
from recipes import recipes
from report import OtherWork, argument_parser, progress, run_tool, write_json
from servers import MeasureError

PACKAGES = {"libevent": "libevent-dev", "libuv": "libuv1-dev", "asio": "libasio-dev",
            "beast": "libboost-dev", "libev": "libev-dev"}
PARTS = ("costs", "latencies", "counts", "hostile")


def parse():
    parser = argument_parser(__doc__)
    parser.add_argument("--foreign", metavar="FOLDER", help="where nginx and haproxy are unpacked")
    parser.add_argument("--parts", default=PARTS, type=lambda text: tuple(text.split(",")),
                        help="which of " + ", ".join(PARTS))
    parser.add_argument("--only", default=[], type=lambda text: text.split(","),
                        help="these servers only, and the floor")
    parser.add_argument("--depths", default=(1, 16),
                        type=lambda text: tuple(int(word) for word in text.split(",")),
                        help="requests in one batch of a connection")
    parser.add_argument("--blocks", type=int, default=20, help="blocks of the costs")
    parser.add_argument("--slice", type=float, default=0.3, help="seconds of one slice")
    parser.add_argument("--fraction", type=float, default=0.4,
                        help="of the floor's knee: the rate at which latency is measured")
    parser.add_argument("--sweep-run", type=float, default=0.5,
                        help="seconds of one run in the search for the knee")
    parser.add_argument("--latency-run", type=float, default=3.0, help="seconds of one run")
    parser.add_argument("--latency-runs", type=int, default=3, help="runs of each server")
    parser.add_argument("--document", metavar="FILE",
                        help="write the tables and plots there, in place of those that it has")
    hostile.add_arguments(parser)
    return parser.parse_args()


def versions(recipes_of):
    """{name: version} of what is compared, as its package says."""
    found = {}
    for recipe in {recipe.name: recipe for all_of in recipes_of.values() for recipe in all_of
                   }.values():
        if recipe.name in PACKAGES:
            words = ["dpkg-query", "-W", "-f", "${source:Upstream-Version}", PACKAGES[recipe.name]]
        elif hasattr(recipe, "program"):
            words = ["env", f"LD_LIBRARY_PATH={recipe.libraries or ''}", recipe.program, "-v"]
        else:
            continue
        done = subprocess.run(words, capture_output=True, text=True)
        match = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
        found[recipe.name] = match.group(0) if match else "unknown"
    return found


def check_all(recipes_of, arguments):
    """The recipes whose servers do what the service is; the others are told, and left out."""
    sound = {}
    for protocol, all_of in recipes_of.items():
        sound[protocol] = []
        for recipe in all_of:
            progress(f"checking: {protocol}: {recipe.name}")
            try:
                with recipe.server(protocol, arguments.server_core) as server:
                    check.check(protocol, "127.0.0.1", server.port)
            except (check.CheckError, MeasureError, OSError) as error:
                print(f"left out: {recipe.name} {protocol}: {error}", flush=True)
                continue
            sound[protocol].append(recipe)
        progress("")
        if "floor" not in [recipe.name for recipe in sound[protocol]]:
            raise MeasureError(f"the floor's {protocol} server is not sound: nothing to compare to")
        print(f"{protocol}: " + ", ".join(recipe.name for recipe in sound[protocol]), flush=True)
    return sound


def estimate(recipes_of, arguments):
    """About how long all of it takes, in seconds."""
    each = {"costs": lambda: costs.seconds(recipes_of, arguments),
            "latencies": lambda: latencies.seconds(recipes_of, arguments),
            "counts": lambda: counts.seconds(recipes_of, arguments),
            "hostile": lambda: hostile.total_seconds(
                hostile.plan(lambda protocol: recipes_of.get(protocol, []), arguments), arguments)}
    return sum(each[part]() for part in arguments.parts)


def measure(recipes_of, arguments, load, chance):
    """{part: rows}, and each part's table printed as soon as it is there."""
    found = {}
    if "costs" in arguments.parts:
        found["costs"] = costs.measure(recipes_of, arguments, load, chance)
        tables.print_costs(found["costs"])
    if "latencies" in arguments.parts:
        found["latencies"], found["knees"] = latencies.measure(recipes_of, arguments, chance)
        tables.print_latencies(found["latencies"], found["knees"], arguments.fraction)
    if "counts" in arguments.parts:
        found["counts"] = counts.measure(recipes_of, arguments, load)
        tables.print_counts(found["counts"])
    if "hostile" in arguments.parts:
        found["hostile"] = hostile.measure(lambda protocol: recipes_of.get(protocol, []), arguments)
        hostile.print_rows(found["hostile"])
    return found


def main():
    arguments = parse()
    for part in arguments.parts:
        if part not in PARTS:
            raise MeasureError(f"--parts: there is no {part}; there are {', '.join(PARTS)}")
    chance = random.Random(arguments.seed)
    began = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    recipes_of = {}
    for protocol in arguments.protocols:
        recipes_of[protocol] = [
            recipe for recipe in recipes(arguments.build, protocol, arguments.foreign)
            if not arguments.only or recipe.name in [*arguments.only, "floor"]]
    recipes_of = check_all(recipes_of, arguments)
    print(f"seed {arguments.seed}; about {estimate(recipes_of, arguments) / 60:.0f} minutes",
          flush=True)
    machine = OtherWork()
    load = Load(arguments.build, arguments.client_core)
    found = measure(recipes_of, arguments, load, chance)
    print()
    machine.print_line()
    record = write_json(arguments, "compare", [], began=began, versions=versions(recipes_of),
                        processor=tables.processor(), cores=os.cpu_count(),
                        machine_shares=machine.shares(), **found)
    if arguments.document:
        write_document(arguments.document, record)
        print(f"the tables and plots are in {arguments.document}")


if __name__ == "__main__":
    run_tool(main)
