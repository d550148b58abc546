#!/usr/bin/env python3
"""How servers bear clients of bad manners: the second table of a comparison.

Six measurements, each on a server that is started for it: a polite client beside greedy ones and
beside a storm of connections; what a reader who never reads makes it hold; what it does at its
limit of descriptors; whether its last answers arrive when it closes with input unread; and what a
byte of a header each second costs.
"""

import os
import subprocess

import finding  # noqa: F401
from hostile_closing import closing_with_unread_input
from hostile_descriptors import at_descriptor_limit
from hostile_memory import never_reads
from hostile_overload import beside_greedy, beside_storm
from hostile_slow import slow_headers
from report import (BUSY_SHARE, OtherWork, argument_parser, print_table, progress, run_tool,
                    write_json)
from servers import MeasureError, floor_recipe, server_recipe

# What is measured of which protocols, and how many seconds of each server that takes.
GREEDY, STORM, MEMORY = "greedy", "storm", "never-reads"
DESCRIPTORS, CLOSING, SLOW = "descriptors", "closing", "slow-headers"
ALL = (GREEDY, STORM, MEMORY, DESCRIPTORS, CLOSING, SLOW)
ONLY = {GREEDY: "echo", MEMORY: "echo", CLOSING: "http", SLOW: "http"}
SLOW_SECONDS = 35


def add_arguments(parser):
    parser.add_argument("--measures", default=ALL, type=lambda text: tuple(text.split(",")),
                        help="which of " + ", ".join(ALL))
    parser.add_argument("--duration", type=float, default=3.0,
                        help="seconds of one run of the polite client")


def parse():
    parser = argument_parser(__doc__, protocols="echo,http")
    add_arguments(parser)
    return parser.parse_args()


def seconds_each(arguments):
    """About, of one server, but for the slow headers, which take all servers at once."""
    return {GREEDY: arguments.duration + 2, STORM: 2 * arguments.duration + 2, MEMORY: 3,
            DESCRIPTORS: 6, CLOSING: 3}


def plan(recipes_for, arguments):
    """(measure, protocol, recipe) in the order of the tables; of slow headers all recipes."""
    steps = []
    for measure_name in arguments.measures:
        if measure_name not in ALL:
            raise MeasureError(f"--measures {measure_name}: there are {', '.join(ALL)}")
        for protocol in arguments.protocols:
            if ONLY.get(measure_name, protocol) == protocol:
                steps += [(measure_name, protocol, recipe) for recipe in recipes_for(protocol)]
    return steps


def total_seconds(steps, arguments):
    each = seconds_each(arguments)
    has_slow = any(name == SLOW for name, _, _ in steps)
    return sum(each.get(name, 0) for name, _, _ in steps) + (SLOW_SECONDS if has_slow else 0)


def _measure_one(name, protocol, recipe, arguments):
    if name == GREEDY:
        return beside_greedy(recipe, arguments)
    if name == STORM:
        return beside_storm(recipe, protocol, arguments)
    if name == MEMORY:
        return never_reads(recipe, arguments)
    if name == DESCRIPTORS:
        return at_descriptor_limit(recipe, protocol, arguments)
    return closing_with_unread_input(recipe, arguments)


def measure(recipes_for, arguments):
    """A row for each measurement of each server. `recipes_for(protocol)` answers the recipes;
    `arguments` has what argument_parser and add_arguments ask for.

    A row: {"measure", "protocol", "name", "others": their share of the machine meanwhile}, and what
    was found, or "error": why there is nothing.
    """
    steps = plan(recipes_for, arguments)
    print(f"{len(steps)} hostile measurements: about {total_seconds(steps, arguments):.0f} s",
          flush=True)
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {arguments.client_core})
    try:
        rows = []
        for name, protocol, recipe in steps:
            if name == SLOW:
                continue
            progress(f"{name}: {protocol}: {recipe.name}")
            row = {"measure": name, "protocol": protocol, "name": recipe.name}
            machine = OtherWork()
            try:
                row.update(_measure_one(name, protocol, recipe, arguments))
            except (MeasureError, OSError, subprocess.SubprocessError) as error:
                row["error"] = str(error)
            row["others"] = machine.shares()["others"]
            rows.append(row)
        slow = [recipe for name, _, recipe in steps if name == SLOW]
        for recipe, row in zip(slow, slow_headers(slow, arguments, progress) if slow else []):
            rows.append({"measure": SLOW, "protocol": "http", "name": recipe.name, **row})
        progress("")
        return rows
    finally:
        os.sched_setaffinity(0, allowed)


def _ms(value):
    return "-" if value is None else f"{value:,.2f}"


def _seconds(value):
    return "never" if value is None else f"{value:.1f}"


def _ends(ends):
    return ", ".join(f"{how} {count}" for how, count in sorted(ends.items())) or "-"


# Of each measurement: a title, the columns, and the cells of a row.
TABLES = {
    GREEDY: ("a polite client beside 100 greedy ones",
             ["p50 ms", "p99 ms", "p99.9 ms", "max ms", "unanswered", "greedy MB/s"],
             lambda row: [_ms(row["p50_ms"]), _ms(row["p99_ms"]), _ms(row["p99.9_ms"]),
                          _ms(row["max_ms"]), row["unanswered"],
                          f"{row['greedy_mb_per_s']:,.0f}"]),
    STORM: ("a polite client beside a storm of connections that vanish",
            ["p99 ms alone", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "errors", "storm/s"],
            lambda row: [_ms(row["alone_p99_ms"]), _ms(row["p50_ms"]), _ms(row["p99_ms"]),
                         _ms(row["p99.9_ms"]), _ms(row["max_ms"]),
                         row["errors"] + row["unanswered"], f"{row['storm_per_s']:,.0f}"]),
    MEMORY: ("one client that sends and never reads",
             ["server grew MB", "sent MB", "the server"],
             lambda row: [f"{row['resident_mb']:,.1f}", f"{row['sent_mb']:,.1f}", row["outcome"]]),
    DESCRIPTORS: ("100 connections to a server with 64 descriptors",
                  ["served", "closed", "CPU while full", "one that waited ms", "new one ms"],
                  lambda row: ["died", *"----"] if row["died"] else [
                      row["served"], row["closed"], f"{row['cpu_share']:.0%}",
                      _ms(row["resumed_ms"]) if row["resumed_ms"] or not row["waiting"]
                      else "never",
                      "never" if row["new_one_ms"] is None else _ms(row["new_one_ms"])]),
    CLOSING: ("501 requests, the last asks for the end, 1 MB more behind it",
              ["all answers", "fewest", "ends"],
              lambda row: [f"{row['complete']} of {row['tries']}",
                           f"{row['answers_least']} of {row['answers_asked']}",
                           _ends(row["ends"])]),
    SLOW: ("250 connections with a byte of a header each second, for 30 s",
           ["closed", "first s", "last s", "how", "bytes each"],
           lambda row: [row["closed"], _seconds(row["first_closed_s"]),
                        _seconds(row["last_closed_s"]), _ends(row["ends"]),
                        "-" if row["bytes_each"] is None else f"{row['bytes_each']:,.0f}"]),
}


def print_rows(rows):
    for name, (title, columns, cells) in TABLES.items():
        found = [row for row in rows if row["measure"] == name]
        if not found:
            continue
        print(f"\n{title}")
        print_table(["service", "server", *columns],
                    [[row["protocol"], row["name"],
                      *(cells(row) if "error" not in row else ["-"] * len(columns))]
                     for row in found])
        for row in found:
            if "error" in row:
                print(f"note: {row['protocol']}: {row['name']}: {row['error']}")


    busy = max((row.get("others", 0) for row in rows), default=0)
    if busy > BUSY_SHARE:
        print(f"\nnote: at times other processes took {busy:.0%} of the machine: the tails above "
              "are theirs, too")


def main():
    arguments = parse()
    recipes = [server_recipe(arguments), floor_recipe(arguments.build)]
    rows = measure(lambda _: recipes, arguments)
    print_rows(rows)
    write_json(arguments, "hostile", rows)


if __name__ == "__main__":
    run_tool(main)
