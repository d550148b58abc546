"""Real clients and bare sockets against the real edgewise-serve, one test case each.

usage: run_clients.py --server PATH [--edgewrk PATH] [--burning-server PATH] [--junit FILE]
                      [--only TEXT] [--sanitized] [--list]
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import browser_cases  # noqa: E402,F401
import edgewrk_cases  # noqa: E402,F401
import fault_cases  # noqa: E402,F401
import file_cases  # noqa: E402,F401
import frame_cases  # noqa: E402,F401
import http_cases  # noqa: E402,F401
import limit_cases  # noqa: E402,F401
import page_cases  # noqa: E402,F401
import proxy_cases  # noqa: E402,F401
import recording_cases  # noqa: E402,F401
import shutdown_cases  # noqa: E402,F401
import startup_cases  # noqa: E402,F401
import stream_cases  # noqa: E402,F401
import versus_cases  # noqa: E402,F401
from cases import CASES, Environment  # noqa: E402
from junit import Report, outcome_of  # noqa: E402


class TooLong(AssertionError):
    pass


def on_alarm(number, frame):
    raise TooLong("the case ran out of its time")


def run_case(function, seconds, arguments):
    """(outcome, text) of one case."""
    folder = tempfile.mkdtemp(prefix="edgewise-")
    environment = Environment(os.path.abspath(arguments.server), folder, arguments.sanitized,
                              os.path.abspath(arguments.edgewrk),
                              os.path.abspath(arguments.burning_server))
    signal.alarm(seconds * (4 if arguments.sanitized else 1))
    try:
        return outcome_of(lambda: function(environment))
    finally:
        signal.alarm(0)
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the edgewise-serve to test")
    parser.add_argument("--edgewrk", default="edgewrk", help="the edgewrk to test it with")
    parser.add_argument("--burning-server", default="burning_server",
                        help="a server that is slower by a known amount")
    parser.add_argument("--junit")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    signal.signal(signal.SIGALRM, on_alarm)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    report = Report("clients")
    for sentence, function, seconds in CASES:
        if arguments.only not in sentence:
            continue
        if arguments.list:
            print(sentence)
            continue
        begin = time.monotonic()
        outcome, text = run_case(function, seconds, arguments)
        took = time.monotonic() - begin
        report.add(sentence, outcome, text, took)
        print(f"{outcome}: {sentence} ({took:.1f} s)", flush=True)
        if text:
            print("  " + text.strip().replace("\n", "\n  "), flush=True)
        if arguments.junit:
            report.write(arguments.junit)
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
