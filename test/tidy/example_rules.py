"""The code that a header's comments show stands in a file that is compiled, and run by a test."""

import re

from rule import Rule
from tree import line_of, without_comments

PUBLIC = ("reactor/", "handlers/")
COMPILED = ("docs/", "test/")
# Lines of a comment that are indented by three or more, as docs/api/comments.py has it.
BLOCK = re.compile(r"(?:^[ \t]*//(?: {3}.*)?\n)*^[ \t]*// {3}.*\n", re.MULTILINE)
CODE = re.compile(r"[;{][ \t]*$", re.MULTILINE)


def words(code):
    """Code without its comments and however it is laid out."""
    return re.sub(r"\s+", " ", without_comments(code)).strip()


def examples(text):
    """(line, code) of each."""
    for block in BLOCK.finditer(text):
        code = re.sub(r"^[ \t]*//(?: {3})?", "", block[0], flags=re.MULTILINE)
        if CODE.search(without_comments(code)):
            yield line_of(text, block.start()), code


def check_examples(tree):
    compiled = [words(tree.text(path)) for path in tree.select(COMPILED, (".cc", ".h"))]
    found = []
    for path in tree.select(PUBLIC, ".h"):
        for line, code in examples(tree.text(path)):
            # What belongs together has no empty line in it; three dots stand for anything.
            for part in re.split(r"\n[ \t]*\n", code):
                shown = re.compile(".*".join(
                    re.escape(piece.strip()) for piece in words(part).split("...")))
                if not any(shown.search(text) for text in compiled):
                    found.append(f"{path}:{line}: this example is in no file that is compiled; put "
                                 f"it into docs/api: {words(part)}")
    return found


SHOWN = "// What it is.\n//\n//   Do(it);   // now\n//   { ... }\n#pragma once\n"
RULES = [
    Rule("the examples of the headers are compiled", check_examples,
         bad=[{"reactor/a.h": SHOWN}, {"reactor/a.h": SHOWN, "docs/a.cc": "// Do(it); { }\n"},
              {"reactor/a.h": "//   One();\n//\n//   Two();\n", "test/a.cc": "One();\n"}],
         good=[{"reactor/a.h": SHOWN, "docs/a.cc": "Do(it);\n{\n  Other();\n}\n"},
               {"reactor/a.h": "//   a table   of words\n"},
               {"reactor/a.h": "//   One();\n//\n//   Two();\n", "test/a.cc": "Two(); One();\n"}]),
]
