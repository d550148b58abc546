"""What makes the documents: the filter of the headers, the pictures, the side bar, the links.

usage: tools_test.py [--junit FILE]
"""

import argparse
import os
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path[:0] = [os.path.join(ROOT, *folder) for folder in
                (("test",), ("test", "tidy"), ("docs", "api"), ("docs", "pictures"),
                 ("docs", "site"))]

import waves  # noqa: E402
from comments import Header  # noqa: E402
from junit import Report  # noqa: E402
from links import broken  # noqa: E402
from tree import Tree, without_comments  # noqa: E402

HEADER = """// Thing: what it is.
//
// Threading: any. Ownership: none. More than 3 < 4.
//
//   Thing thing;
#pragma once

namespace edgewise {

class Thing {
 public:
  // Does it. REQUIRES: light.
  void Do() {
    // Not for readers of the reference.
    Other();  // nor this
  }
  int count = 0;  // how often,
                  // in all
};

}  // namespace edgewise
"""


def filtered(text=HEADER, path="handlers/thing.h"):
    return Header(path, text).convert().split("\n")


def no_line_moves_in_any_header():
    tree = Tree(ROOT)
    headers = tree.select(("reactor/", "handlers/"), ".h")
    assert len(headers) > 100
    for path in headers:
        text = tree.text(path)
        before = without_comments(text).split("\n")
        after = without_comments("\n".join(filtered(text, path))).split("\n")
        assert len(before) == len(after), path
        for one, other in zip(before, after):
            assert one.strip() == other.strip() or one == "#pragma once", (path, one, other)


def the_comment_at_the_top_is_about_the_class():
    lines = filtered()
    assert lines[0] == "/// \\class edgewise::Thing"
    assert lines[1] == "/// Thing: what it is."
    assert lines[3] == "/// \\titled{Threading}any. \\titled{Ownership}none. More than 3 \\< 4."
    assert lines[4] == "///  @code{.cpp}" and "Thing thing; @endcode" in lines[5]


def only_declarations_are_documented():
    lines = filtered()
    assert lines[11] == "  /// Does it. \\required light."
    assert lines[13] == "    // Not for readers of the reference."
    assert lines[14] == "    Other();  // nor this"
    assert lines[16].endswith("///< how often,") and lines[17].endswith("///< in all")


WAVE = "title: a\ntime: 4\nevents: b\n  1 c\nlevel: d\n  1 up\n  3 down\n"


def refused(source):
    try:
        waves.draw(source)
    except ValueError as error:
        return str(error)
    return ""


def a_wave_is_drawn_and_mistakes_are_told():
    assert waves.draw(WAVE).count("<polyline") == 1
    assert "line 4" in refused(WAVE.replace("  1 c", "  one c"))
    assert "'left'" in refused(WAVE.replace("up", "left"))
    assert "no room" in refused(WAVE + "spans: e\n  1-1.1 far too long\n")
    assert refused("time: 4\n")


def links_that_lead_nowhere_are_found():
    pages = {"a.html": '<a href="b.html#x">', "b.html": '<p id="x"><a href="a.html">'}
    for text, wrong in (('<a href="d.html">', 1), ('<a href="b.html#y">', 1),
                        ('<img src="e.png">', 1), ('<a href="#c">', 1), ('<a href="site:f">', 1),
                        ('<a href="b.html#x">', 0), ('<a href="https://example.com/">', 0)):
        with tempfile.TemporaryDirectory() as folder:
            for path, content in {**pages, "c.html": text}.items():
                with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                    file.write(content)
            assert len(list(broken(folder))) == wrong, text


CASES = [no_line_moves_in_any_header, the_comment_at_the_top_is_about_the_class,
         only_declarations_are_documented, a_wave_is_drawn_and_mistakes_are_told,
         links_that_lead_nowhere_are_found]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    report = Report("docs tools")
    for case in CASES:
        report.judge(case)
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
