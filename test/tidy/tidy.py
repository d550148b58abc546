"""Runs the rules of the house over the tree: one test case for each, and one for the rule itself.

usage: tidy.py --root CHECKOUT [--junit FILE]
"""

import argparse
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import doc_rules  # noqa: E402
import example_rules  # noqa: E402
import header_rules  # noqa: E402
import include_rules  # noqa: E402
import picture_rules  # noqa: E402
import size_rules  # noqa: E402
import tree_rules  # noqa: E402
import word_rules  # noqa: E402
from junit import Report  # noqa: E402
from rule import Skipped  # noqa: E402
from tree import Tree  # noqa: E402

MODULES = [doc_rules, picture_rules, size_rules, include_rules, header_rules, example_rules,
           word_rules, tree_rules]


def judge(report, name, check):
    try:
        found = check()
    except Skipped as why:
        print(f"skipped: {name}: {why}")
        report.add(name, "skipped", str(why))
        return
    if found:
        print(f"FAILED: {name}")
        for violation in found:
            print(f"  {violation}")
    report.add(name, "failed" if found else "passed", "\n".join(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    tree = Tree(arguments.root)
    report = Report("tidy")
    for rule in [rule for module in MODULES for rule in module.RULES]:
        judge(report, rule.name, lambda rule=rule: rule.check(tree))
        judge(report, f"the rule '{rule.name}' catches its violation", rule.self_test)
    if arguments.junit:
        report.write(arguments.junit)
    print(f"{report.count('passed')} kept, {report.count('failed')} broken")
    return 1 if report.count("failed") else 0


if __name__ == "__main__":
    sys.exit(main())
