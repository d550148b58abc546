"""What the measuring tools share at both ends: the command line, the tables, the JSON."""

import argparse
import json
import os
import platform
import random
import resource
import signal
import subprocess
import sys
import time

from servers import ROOT, MeasureError, outrank_others

DESCRIPTORS = 40_000  # open files that servers and clients may have; the hard limit may be lower
DESCRIPTORS_NEEDED = 20_000  # for the runs with thousands of connections
PROGRESS_SECONDS = 30  # between signs of life where there is no terminal
BUSY_SHARE = 0.1  # of the machine's time; above, a report says that the machine was busy


class Outrank(argparse.Action):
    """A flag without a value that takes effect at once."""

    def __call__(self, parser, namespace, values, option_string=None):
        outrank_others()


class Parser(argparse.ArgumentParser):
    """Also sees to it that the servers and the client can have the cores that they are to have."""

    def parse_args(self, *words, **more):
        arguments = super().parse_args(*words, **more)
        free = sorted(os.sched_getaffinity(0))
        if len(free) < 2:
            raise MeasureError(f"only core {free[0]} is free to this process; measuring needs two, "
                               "one for the servers and one for the client")
        for core in (arguments.server_core, arguments.client_core):
            if core not in free:
                raise MeasureError(f"core {core} is not free to this process; these are: "
                                   + ", ".join(map(str, free)))
        return arguments


def argument_parser(description, protocols="echo,frame,http"):
    cores = sorted(os.sched_getaffinity(0))
    parser = Parser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build"), help="build folder")
    parser.add_argument("--server", metavar="COMMAND",
                        help="measure this server instead of edgewise-serve; {protocol} and "
                             "{flags} are replaced in the command")
    parser.add_argument("--protocols", default=protocols, type=lambda text: text.split(","),
                        help="which of echo, frame and http")
    parser.add_argument("--server-core", type=int, default=cores[0], help="core of the servers")
    parser.add_argument("--client-core", type=int, default=cores[-1], help="core of the client")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32),
                        help="for the random order of the slices")
    parser.add_argument("--outrank", action=Outrank, nargs=0, default=argparse.SUPPRESS,
                        help="let servers and clients go before other work on this machine; "
                             "needs root")
    parser.add_argument("--json", metavar="FILE", help="also write the result there")
    return parser


def print_table(head, rows):
    """Aligned columns; the first to the left, the others to the right."""
    cells = [list(map(str, row)) for row in [head, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join([first, *rest]).rstrip())
    sys.stdout.flush()


_next_progress = time.monotonic() + PROGRESS_SECONDS


def progress(text):
    """A line that the next one overwrites; without a terminal, a line of its own now and then."""
    global _next_progress
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text and time.monotonic() >= _next_progress:
        print(f"  ... {text}", file=sys.stderr, flush=True)
        _next_progress = time.monotonic() + PROGRESS_SECONDS


def write_json(arguments, tool, rows, **more):
    """The record of a run, also written to the file that --json names."""
    record = {
        "tool": tool,
        "arguments": vars(arguments),
        "machine": {"system": platform.platform(), "cores": os.cpu_count()},
        **more,
        "rows": rows,
    }
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
            file.write("\n")
    return record


class OtherWork:
    """How much of the machine went to others meanwhile, which the figures must be read with.

    Counts the time of all cores in /proc/stat from construction on, less that of this process and
    of its children that have ended: ask when the servers are stopped.
    """

    def __init__(self):
        self._before = self._read()

    @staticmethod
    def _read():
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        own = sum(os.times()[:4]) * os.sysconf("SC_CLK_TCK")
        return {"all": sum(ticks), "idle": ticks[3] + ticks[4], "stolen": ticks[7], "own": own}

    def shares(self):
        now = self._read()
        spent = {key: now[key] - self._before[key] for key in now}
        total = max(spent["all"], 1)
        others = max(spent["all"] - spent["idle"] - spent["stolen"] - spent["own"], 0)
        return {"others": others / total, "stolen": spent["stolen"] / total}

    def print_line(self):
        shares = self.shares()
        print(f"meanwhile other processes took {shares['others']:.0%} of the machine and its host "
              f"{shares['stolen']:.0%}")
        if shares["others"] > BUSY_SHARE:
            print("note: that is a lot; wait for a quiet machine, or use --outrank")


def raise_descriptor_limit():
    """For this process and its children: the usual soft limit, 1024, is too low for a measurement
    with thousands of connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = resource.RLIM_INFINITY
    wanted = DESCRIPTORS if hard == endless else min(hard, DESCRIPTORS)
    if soft != endless and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if hard != endless and hard < DESCRIPTORS_NEEDED:
        print(f"note: a process may have only {hard} open files here (ulimit -Hn), and runs with "
              f"thousands of connections need {DESCRIPTORS_NEEDED}", file=sys.stderr)


def _leave(number, _):
    signal.signal(number, signal.SIG_IGN)  # once is enough: what is left to do is stopping servers
    sys.exit(128 + number)


def run_tool(main):
    """Runs `main()` so that servers are stopped on any way out, and errors are one line."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _leave)
    raise_descriptor_limit()
    try:
        main()
    except MeasureError as error:
        progress("")
        sys.exit(f"error: {error}")
    except subprocess.TimeoutExpired as error:
        progress("")
        program = error.cmd if isinstance(error.cmd, str) else os.path.basename(str(error.cmd[0]))
        sys.exit(f"error: {program} did not end within {error.timeout:.0f} s")
    except KeyboardInterrupt:
        sys.exit(130)
