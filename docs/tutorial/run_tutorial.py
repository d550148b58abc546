#!/usr/bin/env python3
"""Runs the experiments of the tutorial: what its pages claim must happen, and what they show must
be what is printed.

usage: run_tutorial.py --build FOLDER [--show NAME | --write] [--sanitized] [--junit FILE]

FOLDER has the programs. `--show NAME` prints one session; `--write` puts all into the pages.
"""

import argparse
import pathlib
import re
import sys

sys.dont_write_bytecode = True
PAGES = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(PAGES), str(PAGES.parents[1] / "test")]
import experiments as early  # noqa: E402  (the path comes first)
import experiments_edges as edges  # noqa: E402
import experiments_framed as framed  # noqa: E402
from junit import Report  # noqa: E402
from stage import Server  # noqa: E402

EXPERIMENTS = [
    early.silent_client, early.process_each, early.zombies, early.one_for_all, early.always_out,
    edges.lost_edge, edges.signature, edges.lost_connections, edges.lost_end, edges.drained,
    edges.budget, edges.no_budget, edges.cut_anywhere,
    framed.framed, framed.memory_grows, framed.backpressure, framed.end_of_seven,
    framed.on_edgewise, framed.end_of_eight, framed.sizes]
# A sanitizer has memory of its own.
OF_MEMORY = [early.process_each, framed.memory_grows, framed.backpressure, framed.on_edgewise]
SESSION = re.compile(r"(<!-- session: (\w+) -->\n\n```text\n)(.*?)(^```)", re.DOTALL | re.MULTILINE)


def session_of(experiment, build):
    """The lines that the experiment says. Raises if it does not go as the tutorial claims."""
    lines = []
    experiment(lambda *step: Server(build, lines.append, *step), lines.append)
    return "".join(line + "\n" for line in lines)


def shown_sessions():
    """{name: text} of the pages."""
    found = [match for page in sorted(PAGES.glob("*.md"))
             for match in SESSION.finditer(page.read_text(encoding="utf-8"))]
    return {match.group(2): match.group(3) for match in found}


def write(sessions):
    for page in PAGES.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(SESSION.sub(
            lambda match: match.group(1) + sessions[match.group(2)] + match.group(4), text),
            encoding="utf-8")


def check(experiment, build, shown):
    session = session_of(experiment, build)
    assert shown is not None, "no page shows it"
    assert session == shown, f"the page shows\n{shown}\nand this is what happened:\n{session}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="the folder with the programs")
    parser.add_argument("--show", metavar="NAME", help="print the session of one experiment")
    parser.add_argument("--write", action="store_true", help="put the sessions into the pages")
    parser.add_argument("--sanitized", action="store_true",
                        help="the programs are: leave out what is about memory")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report there")
    arguments = parser.parse_args()
    by_name = {experiment.__name__: experiment for experiment in EXPERIMENTS}
    if arguments.show:
        print(session_of(by_name[arguments.show], arguments.build), end="")
        return 0
    if arguments.write:
        write({name: session_of(by_name[name], arguments.build) for name in by_name})
        return 0
    report = Report("tutorial")
    shown = shown_sessions()
    for name, experiment in by_name.items():
        sentence = f"{name}: goes as its page says"
        if arguments.sanitized and experiment in OF_MEMORY:
            report.add(sentence, "skipped", "a sanitizer's memory")
            continue
        report.judge(lambda name=name, experiment=experiment: check(
            experiment, arguments.build, shown.get(name)), sentence)
    unknown = sorted(shown.keys() - by_name.keys())
    report.add("each session that a page shows is run", "failed" if unknown else "passed",
               f"no such experiment: {unknown}")
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
