"""What makes the documents: the filter of the headers, the pictures, where links lead.

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
from links import broken, into_listings  # noqa: E402
from reference import Reference  # noqa: E402
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


def it_goes_before_the_own_comment_of_the_class():
    lines = filtered(HEADER.replace("class Thing", "// A value.\ntemplate <int n>\nclass Thing"))
    assert lines[0] == "/// \\file handlers/thing.h"
    assert "/// \\likefile{handlers/thing.h} A value. \\inset{connections}" in lines
    assert filtered()[6] == \
        "/** \\brief Thing: what it is. \\file handlers/thing.h */"


def a_class_may_be_called_as_a_paragraph_is():
    lines = filtered(HEADER.replace("Thing", "Threads"), "handlers/threads.h")
    assert lines[1] == "/// Threads: what it is."


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


def member(kind, name, page, of=""):
    return (f'<member kind="{kind}"><type>{of}</type><name>{name}</name>'
            f'<anchorfile>{page}.html</anchorfile><anchor>{name}1</anchor></member>')


def header(name, classes, members=""):
    listed = "".join(f'<class kind="class">e::{one}</class>' for one in classes)
    pages = "".join(f'<compound kind="class"><name>e::{one}</name><filename>{one}.html</filename>'
                    f'{member("function", "Do", one)}</compound>' for one in classes)
    return (f'<compound kind="file"><name>{name}.h</name><path>%s</path>'
            f'<filename>{name}_8h.html</filename>{listed}{members}</compound>{pages}')


# Named after the class; after another name of it; alone, or with something else; none, or many.
TAGS = "<tagfile>" + "".join([
    header("a_thing", ["AThing", "AThing::Sink", "Options"], member("enumeration", "Kind", "g")),
    header("codec", ["BasicCodec", "CodecOptions"],
           member("typedef", "Codec", "g", "BasicCodec&lt; 4 &gt;")),
    header("words", ["Word"]), header("clocks", ["Clock"], member("typedef", "Time", "g", "int")),
    header("none", []), header("rows", ["Row", "Column"])]) + "</tagfile>"
PLACES = [("a_thing", "", "AThing.html"), ("a_thing", "a_thing.h", "AThing.html"),
          ("a_thing", "Options", "Options.html"), ("a_thing", "e::Options", "Options.html"),
          ("a_thing", "Kind", "g.html#Kind1"), ("a_thing", "AThing::Do()", "AThing.html#Do1"),
          ("codec", "", "BasicCodec.html"), ("codec", "Codec", "BasicCodec.html"),
          ("words", "", "Word.html"), ("clocks", "", "clocks_8h.html"),
          ("clocks", "Time", "g.html#Time1"), ("none", "", "none_8h.html"),
          ("rows", "the rows", "rows_8h.html"), ("rows", "Row", "Row.html")]


def reference_in(folder, path):
    """Of tags with one of the forms of a path: newer versions of Doxygen leave out the root."""
    tags = os.path.join(folder, "tags")
    with open(tags, "w", encoding="utf-8") as file:
        file.write(TAGS.replace("%s", path).replace("e::", "edgewise::"))
    return Reference(tags, folder)


def a_link_to_a_header_leads_to_what_it_is_about():
    with tempfile.TemporaryDirectory() as folder:
        for path in ("lib/", os.path.join(folder, "lib", "")):
            reference = reference_in(folder, path)
            for name, words, place in PLACES:
                found = reference.place_of(f"lib/{name}.h", words.replace("e::", "edgewise::"))
                assert found == "api/" + place, (path, name, words, found)
            assert reference.place_of("lib/other.h", "Row") is None
            assert reference.listing_of("lib/rows.h") == "api/rows_8h_source.html"


def links_of_documents_to_texts_of_headers_are_found():
    for page, link, wrong in (("docs/a.html", "../source/lib/rows.h.html", 1),
                              ("docs/a.html", "../api/rows_8h_source.html#l3", 1),
                              ("docs/a.html", "../api/rows_8h.html", 0),
                              ("docs/a.html", "../source/lib/other.h.html", 0),
                              ("source/lib.html", "../api/rows_8h_source.html", 0)):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, os.path.dirname(page)))
            with open(os.path.join(folder, page), "w", encoding="utf-8") as file:
                file.write(f'<a href="{link}">')
            found = list(into_listings(folder, reference_in(folder, "lib/")))
            assert len(found) == wrong, (page, link, found)


CASES = [no_line_moves_in_any_header, the_comment_at_the_top_is_about_the_class,
         it_goes_before_the_own_comment_of_the_class, a_class_may_be_called_as_a_paragraph_is,
         only_declarations_are_documented, a_wave_is_drawn_and_mistakes_are_told,
         links_that_lead_nowhere_are_found, a_link_to_a_header_leads_to_what_it_is_about,
         links_of_documents_to_texts_of_headers_are_found]


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
