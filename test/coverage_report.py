"""Prints what test/coverage found, and judges it.

usage: coverage_report.py --build FOLDER --root FOLDER [--lines N] [--branches N] ...
       coverage_report.py --build FOLDER --list names|programs SUITE...
"""

import argparse
import collections
import json
import os
import sys
import textwrap

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from coverage_counts import Unreadable, collect  # noqa: E402
from coverage_reasons import Malformed, Reasons, parse  # noqa: E402

LAYERS = ("reactor/", "handlers/")


class Share:
    """So many of so many, of lines and of branches."""

    def __init__(self, files=()):
        self.lines = self.lines_run = self.branches = self.branches_taken = 0
        for lines in files:
            for line in lines.values():
                branches = line.branches()
                self.lines += 1
                self.lines_run += line.runs > 0
                self.branches += len(branches)
                self.branches_taken += len(branches) - branches.count(0)

    def of_lines(self):
        return per_cent(self.lines_run, self.lines)

    def of_branches(self):
        return per_cent(self.branches_taken, self.branches)

    def text(self):
        return (f"{self.lines_run:6} of {self.lines:5} {self.of_lines():6.1f} %"
                f"{self.branches_taken:8} of {self.branches:5} {self.of_branches():6.1f} %")


def per_cent(part, whole):
    return 100 * part / whole if whole else 100.0


def print_table(files):
    def row(name, share):
        print(f"{name:44}{share.text()}")

    folders = collections.defaultdict(dict)
    for path, lines in files.items():
        folders[os.path.dirname(path) + "/"][path] = lines
    print(f"{'':44}{'lines':>24}{'branches':>25}")
    for folder, inside in sorted(folders.items()):
        row(folder, Share(inside.values()))
        for path, lines in sorted(inside.items()):
            row("    " + os.path.basename(path), Share([lines]))
    print()
    for folder in sorted(folders):
        row(folder, Share(folders[folder].values()))
    print()
    for layer in LAYERS:
        row(layer + " and below", Share(below(files, layer)))
    row("together", Share(files.values()))


def below(files, layer):
    return [lines for path, lines in files.items() if path.startswith(layer)]


def missed_places(files):
    """(path, number) -> what is missing there."""
    missed = {}
    for path, lines in sorted(files.items()):
        for number, line in sorted(lines.items()):
            if not line.runs:
                missed[path, number] = "never"
            elif line.branches_missed():
                missed[path, number] = f"{line.branches_missed()} of {len(line.branches())} ways"
    return missed


def print_missed(missed, sources, reasons):
    """By file; neighbours with one reason are told together. Answers how many lack one."""
    unexplained, last_why, last_path = [], None, None
    for (path, number), what in missed.items():
        why = reasons.why(path, number)
        if why is None:
            unexplained.append((path, number, what))
            continue
        if last_why is not None and (why, path) != (last_why, last_path):
            print_why(last_why)
        last_why, last_path = why, path
        print_place(path, number, what, sources)
    if last_why is not None:
        print_why(last_why)
    if unexplained:
        print("\nNot covered, and without a reason:\n")
    for path, number, what in unexplained:
        print_place(path, number, what, sources)
    return len(unexplained)


def print_place(path, number, what, sources):
    print(f"{path}:{number}: {what}: {sources[path][number - 1].strip()}")


def print_why(why):
    print(textwrap.fill(why, 100, initial_indent="    = ", subsequent_indent="      ") + "\n")


def read_sources(root, paths):
    sources = {}
    for path in paths:
        with open(os.path.join(root, path), encoding="utf-8") as text:
            sources[path] = text.read().splitlines()
    return sources


def never_compiled(root, files):
    """Sources that no test program has in it: nothing can be said of them."""
    return [os.path.relpath(os.path.join(folder, name), root)
            for layer in LAYERS for folder, _, names in os.walk(os.path.join(root, layer))
            for name in sorted(names) if name.endswith(".cc")
            and os.path.relpath(os.path.join(folder, name), root) not in files]


def judge(files, lines_min, branches_min):
    """What is below the bars, in words."""
    below_bars = []
    for layer in LAYERS:
        share = Share(below(files, layer))
        for what, got, least in (("lines", share.of_lines(), lines_min),
                                 ("branches", share.of_branches(), branches_min)):
            if got < least:
                below_bars.append(f"{layer}: {got:.1f} % of the {what}; {least:g} % are the least")
    return below_bars


def report(arguments):
    try:
        files = collect(arguments.build, arguments.root, LAYERS, arguments.gcov, arguments.jobs)
        with open(os.path.join(arguments.root, "test", "coverage_reasons.txt"),
                  encoding="utf-8") as text:
            entries = parse(text.read())
    except (Malformed, Unreadable) as error:
        print(f"FAILED: {error}")
        return 1
    sources = read_sources(arguments.root, files)
    reasons = Reasons(entries, sources)
    missed = missed_places(files)
    print("Not covered:\n")
    unexplained = print_missed(missed, sources, reasons)
    print()
    print_table(files)
    print(f"\n{len(missed)} lines are not covered, or not in every way; {unexplained} without"
          " a reason.")
    for reason in reasons.unneeded(set(missed)):
        print(f"coverage_reasons.txt, line {reason.number}: all that it excuses is covered now")
    failures = [f"coverage_reasons.txt: {wrong}" for wrong in reasons.wrong]
    failures += [f"{path} is in no test program" for path in never_compiled(arguments.root, files)]
    failures += judge(files, arguments.lines, arguments.branches)
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0


def list_tests(build, what, suites):
    """Names of the tests of `suites`, or what to build for them, as `meson compile` has it."""
    info = os.path.join(build, "meson-info")
    with open(os.path.join(info, "intro-tests.json"), encoding="utf-8") as text:
        tests = [test for test in json.load(text)
                 if {suite.split(":")[-1] for suite in test["suite"]} & set(suites)]
    if what == "names":
        print("\n".join(test["name"] for test in tests))
        return
    needed = {target for test in tests for target in test["depends"]}
    with open(os.path.join(info, "intro-targets.json"), encoding="utf-8") as text:
        for target in json.load(text):
            if target["id"] in needed and target["type"] == "executable":
                print(target["name"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--root")
    parser.add_argument("--gcov", default="gcov")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--lines", type=float, default=0)
    parser.add_argument("--branches", type=float, default=0)
    parser.add_argument("--list", choices=("names", "programs"))
    parser.add_argument("suites", nargs="*")
    arguments = parser.parse_args()
    if arguments.list:
        list_tests(arguments.build, arguments.list, arguments.suites)
        return 0
    return report(arguments)


if __name__ == "__main__":
    sys.exit(main())
