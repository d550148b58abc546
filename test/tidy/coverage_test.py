"""The rules by which test/coverage counts, and the reasons that it is given.

usage: coverage_test.py [--junit FILE]
"""

import argparse
import collections
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from coverage_counts import Line, add_document, conditions, without_braces  # noqa: E402
from coverage_reasons import Malformed, Reasons, matching, parse  # noqa: E402
from junit import Report  # noqa: E402


def taken(count):
    return {"count": count, "throw": False}


def thrown(count):
    return {"count": count, "throw": True}


def document(path, *lines):
    return {"current_working_directory": "/tree/build", "files": [{"file": path, "lines": [
        {"line_number": number, "count": count, "branches": branches}
        for number, count, branches in lines]}]}


def added(*documents):
    files = collections.defaultdict(lambda: collections.defaultdict(Line))
    for one in documents:
        add_document(one, "/tree", ("reactor/",), files)
    return files


def a_call_is_no_branch():
    assert conditions([taken(5), thrown(0), taken(3), taken(2), taken(1), thrown(1)]) == [3, 2]
    assert not conditions([taken(5), thrown(0)])


def only_the_folders_that_count_are_counted():
    files = added(document("../reactor/a.cc", (1, 1, [])), document("../test/a.cc", (1, 1, [])),
                  document("/usr/include/vector", (1, 1, [])))
    assert list(files) == ["reactor/a.cc"]


def copies_of_one_shape_are_added_up():
    files = added(document("../reactor/a.h", (7, 1, [taken(1), taken(0)])),
                  document("../reactor/a.h", (7, 2, [taken(0), taken(2)])))
    line = files["reactor/a.h"][7]
    assert line.runs == 3 and line.branches() == [1, 2] and line.branches_missed() == 0


def copies_of_another_shape_count_for_themselves():
    files = added(document("../reactor/a.h", (7, 1, [taken(1), taken(0)])),
                  document("../reactor/a.h", (7, 1, [taken(0), taken(1), taken(1), taken(0)])))
    assert files["reactor/a.h"][7].branches_missed() == 3


def what_ran_in_no_program_is_missed():
    assert added(document("../reactor/a.h", (7, 0, [])))["reactor/a.h"][7].runs == 0


def lines_of_braces_do_not_count():
    text = "int F() {\n  return 1;\n}  // the end\n});\n  } else {\n"
    assert sorted(without_braces(dict.fromkeys(range(1, 6)), text)) == [1, 2, 5]


SOURCE = ["int F(int a) {", "  if (a  ==  1)", "    return *b;", "}", "int G() {", "  return 2;"]
ENTRY = "# a remark\nfile: reactor/*.cc\nline: if (a == 1)\nwhy: it is\n  so\n"


def a_reason_is_found_by_text_whatever_the_format():
    reasons = Reasons(parse(ENTRY), {"reactor/a.cc": SOURCE, "reactor/a.h": SOURCE})
    assert reasons.why("reactor/a.cc", 2) == "it is so"
    assert reasons.why("reactor/a.cc", 3) is None and reasons.why("reactor/a.h", 2) is None
    assert not reasons.wrong


def a_reason_for_text_that_is_gone_is_wrong():
    reasons = Reasons(parse(ENTRY), {"reactor/a.cc": ["int F() {"]})
    assert len(reasons.wrong) == 1 and "if (a == 1)" in reasons.wrong[0]
    assert len(Reasons(parse(ENTRY), {}).wrong) == 1


def a_reason_whose_lines_are_covered_is_told():
    reasons = Reasons(parse(ENTRY), {"reactor/a.cc": SOURCE})
    assert [reason.number for reason in reasons.unneeded(set())] == [1]
    assert not reasons.unneeded({("reactor/a.cc", 2)})


def a_pattern_may_have_gaps_and_span_lines():
    assert matching("if (*)", SOURCE) == {2}
    assert matching("return *b;", SOURCE) == {3}
    assert matching("int F( ... return", SOURCE) == {1, 2, 3}
    assert matching("int G( ... never", SOURCE) == set()


def an_entry_without_a_reason_is_refused():
    for text in ("file: a\nline: b\n", "file: a\nwhy: c\n", "line: b\nwhy: c\n",
                 "file: a\nnote: b\n"):
        try:
            parse(text)
        except Malformed:
            continue
        raise AssertionError(text)


CASES = [a_call_is_no_branch, only_the_folders_that_count_are_counted,
         copies_of_one_shape_are_added_up, copies_of_another_shape_count_for_themselves,
         what_ran_in_no_program_is_missed, lines_of_braces_do_not_count,
         a_reason_is_found_by_text_whatever_the_format, a_reason_for_text_that_is_gone_is_wrong,
         a_reason_whose_lines_are_covered_is_told, a_pattern_may_have_gaps_and_span_lines,
         an_entry_without_a_reason_is_refused]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    report = Report("coverage")
    for case in CASES:
        report.judge(case)
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
