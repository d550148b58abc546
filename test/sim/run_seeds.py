"""Runs the scenarios under fresh seeds and under those that are kept, and reports like a test.

Fresh seeds are other ones in each run; the first is printed, and given to --first it is the same
run. Kept ones stand in kept_seeds.txt, a line each: a scenario, choices as a report prints them (or
"seed" and a number), and after a "#" what they once found.

usage: run_seeds.py --program edgewise-scenarios [--seeds N | --seconds S] [--first SEED]
                    [--kept FILE] [--marks] [--junit FILE]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from junit import Report  # noqa: E402

ROUND_SEEDS = 500  # for each scenario, between two lines of progress of a soak


def run(program, arguments, extra=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("EDGEWISE_")}
    environment.update(extra or {})
    begin = time.monotonic()
    done = subprocess.run([program, *arguments], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
    return done.returncode, done.stdout, time.monotonic() - begin


def fresh(options, report, scenario, seeds, first):
    """One scenario under seeds; answers how many were run."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        arguments = ["--scenario", scenario, "--seeds", str(seeds), "--first", str(first),
                     "--json", file.name] + (["--marks"] if options.marks else [])
        status, output, seconds = run(options.program, arguments)
        text = file.read()
    count = json.loads(text)["seeds_run"] if text else 0
    name = f"{scenario}: fresh seeds"
    if status == 0:
        report.add(name, "passed", seconds=seconds)
    else:
        print(output, flush=True)
        report.add(name, "failed", f"seeds from {first}\n{output}", seconds)
    return count


def kept(options, report):
    with open(options.kept, encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    for line in lines:
        what, _, reason = line.partition("#")
        scenario, choices = what.split(None, 1)
        seed = re.fullmatch(r"seed (\d+)\s*", choices)
        extra = ({"EDGEWISE_SEED": seed[1]} if seed else {"EDGEWISE_REPLAY": choices.strip()})
        status, output, seconds = run(options.program, ["--scenario", scenario], extra)
        outcome = "passed" if status == 0 else "failed"
        if status != 0:
            print(output, flush=True)
        report.add(f"{scenario}: kept: {reason.strip()}", outcome, output, seconds)


def parse():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--program", required=True)
    parser.add_argument("--seeds", type=int, default=5000, help="for all scenarios together")
    parser.add_argument("--seconds", type=float, help="instead: as many as fit into this time")
    parser.add_argument("--first", type=int)
    parser.add_argument("--kept")
    parser.add_argument("--marks", action="store_true")
    parser.add_argument("--junit")
    return parser.parse_args()


def main():
    options = parse()
    first = options.first
    if first is None:
        first = int.from_bytes(os.urandom(5), "big")
    _, names, _ = run(options.program, ["--list"])
    scenarios = names.split()
    report = Report("simulation")
    begin = time.monotonic()
    total = 0
    if options.kept:
        kept(options, report)
    each = -(-options.seeds // len(scenarios)) if options.seconds is None else ROUND_SEEDS
    while True:
        for scenario in scenarios:
            total += fresh(options, report, scenario, each, first)
        past = time.monotonic() - begin
        print(f"{total} fresh seeds from {first} on, {past:.0f} s, "
              f"{report.count('failed')} failed", flush=True)
        if options.seconds is None or past >= options.seconds:
            break
        first += each
    if options.junit:
        report.write(options.junit)
    return 1 if report.count("failed") else 0


if __name__ == "__main__":
    sys.exit(main())
