"""What the measuring tools share at both ends: the command line, the tables, the JSON."""

import argparse
import json
import os
import platform
import random
import signal
import sys

from servers import ROOT, MeasureError, outrank_others

BUSY_SHARE = 0.1  # of the machine's time; above, a report says that the machine was busy


class Outrank(argparse.Action):
    """A flag without a value that takes effect at once."""

    def __call__(self, parser, namespace, values, option_string=None):
        outrank_others()


def argument_parser(description, protocols="echo,frame,http"):
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build"), help="build folder")
    parser.add_argument("--server", metavar="COMMAND",
                        help="measure this server instead of edgewise-serve; {protocol} and "
                             "{flags} are replaced in the command")
    parser.add_argument("--protocols", default=protocols, type=lambda text: text.split(","),
                        help="which of echo, frame and http")
    parser.add_argument("--server-core", type=int, default=0, help="core of the servers")
    parser.add_argument("--client-core", type=int, default=1, help="core of the client")
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


def progress(text):
    """A line that the next one overwrites, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


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


def run_tool(main):
    """Runs `main()` so that servers are stopped on any way out, and errors are one line."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except MeasureError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
