"""State machines, read from the tables of the headers and written for the documents.

A page asks for a part of a machine by a comment, and what follows it is that part:

    <!-- machine: handlers/accept_state.h kAccept states -->     each state, and what it is
    <!-- machine: handlers/accept_state.h kAccept events -->     each event, and what it is
    <!-- machine: handlers/accept_state.h kAccept cells -->      each state on each event

A picture of one says so in its first line, and has its arrows and no others:

    // kAcceptTransitions of handlers/accept_state.h.

usage: machines.py --root CHECKOUT --write PAGE...      (writes the parts anew)
"""

import argparse
import collections
import pathlib
import re
import sys

Machine = collections.namedtuple("Machine", "states events possible impossible")

ASKED = re.compile(r"<!-- machine: (\S+) k(\w+) (states|events|cells) -->\n")
PART = re.compile(r"\n(?:\|[^\n]*(?:\n|\Z))+")
CHART = re.compile(r"// k(\w+)Transitions of (\S+)\.\n")


class NoMachine(Exception):
    """The header has no such tables; the text says what is missing."""


def enumerators(text, name):
    body = re.search(r"enum class " + name + r"\b[^{]*\{(.*?)\};", text, re.DOTALL)
    if not body:
        raise NoMachine(f"no enum class {name}")
    found = re.findall(r"(k\w+)(?: = 0)?,? *(?://(.*))?", body.group(1))
    return {value: remark.strip() for value, remark in found}


def table(text, kind, name):
    found = re.search(kind + r"Row<(\w+), (\w+)>, \d+> k" + name + r"\{\{(.*?)\}\};", text,
                      re.DOTALL)
    if not found:
        raise NoMachine(f"no table k{name}")
    rows = re.findall(r'\{([^{}"]*)"([^"]*)"\}', found.group(3))
    return found.group(1), found.group(2), [
        (*re.findall(r"\w+::(\w+)", values), why) for values, why in rows]


def read(text, name):
    state, event, possible = table(text, "Transition", name + "Transitions")
    _, _, impossible = table(text, "Impossible", name + "Impossible")
    return Machine(enumerators(text, state), enumerators(text, event), possible, impossible)


def legend(values, heading):
    lines = [f"| {heading} | what it is |", "|---|---|"]
    return lines + [f"| `{value}` | {remark} |" for value, remark in values.items()]


def cells(machine):
    told = {(state, event): f"**`{to}`**: {why}" for state, event, to, why in machine.possible}
    told |= {(state, event): f"*never*: {why}" for state, event, why in machine.impossible}
    lines = ["| in | " + " | ".join(f"on `{event}`" for event in machine.events) + " |",
             "|---" * (len(machine.events) + 1) + "|"]
    for state in machine.states:
        row = [told.get((state, event), "?") for event in machine.events]
        lines.append(f"| `{state}` | " + " | ".join(row) + " |")
    return lines


def drawn(dot):
    """The arrows of a state chart in Graphviz's language: (state, event, state) each."""
    arrows = re.findall(r'(k\w+) -> (k\w+) *\[[^\]]*?label="([^"]*)"', dot)
    return sorted((state, event, to) for state, to, label in arrows
                  for event in re.findall(r"k\w+", label))


def arrows_of(machine):
    """Those of a machine; what leads nowhere else is left to the table."""
    return sorted((state, event, to) for state, event, to, _ in machine.possible if state != to)


def part(machine, what):
    return {"states": lambda: legend(machine.states, "state"),
            "events": lambda: legend(machine.events, "event"),
            "cells": lambda: cells(machine)}[what]()


def written(text, header_of):
    """A page with its parts written anew. `header_of`: from a path to its text."""
    pieces, at = [], 0
    for asked in ASKED.finditer(text):
        machine = read(header_of(asked.group(1)), asked.group(2))
        old = PART.match(text, asked.end())
        pieces += [text[at:asked.end()], "\n", "\n".join(part(machine, asked.group(3))), "\n"]
        at = old.end() if old else asked.end()
    return "".join(pieces) + text[at:]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, type=pathlib.Path)
    parser.add_argument("--write", required=True, nargs="+", metavar="PAGE")
    arguments = parser.parse_args()
    for page in arguments.write:
        path = arguments.root / page
        new = written(path.read_text(encoding="utf-8"),
                      lambda header: (arguments.root / header).read_text(encoding="utf-8"))
        path.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
