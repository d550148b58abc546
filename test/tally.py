"""Counts the test cases of one build folder after `meson test`.

Meson says how each test program ended (meson-logs/testlog.json); each program says how each of its
cases went (junit-NAME.xml, the file named in its command line). Both are believed: a program that
crashed, timed out or failed without a failed case to show for it counts as one failure more.
"""

import argparse
import fnmatch
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.reports = []  # text on each failure, for people

    def fail(self, title, detail=""):
        self.failed += 1
        self.reports.append(f"FAILED: {title}\n{indent(detail)}".rstrip())


def indent(text, lines_max=40):
    lines = text.strip().splitlines()
    if len(lines) > lines_max:
        lines = lines[:10] + ["[...]"] + lines[-(lines_max - 10):]
    return "\n".join("  | " + line for line in lines)


def junit_path(build, test):
    """The report that a test's command line names, or the one that goes by the test's name."""
    for argument in test.get("command", []):
        found = re.search(r"[^=]*junit-[^/]*\.xml$", argument)
        if found:
            return os.path.join(build, found.group(0))
    return os.path.join(build, f"junit-{short_name(test)}.xml")


def short_name(test):
    return re.split(r"[ /:]+", test["name"])[-1]


def count_cases(path, name, counts):
    """Adds one report's cases; answers how many failed, or None if there is no such report."""
    try:
        tree = ElementTree.parse(path)
    except (OSError, ElementTree.ParseError):
        return None
    failed = 0
    for case in tree.iter("testcase"):
        bad = case.find("failure")
        bad = case.find("error") if bad is None else bad
        if bad is not None:
            failed += 1
            text = (bad.get("message") or "") + "\n" + (bad.text or "")
            counts.fail(f"{name}: {case.get('name')}", text)
        elif case.find("skipped") is not None or case.get("status") == "skipped":
            counts.skipped += 1
        else:
            counts.passed += 1
    return failed


def count_test(build, test, counts):
    name, result = short_name(test), test["result"]
    output = test.get("stdout", "") + "\n" + test.get("stderr", "")
    failed = count_cases(junit_path(build, test), name, counts)
    if result == "SKIP":
        if failed is None:
            counts.skipped += 1
    elif result in ("OK", "EXPECTEDFAIL"):
        if failed is None:
            counts.passed += 1
    elif not failed:
        counts.fail(f"{name} ended with {result} (status {test.get('returncode')})", output)


def tally(build):
    counts = Counts()
    try:
        with open(os.path.join(build, "meson-logs", "testlog.json"), encoding="utf-8") as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except OSError:
        tests = []
    for test in tests:
        count_test(build, test, counts)
    if counts.passed + counts.failed + counts.skipped == 0:
        counts.fail(f"no test ran in {build}")
    return counts


def list_executables(build, pattern):
    with open(os.path.join(build, "meson-info", "intro-targets.json"), encoding="utf-8") as info:
        for target in json.load(info):
            if target["type"] == "executable" and fnmatch.fnmatch(target["name"], pattern):
                print(target["filename"][0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build")
    parser.add_argument("--label", default="")
    parser.add_argument("--counts", help="write 'PASSED FAILED SKIPPED' to this file")
    parser.add_argument("--list-executables", metavar="PATTERN")
    arguments = parser.parse_args()
    if arguments.list_executables:
        list_executables(arguments.build, arguments.list_executables)
        return 0
    counts = tally(arguments.build)
    for report in counts.reports:
        print(report)
    print(f"{arguments.label}: {counts.passed} ok, {counts.failed} not ok,"
          f" {counts.skipped} left out")
    if arguments.counts:
        with open(arguments.counts, "w", encoding="utf-8") as out:
            out.write(f"{counts.passed} {counts.failed} {counts.skipped}\n")
    return 1 if counts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
