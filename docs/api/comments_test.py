"""What the filter of the API reference makes of comments, and which headers are in the reference.

usage: comments_test.py [--junit FILE]
"""

import argparse
import os
import re
import sys

sys.dont_write_bytecode = True
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "test"))
sys.path.insert(0, os.path.join(ROOT, "test", "package"))

from comments import Header  # noqa: E402
from headers import PRIVATE  # noqa: E402
from junit import Report  # noqa: E402

HEADER = """// Things: for a test.
#pragma once

namespace edgewise {

// A value.
struct Thing {
%s
};

}  // namespace edgewise
"""
DEFAULT = "/** As the compiler makes it, from all members. */"
STANDARD = "/** As the standard library has it. */"

CASES = [
    ("a comment is about the next declaration alone",
     ["// One.", "int a;", "int b;"],
     ["/// One.", "int a;", "int b;"]),
    ("a comment that ends with a colon is about all that follow it",
     ["// Both, in bytes:", "int a;", "int b;", "", "int c;"],
     ["/// Both, in bytes.", "int a;", "/** Both, in bytes. */ int b;", "", "int c;"]),
    ("the next comment ends a group, and a line with its own is left alone",
     ["// All", "// of them:", "int a;", "int b;  // own", "// C.", "int c;", "int d;"],
     ["/// All", "/// of them.", "int a;", "int b;  ///< own", "/// C.", "int c;", "int d;"]),
    ("the lines of a body or of a long declaration are none of a group",
     ["// Both:", "int A() {", "  return 1;", "}", "template <typename T>", "int B(T a,",
      "      T b);"],
     ["/// Both.", "int A() {", "  return 1;", "}", "/** Both. */ template <typename T>",
      "int B(T a,", "      T b);"]),
    ("a colon before a table is no group",
     ["// As here:", "//    a b", "int a;", "int b;"],
     ["/// As here: @code{.unparsed}", "///  a b @endcode", "int a;", "int b;"]),
    ("what the compiler makes says so by itself",
     ["Thing(Thing&&) = default;", "friend bool operator==(const Thing&, const Thing&) = default;"],
     [f"{DEFAULT} Thing(Thing&&) = default;",
      f"{DEFAULT} friend bool operator==(const Thing&, const Thing&) = default;"]),
    ("names of the standard library say so by themselves, unless they have a comment",
     ["using value_type = int;", "const int& operator*() const;", "// In bytes.",
      "int size() const;"],
     [f"{STANDARD} using value_type = int;", f"{STANDARD} const int& operator*() const;",
      "/// In bytes.", "int size() const;"]),
]


def indented(lines):
    return "\n".join("  " + line if line else "" for line in lines)


def converted(lines):
    """What becomes of `lines` in a struct."""
    text = Header("reactor/things.h", HEADER % indented(lines)).convert()
    return text.split("struct Thing {\n")[1].split("\n};")[0]


def left_out():
    with open(os.path.join(ROOT, "docs", "api", "Doxyfile"), encoding="utf-8") as file:
        text = file.read().replace("\\\n", " ")
    return set(re.search(r"^EXCLUDE = (.*)$", text, re.MULTILINE).group(1).split())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    report = Report("comments")
    for name, lines, expected in CASES:
        report.compare(name, converted(lines), indented(expected))
    report.compare("the reference leaves out the headers that are not installed, and no others",
                   sorted(left_out()), sorted(PRIVATE))
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
