"""Pictures are drawn from a source that stands beside them, and anew when it changes."""

import os
import sys

from rule import Rule

FOLDER = "docs/pictures/"
SOURCES = (".dot", ".wave")

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", FOLDER))

from draw import is_stale  # noqa: E402
from style import fingerprint  # noqa: E402


def check_pictures(tree):
    found = []
    for path in tree.select((FOLDER,), SOURCES):
        picture = os.path.splitext(path)[0] + ".svg"
        if not tree.exists(picture) or is_stale(tree.text(path), tree.text(picture)):
            found.append(f"{path}:1: not drawn, or drawn before it was changed:"
                         f" run {FOLDER}draw.py")
    for path in tree.select((FOLDER,), ".svg"):
        if not any(tree.exists(os.path.splitext(path)[0] + ending) for ending in SOURCES):
            found.append(f"{path}:1: a picture without its source")
    return found


def check_shown(tree):
    texts = [tree.text(path) for path in tree.select(endings=".md")]
    return [f"{path}:1: no document shows it" for path in tree.select((FOLDER,), ".svg")
            if not any(os.path.basename(path) in text for text in texts)]


DOT = "digraph { a }\n"
DRAWN = f"<svg><!-- source {fingerprint(DOT)} --></svg>\n"
RULES = [
    Rule("pictures are those of their sources", check_pictures,
         bad=[{FOLDER + "a.dot": DOT}, {FOLDER + "a.svg": DRAWN},
              {FOLDER + "a.wave": DOT + "b", FOLDER + "a.svg": DRAWN}],
         good=[{FOLDER + "a.dot": DOT, FOLDER + "a.svg": DRAWN}]),
    Rule("each picture is shown somewhere", check_shown,
         bad=[{FOLDER + "a.svg": DRAWN, "docs/a.md": "# A\n"}],
         good=[{FOLDER + "a.svg": DRAWN, "docs/a.md": "![a](pictures/a.svg)\n"}]),
]
