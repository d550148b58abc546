"""Puts into the documents what they announce: parts of files, and what became of them.

usage: show.py --root CHECKOUT      (doc_rules.py checks the same, and says how it is announced)
"""

import argparse
import os
import sys

sys.dont_write_bytecode = True

from doc_rules import PART, wanted  # noqa: E402  (first of all, no bytecode)
from tree import Tree  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    arguments = parser.parse_args()
    tree = Tree(arguments.root)
    for path in tree.select(endings=".md"):
        text = PART.sub(lambda match: match["announced"]
                        + wanted(tree, match["kind"], match["words"]) + "```", tree.text(path))
        if text != tree.text(path):
            with open(os.path.join(arguments.root, path), "w", encoding="utf-8") as file:
                file.write(text)
            print(f"written: {path}")


if __name__ == "__main__":
    sys.exit(main())
