"""What the kernel does, as the tests of test/kernel/ say it, written for docs/kernel-facts.md.

usage: kernel_facts.py --root CHECKOUT --write [--seen JUNIT]

Writes the list anew. --seen: also that all facts held here, from the report of a run in which they
did (build-test/junit-kernel.xml).
"""

import argparse
import os
import pathlib
import re
import sys
import time
import xml.etree.ElementTree as ElementTree

PAGE = "docs/kernel-facts.md"
FOLDER = "test/kernel/"
LIST = re.compile(r"(?<=<!-- kernel facts: begin -->\n).*?(?=<!-- kernel facts: end -->)",
                  re.DOTALL)
SEEN = re.compile(r"(?<=<!-- kernel facts: seen -->\n\n).*?\n(?=\n)", re.DOTALL)
FACT = re.compile(r'(KERNEL|LINUX)_FACT\(\s*(\w+),\s*((?:"[^"]*"\s*)+)\)')


def facts(text):
    """(where it was tried, the sentence) of each fact of a test's text."""
    return [("both" if kind == "KERNEL" else "Linux", "".join(re.findall(r'"([^"]*)"', words)))
            for kind, _, words in FACT.findall(text)]


def escaped(sentence):
    return re.sub(r"([|<>*_\[\]])", r"\\\1", sentence)


def listed(tree):
    """The list, from a tree of files (see tree.py)."""
    lines = []
    for path in sorted(tree.select((FOLDER,), "_test.cc")):
        text = tree.text(path)
        found = facts(text)
        if not found:
            continue
        title = text.partition("\n")[0].removeprefix("// ").rstrip(".")
        lines += [f"## {title}", "", f"[{os.path.basename(path)}](../{path})", "",
                  "| fact | on |", "|---|---|"]
        lines += [f"| {escaped(sentence)} | {where} |" for where, sentence in found]
        lines.append("")
    return "\n".join(lines)


def written(page, tree):
    return LIST.sub(lambda _: "\n" + listed(tree), page)


def sighting(report):
    """The sentence about a run in which all facts held."""
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    bad = [case.get("name") for case in cases
           if case.find("failure") is not None or case.find("error") is not None]
    if not cases or bad:
        raise SystemExit(f"{report}: not all of {len(cases)} cases passed: {bad}")
    machine = os.uname()
    release = re.match(r"[\d.]+", machine.release).group(0)
    return (f"All of them were last seen to hold on Linux {release} ({machine.machine}), on"
            f" {time.strftime('%Y-%m-%d')}, by `test/run --only kernel`.\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--write", required=True, action="store_true")
    parser.add_argument("--seen")
    arguments = parser.parse_args()
    from tree import Tree  # pylint: disable=import-outside-toplevel
    path = pathlib.Path(arguments.root, PAGE)
    text = written(path.read_text(encoding="utf-8"), Tree(arguments.root))
    if arguments.seen:
        text = SEEN.sub(lambda _: sighting(arguments.seen), text)
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
