#!/usr/bin/env python3
"""The same three services on Edgewise, on a raw epoll loop, and on other libraries and servers.

First every server is checked to do what the service is; then come their costs (processor time and
rate as ratios to the raw loop), latencies at a fixed share of what the raw loop bears, what can be
counted, and how they bear clients of bad manners. Everything is kept as JSON; the document is made
of that.
"""

import random
import sys
import time

import finding  # noqa: F401
import check
import costs
import counts
import hostile
import latencies
import provenance
import tables
from document import write_document
from hostile_tables import print_rows
from load import Load
from recipes import recipes
from report import OtherWork, argument_parser, progress, run_tool, write_json
from servers import MeasureError

SERVICES = ("echo", "frame", "http")
# Where things are on this machine, which another run has to find for itself.
OWN_PLACES = ("--build", "--json", "--document", "--foreign")
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


def words_of_this_run(arguments):
    """The command that does it again: what was given, and the seed."""
    kept, skip = [], False
    for word in sys.argv[1:]:
        if skip or word in OWN_PLACES:
            skip = not skip
        elif word.split("=")[0] not in OWN_PLACES:
            kept.append(word)
    if "--seed" not in kept:
        kept += ["--seed", str(arguments.seed)]
    return ["bench/compare", *kept]


def wanted_recipes(arguments):
    """{protocol: [recipe]}, of what there is and is asked for."""
    found = {}
    for protocol in arguments.protocols:
        if protocol not in SERVICES:
            raise MeasureError(f"--protocols: there is no {protocol}; there are "
                               + ", ".join(SERVICES))
        found[protocol] = [recipe for recipe in recipes(arguments.build, protocol,
                                                        arguments.foreign)
                           if not arguments.only or recipe.name in [*arguments.only, "floor"]]
    names = {recipe.name for all_of in found.values() for recipe in all_of}
    for name in arguments.only:
        if name not in names:
            raise MeasureError(f"--only: there is no {name} here; there are "
                               + ", ".join(sorted(names | {"..."})))
    return found


def check_all(recipes_of, arguments):
    """(the recipes whose servers do what the service is, what there is to say of them). Others are
    left out; without a sound floor there is nothing to compare with."""
    sound, notes = {}, []
    for protocol, all_of in recipes_of.items():
        sound[protocol] = []
        for recipe in all_of:
            progress(f"checking: {protocol}: {recipe.name}")
            try:
                with recipe.server(protocol, arguments.server_core) as server:
                    told = check.check(protocol, "127.0.0.1", server.port)
                notes += [f"{recipe.name}, {protocol}: {note}" for note in told]
            except (check.CheckError, MeasureError, OSError) as error:
                notes.append(f"{recipe.name}, {protocol}: left out: {' '.join(str(error).split())}")
                continue
            sound[protocol].append(recipe)
        progress("")
        names = [recipe.name for recipe in sound[protocol]]
        print(f"{protocol}: " + ", ".join(names), flush=True)
        for needed in {"floor", "edgewise"} & {recipe.name for recipe in all_of}:
            if needed not in names:
                raise MeasureError("\n".join(notes))
    for note in notes:
        print(f"note: {note}", flush=True)
    return sound, notes


def estimate(recipes_of, arguments):
    """About how long all of it takes, in seconds."""
    each = {"costs": lambda: costs.seconds(recipes_of, arguments),
            "latencies": lambda: latencies.seconds(recipes_of, arguments),
            "counts": lambda: counts.seconds(recipes_of, arguments),
            "hostile": lambda: hostile.total_seconds(
                hostile.plan(lambda protocol: recipes_of.get(protocol, []), arguments), arguments)}
    return sum(each[part]() for part in arguments.parts)


def measure(recipes_of, arguments, load, chance, keep):
    """Each part, printed and handed to `keep(name, rows)` as soon as it is there."""
    if "costs" in arguments.parts:
        rows = costs.measure(recipes_of, arguments, load, chance)
        tables.print_costs(rows)
        keep("costs", rows)
    if "latencies" in arguments.parts:
        rows, knees = latencies.measure(recipes_of, arguments, chance)
        tables.print_latencies(rows, knees, arguments.fraction)
        keep("knees", knees)
        keep("latencies", rows)
    if "counts" in arguments.parts:
        rows = counts.measure(recipes_of, arguments, load)
        tables.print_counts(rows)
        keep("counts", rows)
    if "hostile" in arguments.parts:
        rows = hostile.measure(lambda protocol: recipes_of.get(protocol, []), arguments, chance)
        print_rows(rows)
        keep("hostile", rows)


def main():
    arguments = parse()
    for part in arguments.parts:
        if part not in PARTS:
            raise MeasureError(f"--parts: there is no {part}; there are {', '.join(PARTS)}")
    chance = random.Random(arguments.seed)
    recipes_of, notes = check_all(wanted_recipes(arguments), arguments)
    print(f"seed {arguments.seed}; about {estimate(recipes_of, arguments) / 60:.0f} minutes",
          flush=True)
    machine = OtherWork()
    record = {"began": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "notes": notes,
              "words": words_of_this_run(arguments), "machine": provenance.machine(),
              "versions": provenance.versions(recipes_of)}

    def keep(name, rows):
        """What is there is written at once: a run that ends early has lost nothing of it."""
        record[name] = rows
        record["machine_shares"] = machine.shares()
        write_json(arguments, "compare", [], **record)
        if arguments.document:
            write_document(arguments.document, record)

    measure(recipes_of, arguments, Load(arguments.build, arguments.client_core), chance, keep)
    print()
    machine.print_line()
    if arguments.document:
        print(f"the tables and plots are in {arguments.document}")


if __name__ == "__main__":
    run_tool(main)
