#!/usr/bin/env python3
"""The comparison of servers, in small: that it runs, and that what it writes has what it says.

No figure is judged here but the growth of costs, which is counted in instructions.

usage: run_comparison.py --build FOLDER [--junit FILE]
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test"))
for folder in ("measure", "peers"):
    sys.path.insert(0, str(ROOT / "bench" / folder))

import check as functional  # noqa: E402
from junit import Report, Skip, outcome_of  # noqa: E402
from recipes import recipes  # noqa: E402

SECONDS = 400
STOP_SECONDS = 30  # for a tool to stop its servers
SMALL = ["--blocks", "2", "--slice", "0.05", "--depths", "1", "--sweep-run", "0.02",
         "--latency-run", "0.2", "--latency-runs", "1", "--duration", "0.5", "--seed", "1"]


def end_all_of(process):
    """Ends a process that leads a session, and what it started: it may stop that itself first."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.communicate(timeout=STOP_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass  # nobody is left; or, after SIGTERM, force is next


def run(words, status=0):
    process = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, start_new_session=True)
    try:
        printed, _ = process.communicate(timeout=SECONDS)
    except BaseException:  # a timeout, or that this is told to stop
        end_all_of(process)
        raise
    assert process.returncode == status, f"exit {process.returncode}\n{printed}"
    return printed


def need_two_cores():
    if len(os.sched_getaffinity(0)) < 2:
        raise Skip("there is only one core, and measuring needs two")


def each_does_what_the_service_is(build, _):
    """each server that is compared does what the service is, byte for byte"""
    seen = set()
    for protocol in ("echo", "frame", "http"):
        for recipe in recipes(build, protocol):
            with recipe.server(protocol, min(os.sched_getaffinity(0))) as server:
                functional.check(protocol, "127.0.0.1", server.port)
            seen.add(recipe.name)
    assert {"edgewise", "floor", "beast"} <= seen, seen


def check_that_checks(build, _):
    """a server that does something else is found out, and left out of the comparison"""
    for recipe in recipes(build, "echo"):
        if recipe.name != "floor":
            continue
        with recipe.server("echo", min(os.sched_getaffinity(0))) as server:
            try:
                functional.check("frame", "127.0.0.1", server.port)
            except functional.CheckError:
                return
    raise AssertionError("an echo server passed for one of frames")


def the_whole_in_small(build, folder):
    """a comparison has a row for each server and part, and writes them as a document with plots"""
    need_two_cores()
    path, document = os.path.join(folder, "run.json"), os.path.join(folder, "performance.md")
    printed = run([sys.executable, ROOT / "bench/comparison/compare.py", "--build", build,
                   "--only", "edgewise,beast", "--measures", "never-reads,descriptors,closing",
                   *SMALL, "--json", path, "--document", document])
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    servers = {(row["protocol"], row["name"]) for row in record["latencies"]}
    assert servers == {("echo", "edgewise"), ("echo", "floor"), ("frame", "edgewise"),
                       ("frame", "floor"), ("http", "edgewise"), ("http", "floor"),
                       ("http", "beast")}, servers
    assert {(row["protocol"], row["name"]) for row in record["counts"]} == servers
    for row in record["costs"]:
        for ratio in (row["cpu_ratio"], row["rate_ratio"]):
            assert 0 < ratio["low"] <= ratio["value"] <= ratio["high"], row
    for row in record["counts"]:
        assert row["missing"] or 1.5 < row["syscalls"]["1"] < 5, row
        assert row["instructions"] is None or 50 < row["instructions"] < 60_000, row
    for row in record["hostile"]:
        assert "error" not in row, row
    assert "floor again" in printed and "about" in printed, printed
    check_document(pathlib.Path(document))


def check_document(document):
    text = document.read_text(encoding="utf-8")
    for name in ("machine", "costs", "latencies", "counts", "hostile"):
        section = re.search(f"<!-- comparison: {name} -->\n(.*?)<!-- comparison: end -->", text,
                            re.S)
        assert section and section.group(1).count("|") > 10, f"{name}: {section}"
    plots = re.findall(r"!\[[^]]+\]\(([^)]+\.svg)\)", text)
    assert len(plots) == 6, plots
    for plot in plots:
        root = ElementTree.parse(document.parent / plot).getroot()
        dots = [one for one in root.iter() if one.tag.endswith("circle")]
        _, _, width, height = (float(word) for word in root.get("viewBox").split())
        assert len(dots) >= 3, plot
        for dot in dots:
            assert 0 < float(dot.get("cx")) < width and 0 < float(dot.get("cy")) < height, plot


def errors(said):
    """The lines of it but the notes, such as that of a low limit on open files."""
    return [line for line in said.splitlines() if not line.startswith("note:")]


def errors_are_one_line(build, _):
    """what cannot be compared is said in one line"""
    need_two_cores()
    tool = [sys.executable, ROOT / "bench/comparison/compare.py"]
    said = run([*tool, "--build", build, "--parts", "everything"], status=1)
    assert len(errors(said)) == 1 and "there is no everything" in said, said
    said = run([*tool, "--build", "/nowhere"], status=1)
    assert len(errors(said)) == 1 and "build first" in said, said


def no_cost_grows(build, _):
    """no cost grows faster with sizes than it should, in instructions"""
    if not shutil.which("valgrind"):
        raise Skip("valgrind is not installed")
    if not os.path.exists(os.path.join(build, "bench/micro/edgewise-micro")):
        raise Skip("Google Benchmark is not installed")
    run([sys.executable, ROOT / "bench/micro/growth.py", "--build", build, "--no-time"])


CASES = (each_does_what_the_service_is, check_that_checks, the_whole_in_small, errors_are_one_line,
         no_cost_grows)


def in_folder(case, build):
    with tempfile.TemporaryDirectory(prefix="edgewise-comparison-") as folder:
        case(build, folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    # So that being told to stop stops the tool that is running too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report("comparison")
    for case in CASES:
        begin = time.monotonic()
        outcome, text = outcome_of(
            lambda case=case: in_folder(case, os.path.abspath(arguments.build)))
        took = time.monotonic() - begin
        report.add(case.__doc__, outcome, text, took)
        print(f"{outcome}: {case.__doc__} ({took:.1f} s)\n{text}".rstrip(), flush=True)
        if arguments.junit:
            report.write(arguments.junit)
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
