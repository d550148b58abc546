#!/usr/bin/env python3
"""User instructions per lock-step request of a server and of the raw floor.

Runs each server under callgrind with one connection that sends the next request when the last one
is answered: a slowed server would otherwise see fuller batches and look better than it is. The
figure is the slope between two numbers of requests, so start and end are not in it.
"""

import os
import re
import shutil
import tempfile

from load import Load
from report import argument_parser, print_table, progress, run_tool, write_json
from servers import MeasureError, floor_recipe, server_recipe


def parse():
    parser = argument_parser(__doc__)
    parser.add_argument("--requests", default="2000,12000",
                        type=lambda text: [int(word) for word in text.split(",")],
                        help="the two numbers of requests")
    parser.add_argument("--keep", metavar="FOLDER", help="keep callgrind's files there")
    return parser.parse_args()


def total_instructions(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            match = re.match(r"(?:summary|totals): (\d+)", line)
            if match:
                return int(match.group(1))
    raise MeasureError(f"callgrind wrote no total to {path}")


def count(arguments, load, recipe, protocol, requests, folder):
    """Instructions of a whole life of the server, with this number of requests in it."""
    path = os.path.join(folder, f"callgrind.{recipe.name}.{protocol}.{requests}")
    prefix = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={path}"]
    with recipe.server(protocol, arguments.server_core, prefix=prefix) as server:
        load.run(server, "--connections", 1, "--requests", requests)
    return total_instructions(path)


def per_request(arguments, load, recipe, protocol, folder):
    """The slope between the two numbers of requests."""
    few, many = arguments.requests
    low = count(arguments, load, recipe, protocol, few, folder)
    high = count(arguments, load, recipe, protocol, many, folder)
    return (high - low) / (many - few)


def main():
    arguments = parse()
    if shutil.which("valgrind") is None:
        raise MeasureError("valgrind is not installed")
    recipes = [server_recipe(arguments), floor_recipe(arguments.build)]
    load = Load(arguments.build, arguments.client_core)
    few, many = arguments.requests
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or scratch
        os.makedirs(folder, exist_ok=True)
        for protocol in arguments.protocols:
            row = {"protocol": protocol}
            for role, recipe in zip(("server", "floor"), recipes):
                progress(f"{protocol}: {recipe.name}")
                row[role] = per_request(arguments, load, recipe, protocol, folder)
            rows.append(row)
    progress("")
    print(f"user instructions per lock-step request, slope from {few:,} to {many:,} requests")
    print_table(["service", recipes[0].name, "floor"],
                [[row["protocol"], f"{row['server']:,.0f}", f"{row['floor']:,.0f}"]
                 for row in rows])
    write_json(arguments, "instructions", rows)


if __name__ == "__main__":
    run_tool(main)
