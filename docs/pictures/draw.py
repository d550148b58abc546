#!/usr/bin/env python3
"""Draws the pictures of the documents: from each NAME.dot (Graphviz) or NAME.wave here, NAME.svg.

usage: draw.py [--check] [NAME...]

Without names: those whose source or style has changed. --check draws nothing, and fails if one is
stale; it needs no Graphviz, for a picture says what it was made from. How a source looks is said at
the top of graph.py and waves.py.
"""

import argparse
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import graph  # noqa: E402
import style  # noqa: E402
import waves  # noqa: E402

FOLDER = os.path.dirname(os.path.abspath(__file__))
DRAW = {".dot": graph.draw, ".wave": waves.draw}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def is_stale(source, picture):
    """Whether the text of a picture was not made from that of a source."""
    return f"source {style.fingerprint(source)} " not in picture


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    wrong = 0
    for file in sorted(os.listdir(FOLDER)):
        name, ending = os.path.splitext(file)
        if ending not in DRAW or (arguments.names and name not in arguments.names):
            continue
        source = read(os.path.join(FOLDER, file))
        out = os.path.join(FOLDER, name + ".svg")
        stale = not os.path.exists(out) or is_stale(source, read(out))
        if arguments.check:
            if stale:
                print(f"docs/pictures/{name}.svg is not of this {file}: run docs/pictures/draw.py")
            wrong += stale
        elif stale or arguments.names:
            try:
                picture = DRAW[ending](source)
            except (ValueError, FileNotFoundError) as error:
                print(f"docs/pictures/{file}: {error}")
                wrong += 1
                continue
            with open(out, "w", encoding="utf-8") as svg:
                svg.write(picture)
            print(f"docs/pictures/{name}.svg")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
