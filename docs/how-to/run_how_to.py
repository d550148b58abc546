#!/usr/bin/env python3
"""Runs the programs of the how-to pages: what the pages claim is checked, and the sessions that
they show are run, each in a shell of its own.

usage: run_how_to.py --build FOLDER [--only WORD] [--junit FILE]     (the root of the build)
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True
PAGES = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(PAGES), str(PAGES.parents[1] / "test"), str(PAGES.parents[1] / "test/clients")]
import claims  # noqa: E402  (the path comes first)
import proxy_claims  # noqa: E402
from junit import Report  # noqa: E402
from program import Skip  # noqa: E402
from session import Shell, lacking, sessions_of, steps_of  # noqa: E402


def run_session(build, text, numbers_differ):
    tool = lacking(text)
    if tool:
        raise Skip(f"there is no {tool}")
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(folder, build, PAGES.parents[1])
        try:
            for command, lines in steps_of(text):
                shell.run(command, lines, numbers_differ)
        finally:
            shell.close()


def cases(build):
    """[(name, what to call)]"""
    found = [(claim.__doc__, lambda claim=claim: claim(build))
             for claim in [*claims.CLAIMS, *proxy_claims.CLAIMS]]
    for page in sorted(PAGES.glob("*.md")):
        for line, differ, text in sessions_of(page):
            found.append((f"{page.name}:{line}: the session goes as shown",
                          lambda text=text, differ=differ: run_session(build, text, differ)))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="the root of the build")
    parser.add_argument("--only", default="", metavar="WORD", help="cases with this in their name")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report there")
    arguments = parser.parse_args()
    report = Report("how-to")
    for name, run in cases(pathlib.Path(arguments.build).resolve()):
        if arguments.only not in name:
            continue
        try:
            run()
            report.add(name, "passed")
        except Skip as why:
            report.add(name, "skipped", str(why))
            print(f"skipped: {name}: {why}")
        except (AssertionError, OSError, subprocess.SubprocessError):
            report.add(name, "failed", traceback.format_exc())
            print(f"FAILED: {name}\n{traceback.format_exc()}")
    if arguments.junit:
        report.write(arguments.junit)
    failed = report.count("failed")
    print(f"{report.count('passed')} passed, {report.count('skipped')} skipped, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
