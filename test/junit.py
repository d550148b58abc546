"""Writes a JUnit report, the form in which every test program here says how its cases went."""

import xml.etree.ElementTree as ElementTree


class Report:
    """The cases of one suite, in order. Not for several threads."""

    def __init__(self, suite):
        self.suite = suite
        self.cases = []  # (name, seconds, "passed" | "failed" | "skipped", text)

    def add(self, name, outcome, text="", seconds=0.0):
        self.cases.append((name, seconds, outcome, text))

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
