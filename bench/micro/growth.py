#!/usr/bin/env python3
"""Whether any cost grows faster than it should, as a table; exits with 1 if one does.

Runs edgewise-micro twice: for time, which is for people, and under callgrind, which counts the
instructions of each case. Those are what the verdict rests on: they are the same each time.
families.py says how each cost may grow, and why.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "measure"))

from families import FAMILIES  # noqa: E402
from report import print_table, progress, run_tool, write_json  # noqa: E402
from servers import ROOT, MeasureError, find_program  # noqa: E402

RUN_SECONDS_MAX = 600
# Callgrind counts a "rep movsb" once for each byte: a longer copy would look dearer than it is.
COPY_BY_LOOP = {"GLIBC_TUNABLES": "glibc.cpu.x86_rep_movsb_threshold=1099511627776"}
# `meson test` has malloc fill what it hands out, which would be counted for each byte of it.
FILLS_MEMORY = "MALLOC_PERTURB_"
REPETITIONS = 3  # of each time, the least of which counts
CASE = re.compile(r"(?P<family>[\w/-]+?)/(?P<size>\d+)(?:/real_time)?(?:/iterations:\d+)?$")
DUMP = re.compile(r"^desc: Trigger: Client Request: (\S+)/(\d+) (\d+)$.*^totals: (\d+)$",
                  re.MULTILINE | re.DOTALL)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build"),
                        help="build folder (build at the top)")
    parser.add_argument("--filter", default=".", metavar="REGEX", help="only these families")
    parser.add_argument("--by", choices=["instructions", "time"], default="instructions",
                        help="what the verdict rests on; time needs no valgrind, and has bounds "
                             "that leave room for caches and noise")
    parser.add_argument("--no-time", action="store_true", help="do not measure time")
    parser.add_argument("--min-time", type=float, default=0.02, metavar="SECONDS",
                        help="for each case's time (0.02)")
    parser.add_argument("--json", metavar="FILE", help="also write the result there")
    arguments = parser.parse_args()
    if arguments.by == "time" and arguments.no_time:
        parser.error("--by time needs the time")
    return arguments


def run(words, what, environment=None):
    progress(what)
    kept = {name: value for name, value in os.environ.items() if name != FILLS_MEMORY}
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=RUN_SECONDS_MAX, check=False,
                              env={**kept, **(environment or {})})
    except subprocess.TimeoutExpired:
        raise MeasureError(f"{what} took more than {RUN_SECONDS_MAX} s") from None
    if done.returncode != 0:
        raise MeasureError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def flags(arguments):
    return [f"--benchmark_filter={arguments.filter}"]


def times(arguments, program):
    """Seconds of one operation: {family: {size: seconds}}."""
    output = run([program, *flags(arguments), "--benchmark_format=json",
                  f"--benchmark_min_time={arguments.min_time}",
                  f"--benchmark_repetitions={REPETITIONS}"], "measuring time")
    costs = {}
    for entry in json.loads(output)["benchmarks"]:
        match = CASE.match(entry["run_name"])
        if match is None or entry["run_type"] != "iteration":
            continue
        sizes = costs.setdefault(match["family"], {})
        size = int(match["size"])
        sizes[size] = min(sizes.get(size, entry["per_op"]), entry["per_op"])
    return costs


def instructions(arguments, program):
    """Instructions of one operation: {family: {size: count}}."""
    if shutil.which("valgrind") is None:
        raise MeasureError("valgrind is not installed; --by time does without")
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        run(["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no",
             f"--callgrind-out-file={folder}/dump", program, *flags(arguments)],
            "counting instructions", COPY_BY_LOOP)
        for path in pathlib.Path(folder).glob("dump.*"):
            match = DUMP.search(path.read_text(encoding="utf-8", errors="replace"))
            if match is None:
                continue
            family, size, operations, total = match.groups()
            costs.setdefault(family, {})[int(size)] = int(total) / int(operations)
    if not costs:
        raise MeasureError("no case left a count: edgewise-micro was built without valgrind's "
                           "headers, or --filter fits none")
    return costs


def growth(costs):
    """The largest step upwards, from any size to any larger one, as a factor."""
    least, most = None, 1.0
    for size in sorted(costs):
        if least is not None:
            most = max(most, costs[size] / least)
        least = costs[size] if least is None else min(least, costs[size])
    return most


def judge(arguments, counts, seconds):
    """A row for each family, with the verdict."""
    known = {family.name for family in FAMILIES}
    judged = seconds if arguments.by == "time" else counts
    for name in counts:
        if name not in known:
            raise MeasureError(f"{name} has no bound: families.py does not know it")
    rows = []
    for family in FAMILIES:
        if family.name not in judged:
            if arguments.filter == ".":
                raise MeasureError(f"{family.name} is in families.py, and was not measured")
            continue
        grown = growth(judged[family.name])
        bound = family.time_bound() if arguments.by == "time" else family.bound
        rows.append({"family": family.name, "order": family.order, "growth": grown, "bound": bound,
                     "ok": grown <= bound, "why": family.why,
                     "instructions": counts.get(family.name, {}),
                     "seconds": seconds.get(family.name, {})})
    for name in sorted(set(seconds) - known):
        rows.append({"family": name, "order": "for people", "growth": growth(seconds[name]),
                     "bound": None, "ok": True, "why": "", "instructions": {},
                     "seconds": seconds[name]})
    return rows


def shown(number):
    """Three digits that count."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def along(costs, factor=1.0):
    return " ".join(shown(costs[size] * factor) for size in sorted(costs))


def print_rows(rows):
    cells = []
    for row in rows:
        sizes = sorted(row["instructions"] or row["seconds"])
        cells.append([row["family"], row["order"],
                      " ".join(f"{size:,}" for size in sizes),
                      along(row["seconds"], 1e9), along(row["instructions"]),
                      f"{row['growth']:.2f}", f"{row['bound']:.2f}" if row["bound"] else "",
                      "" if row["bound"] is None else "ok" if row["ok"] else "DEFECT"])
    print_table(["family", "order", "sizes", "ns", "instructions", "growth", "bound", ""], cells)


def main():
    arguments = parse()
    program = find_program(arguments.build, "edgewise-micro")
    seconds = {} if arguments.no_time else times(arguments, program)
    counts = {} if arguments.by == "time" else instructions(arguments, program)
    progress("")
    rows = judge(arguments, counts, seconds)
    print(f"cost of one operation at each size; growth is of {arguments.by}: the largest step "
          "upwards")
    print_rows(rows)
    defects = [row for row in rows if not row["ok"]]
    for row in defects:
        print(f"DEFECT: {row['family']} should be {row['order']} ({row['why']}); "
              f"it grows {row['growth']:.2f} times, beyond {row['bound']:.2f}")
    write_json(arguments, "growth", rows)
    sys.exit(1 if defects else 0)


if __name__ == "__main__":
    run_tool(main)
