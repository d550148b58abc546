"""Writes a JUnit report, the form in which every test program here says how its cases went."""

import time
import traceback
import xml.etree.ElementTree as ElementTree


class Skip(Exception):
    """Raised by a case that this machine cannot show; the text says why."""


def outcome_of(case):
    """(outcome, text) of calling it: whatever goes wrong in a case is that case's failure."""
    try:
        case()
        return "passed", ""
    except Skip as why:
        return "skipped", str(why)
    except Exception:  # pylint: disable=broad-except
        return "failed", traceback.format_exc()


class Report:
    """The cases of one suite, in order. Not for several threads."""

    def __init__(self, suite):
        self.suite = suite
        self.cases = []  # (name, seconds, "passed" | "failed" | "skipped", text)

    def add(self, name, outcome, text="", seconds=0.0):
        self.cases.append((name, seconds, outcome, text))

    def judge(self, case, name=""):
        """Calls it, adds what came of it, and prints a failure. The name is else its own."""
        name = name or case.__name__.replace("_", " ")
        begin = time.monotonic()
        outcome, text = outcome_of(case)
        self.add(name, outcome, text, time.monotonic() - begin)
        if outcome == "failed":
            print(f"FAILED: {name}\n{text}", flush=True)

    def compare(self, name, got, expected):
        """Adds a case that passes if the two are equal, and prints a failure."""
        text = "" if got == expected else f"{got}, not {expected}"
        self.add(name, "failed" if text else "passed", text)
        if text:
            print(f"FAILED: {name}: {text}", flush=True)

    def end(self, path):
        """Writes the report if there is a path, prints the counts; the status of the program."""
        if path:
            self.write(path)
        print(", ".join(f"{self.count(what)} {what}" for what in ("passed", "failed", "skipped")))
        return 1 if self.count("failed") else 0

    def count(self, outcome):
        return sum(1 for case in self.cases if case[2] == outcome)

    def write(self, path):
        suite = ElementTree.Element(
            "testsuite", name=self.suite, tests=str(len(self.cases)),
            failures=str(self.count("failed")), skipped=str(self.count("skipped")))
        for name, seconds, outcome, text in self.cases:
            case = ElementTree.SubElement(
                suite, "testcase", classname=self.suite, name=printable(name),
                time=f"{seconds:.3f}")
            if outcome == "failed":
                first = printable(text).strip().splitlines()[:1]
                failure = ElementTree.SubElement(case, "failure", message=" ".join(first))
                failure.text = printable(text)
            elif outcome == "skipped":
                ElementTree.SubElement(case, "skipped", message=printable(text))
        root = ElementTree.Element("testsuites")
        root.append(suite)
        ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def printable(text):
    """XML has no way to write most control characters."""
    return "".join(c if c >= " " or c in "\n\t" else f"\\x{ord(c):02x}" for c in str(text))
