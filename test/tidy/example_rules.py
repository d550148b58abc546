"""The code that a header's comments show stands in a file that is compiled, and run by a test."""

import re

from rule import Rule
from tree import line_of, shows_code, without_comments

PUBLIC = ("reactor/", "handlers/")
COMPILED = ("docs/api/examples/", "docs/examples/")
# Lines of a comment that are indented by three or more, as docs/api/comments.py has it.
BLOCK = re.compile(r"(?:^[ \t]*//(?: {3}.*)?\n)*^[ \t]*// {3}.*\n", re.MULTILINE)


def words(code):
    """Code without its comments and however it is laid out."""
    return re.sub(r"\s+", " ", without_comments(code)).strip()


def examples(text):
    """(line, code) of each."""
    for block in BLOCK.finditer(text):
        code = re.sub(r"^[ \t]*//(?: {3})?", "", block[0], flags=re.MULTILINE)
        if shows_code(code):
            yield line_of(text, block.start()), code


def is_whole(code):
    """Nothing is opened in it that is not closed, nor the other way round."""
    depth = 0
    for brace in re.findall(r"[{}]", code):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def follow(pieces, text, begin):
    """Whether they stand there one behind the other, with nothing but whole blocks between."""
    at = text.find(pieces[0], begin) if pieces else -1
    while at != -1:
        if is_whole(text[begin:at]) and follow(pieces[1:], text, at + len(pieces[0])):
            return True
        at = text.find(pieces[0], at + 1)
    return not pieces


def stands_in(part, text):
    """Whether a part of an example does, as whole statements; three dots stand for anything."""
    first, *others = [piece.strip() for piece in words(part).split("...")]
    return any(follow(others, text, match.end())
               for match in re.finditer(r"(?:^|(?<=[;{}):>\"] ))" + re.escape(first), text))


def check_examples(tree):
    compiled = [words(tree.text(path)) for path in tree.select(COMPILED, (".cc", ".h"))]
    found = []
    for path in tree.select(PUBLIC, ".h"):
        for line, code in examples(tree.text(path)):
            parts = re.split(r"\n[ \t]*\n", code)  # what stands between them is not shown
            if not any(all(stands_in(part, text) for part in parts) for text in compiled):
                found.append(f"{path}:{line}: this example is in no file that is compiled; put it "
                             f"into docs/api/examples: {words(code)}")
    return found


SHOWN = "// What it is.\n//\n//   Do(it);   // now\n//   { ... }\n#pragma once\n"
TWO = "//   One();\n//\n//   Two();\n"
RULES = [
    Rule("the examples of the headers are compiled", check_examples,
         bad=[{"reactor/a.h": SHOWN},
              {"reactor/a.h": SHOWN, "docs/examples/a.cc": "// Do(it); { }\n"},
              {"reactor/a.h": SHOWN, "docs/examples/a.cc": "Do(it);\n{\n  if (a) {\n  }\n"},
              {"reactor/a.h": "//   Do(it);\n", "docs/examples/a.cc": "a = Do(it);\n"},
              {"reactor/a.h": TWO, "docs/examples/a.cc": "One();\n"},
              {"reactor/a.h": TWO, "docs/examples/a.cc": "One();\n",
               "docs/examples/b.cc": "Two();\n"}],
         good=[{"reactor/a.h": SHOWN, "docs/examples/a.cc": "Do(it);\n{\n  { Other(); }\n}\n"},
               {"reactor/a.h": "//   a table   of words\n"},
               {"reactor/a.h": TWO, "docs/api/examples/a.cc": "Two(); One();\n"}]),
]
