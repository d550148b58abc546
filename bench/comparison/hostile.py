#!/usr/bin/env python3
"""How servers bear clients of bad manners: the second table of a comparison.

Six measurements, each on a server that is started for it: a polite client beside greedy ones and
beside a storm of connections; what a reader who never reads makes it hold; what it does at its
limit of descriptors; whether its last answers arrive when it closes with input unread; and what a
byte of a header each second costs. Where there are several runs, those of all servers are in random
order.
"""

import os
import random
import subprocess

import finding  # noqa: F401
import hostile_overload as overload
from hostile_closing import closing_with_unread_input
from hostile_descriptors import at_descriptor_limit
from hostile_memory import never_reads
from hostile_slow import WINDOW_SECONDS, slow_headers
from hostile_tables import CLOSING, DESCRIPTORS, GREEDY, MEMORY, SLOW, STORM, print_rows
from report import OtherWork, argument_parser, progress, run_tool, write_json
from servers import MeasureError, floor_recipe, server_recipe

ALL = (GREEDY, STORM, MEMORY, DESCRIPTORS, CLOSING, SLOW)
# What is measured of which protocols.
PROTOCOLS = {GREEDY: ("echo", "http"), STORM: ("http",), MEMORY: ("echo", "http"),
             DESCRIPTORS: ("http",), CLOSING: ("http",), SLOW: ("http",)}
SEVERAL = (GREEDY, STORM)
# Edgewise keeps half of the descriptors free, so that a limit of descriptors is not reached; here
# it is told not to.
NO_CAP = "--connections_max 1000"


def add_arguments(parser):
    parser.add_argument("--measures", default=ALL, type=lambda text: tuple(text.split(",")),
                        help="which of " + ", ".join(ALL))
    parser.add_argument("--duration", type=float, default=8.0,
                        help="seconds of one run of the polite client beside greedy ones")
    parser.add_argument("--runs", type=int, default=3, help="runs of the polite client")


def parse():
    parser = argument_parser(__doc__, protocols="echo,http")
    add_arguments(parser)
    return parser.parse_args()


def plan(recipes_for, arguments):
    """[(measure, protocol, recipe)], a tuple for each row, in the order of the tables."""
    steps = []
    for name in arguments.measures:
        if name not in ALL:
            raise MeasureError(f"--measures: there is no {name}; there are {', '.join(ALL)}")
        for protocol in PROTOCOLS[name]:
            if protocol in arguments.protocols:
                steps += [(name, protocol, recipe) for recipe in recipes_for(protocol)]
    return steps


def total_seconds(steps, arguments):
    """About; the slow headers take all servers at once."""
    storm = (arguments.runs + 1) * (overload.STORM_SECONDS + 2)
    each = {GREEDY: arguments.runs * (arguments.duration + 2), STORM: storm, MEMORY: 5,
            DESCRIPTORS: 5, CLOSING: 3}
    has_slow = any(name == SLOW for name, _, _ in steps)
    return sum(each.get(name, 0) for name, _, _ in steps) + (WINDOW_SECONDS + 5 if has_slow else 0)


def _once(step, arguments):
    name, protocol, recipe = step
    if name == GREEDY:
        greedy = overload.beside_greedy_echo if protocol == "echo" else overload.beside_greedy_http
        return greedy(recipe, arguments)
    if name == STORM:
        return overload.beside_storm(recipe, protocol, arguments)
    if name == MEMORY:
        return never_reads(recipe, protocol, arguments)
    if name == DESCRIPTORS:
        return at_descriptor_limit(recipe, protocol, arguments)
    return closing_with_unread_input(recipe, arguments)


class _Rows:
    """A row for each step: what was found, or {"error": why there is nothing}."""

    def __init__(self, steps):
        self.steps = steps
        self.rows = [{"measure": name, "protocol": protocol, "name": recipe.name}
                     for name, protocol, recipe in steps]
        self._runs = [[] for _ in steps]

    def measure(self, number, function):
        row = self.rows[number]
        if "error" in row:
            return
        progress(f"{row['measure']}: {row['protocol']}: {row['name']}")
        others = OtherWork()
        try:
            self._runs[number].append(function())
        except (MeasureError, OSError, subprocess.SubprocessError) as error:
            row["error"] = str(error)
        row["others"] = max(row.get("others", 0), others.shares()["others"])

    def finish(self):
        for row, runs in zip(self.rows, self._runs):
            if runs and "error" not in row:
                row.update(overload.median_of(runs) if row["measure"] in SEVERAL else runs[0])
        return self.rows


def measure(recipes_for, arguments, chance):
    """A row for each measurement of each server. `recipes_for(protocol)` answers the recipes;
    `arguments` has what argument_parser and add_arguments ask for."""
    steps = plan(recipes_for, arguments)
    rows = _Rows(steps)
    print(f"{len(steps)} hostile measurements: about {total_seconds(steps, arguments) / 60:.0f} "
          "minutes", flush=True)
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {arguments.client_core})
    try:
        for name in arguments.measures:
            numbers = [number for number, step in enumerate(steps) if step[0] == name != SLOW]
            order = numbers * (arguments.runs if name in SEVERAL else 1)
            for number in chance.sample(order, len(order)):
                rows.measure(number, lambda: _once(steps[number], arguments))
        extra = _alone(steps, arguments) + _without_cap(steps, arguments)
        slow = [number for number, step in enumerate(steps) if step[0] == SLOW]
        if slow:
            found = slow_headers([steps[number][2] for number in slow], arguments, progress)
            for number, row in zip(slow, found):
                rows.rows[number].update(row)
        progress("")
        return rows.finish() + extra
    finally:
        os.sched_setaffinity(0, allowed)


def _extra(name, protocol, title, function):
    row = {"measure": name, "protocol": protocol, "name": title}
    try:
        row.update(function())
    except (MeasureError, OSError, subprocess.SubprocessError) as error:
        row["error"] = str(error)
    return [row]


def _alone(steps, arguments):
    """The polite client of the storm without any, on the floor: the machine's own part."""
    for name, protocol, recipe in steps:
        if name == STORM and recipe.name == "floor":
            return _extra(STORM, protocol, "(floor, no storm)", lambda: overload.median_of(
                [overload.alone(recipe, protocol, arguments) for _ in range(arguments.runs)]))
    return []


def _without_cap(steps, arguments):
    for name, protocol, recipe in steps:
        if name == DESCRIPTORS and recipe.name == "edgewise":
            return _extra(DESCRIPTORS, protocol, "edgewise, no cap", lambda: at_descriptor_limit(
                recipe, protocol, arguments, NO_CAP))
    return []


def main():
    arguments = parse()
    recipes = [server_recipe(arguments), floor_recipe(arguments.build)]
    rows = measure(lambda _: recipes, arguments, random.Random(arguments.seed))
    print_rows(rows)
    write_json(arguments, "hostile", rows)


if __name__ == "__main__":
    run_tool(main)
