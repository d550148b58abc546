"""The counts that test/run prints are right, above all when something is wrong.

usage: tally_test.py [--junit FILE]
"""

import argparse
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from junit import Report  # noqa: E402
from tally import tally  # noqa: E402


def made(folder, tests, junit=()):
    """A build folder with the results of `tests` and the reports of `junit`."""
    os.makedirs(os.path.join(folder, "meson-logs"))
    with open(os.path.join(folder, "meson-logs", "testlog.json"), "w", encoding="utf-8") as log:
        for name, result in tests:
            log.write(json.dumps({"name": name, "result": result, "command": [
                f"./{name}", "--reporter", f"JUnit::out={folder}/junit-{name}.xml"]}) + "\n")
    for name, outcomes in junit:
        report = Report(name)
        for number, outcome in enumerate(outcomes):
            report.add(f"case {number}", outcome, "text")
        report.write(os.path.join(folder, f"junit-{name}.xml"))


CASES = [
    ("cases are counted one by one", [("a", "OK"), ("b", "FAIL")],
     [("a", ["passed", "skipped", "passed"]), ("b", ["passed", "failed"])], (3, 1, 1)),
    ("a crash without a report is one failure", [("a", "FAIL")], [], (0, 1, 0)),
    ("a timeout with a report of successes is one failure more", [("a", "TIMEOUT")],
     [("a", ["passed"])], (1, 1, 0)),
    ("a crash at exit, after all cases passed, is one failure more", [("a", "ERROR")],
     [("a", ["passed", "passed"])], (2, 1, 0)),
    ("a failure that its report explains is counted once", [("a", "FAIL")],
     [("a", ["failed"])], (0, 1, 0)),
    ("a program without a report is one test", [("a", "OK")], [], (1, 0, 0)),
    ("a skipped program is one test skipped", [("a", "SKIP"), ("b", "OK")], [], (1, 0, 1)),
    ("no test at all is a failure", [], [], (0, 1, 0)),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    report = Report("tally")
    for name, tests, junit, expected in CASES:
        with tempfile.TemporaryDirectory() as parent:
            folder = os.path.join(parent, "build")
            made(folder, tests, junit)
            counts = tally(folder)
        report.compare(name, (counts.passed, counts.failed, counts.skipped), expected)
    with tempfile.TemporaryDirectory() as parent:
        folder = os.path.join(parent, "build")
        made(folder, [("a", "FAIL")])
        with open(os.path.join(folder, "junit-a.xml"), "w", encoding="utf-8") as cut:
            cut.write("<testsuites><testsuite><testcase name='x'>")
        report.compare("a report cut off in its middle is one failure", tally(folder).failed, 1)
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
