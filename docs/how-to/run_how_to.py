#!/usr/bin/env python3
"""Runs the programs of the how-to pages: what the pages claim is checked, and the sessions that
they show are run, each in a shell of its own.

usage: run_how_to.py --build FOLDER [--only WORD] [--sanitized] [--junit FILE]

FOLDER is the root of the build.
"""

import argparse
import concurrent.futures
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
PAGES = pathlib.Path(__file__).resolve().parent
ASKS_FOR_MEMORY = re.compile(r"Vm(?:RSS|HWM)")  # fields of /proc/PID/status
sys.path[:0] = [str(PAGES), str(PAGES.parents[1] / "test"), str(PAGES.parents[1] / "test/clients")]
import claims  # noqa: E402  (the path comes first)
import proxy_claims  # noqa: E402
from junit import Report, Skip, outcome_of  # noqa: E402
from session import Shell, lacking, sessions_of, steps_of  # noqa: E402


def run_session(build, text, numbers_differ, sanitized):
    tool = lacking(text)
    if tool:
        raise Skip(f"there is no {tool}")
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(folder, build, PAGES.parents[1])
        try:
            for command, lines in steps_of(text):
                if sanitized and ASKS_FOR_MEMORY.search(command):
                    continue  # a sanitizer has memory of its own
                shell.run(command, lines, numbers_differ)
        finally:
            shell.close()


def cases(build, sanitized):
    """[(name, what to call)]"""
    found = [(claim.__doc__, lambda claim=claim: claim(build))
             for claim in [*claims.CLAIMS, *proxy_claims.CLAIMS]]
    for page in sorted(PAGES.glob("*.md")):
        for line, differ, text in sessions_of(page):
            found.append((f"{page.name}:{line}: the session goes as shown",
                          lambda text=text, differ=differ: run_session(build, text, differ,
                                                                      sanitized)))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="the root of the build")
    parser.add_argument("--only", default="", metavar="WORD", help="cases with this in their name")
    parser.add_argument("--sanitized", action="store_true",
                        help="the programs are: leave out what is about memory")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report there")
    arguments = parser.parse_args()
    report = Report("how-to")
    build = pathlib.Path(arguments.build).resolve()
    chosen = [case for case in cases(build, arguments.sanitized) if arguments.only in case[0]]
    # Most of them wait for a timeout most of the time.
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        for (name, _), (outcome, text) in zip(
                chosen, pool.map(outcome_of, [call for _, call in chosen])):
            report.add(name, outcome, text)
            if outcome != "passed":
                print(f"{outcome}: {name}\n{text}")
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
