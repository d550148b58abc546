"""The tables of the hostile measurements, for the terminal and for the document."""

import finding  # noqa: F401
from hostile_slow import WINDOW_SECONDS
from report import BUSY_SHARE, print_table

GREEDY, STORM, MEMORY = "greedy", "storm", "never-reads"
DESCRIPTORS, CLOSING, SLOW = "descriptors", "closing", "slow-headers"


def _ms(value):
    return "-" if value is None else f"{value:,.2f}"


def _closed(seconds):
    return f"> {WINDOW_SECONDS:.0f}" if seconds is None else f"{seconds:.1f}"


def _ends(ends):
    return ", ".join(f"{how} {count}" for how, count in sorted(ends.items())) or "-"


def _range(row):
    return f"{_ms(row['p99_best_ms'])} to {_ms(row['p99_worst_ms'])}"


def _polite(row):
    return [_ms(row["p50_ms"]), _ms(row["p99_ms"]), _range(row), _ms(row["p99.9_ms"])]


POLITE = ["p50 ms", "p99 ms", "of runs", "p99.9 ms"]

# Of each measurement: a title, the columns, and the cells of a row.
TABLES = {
    GREEDY: ("a polite client beside 100 greedy ones",
             [*POLITE, "unanswered", "greedy MB/s"],
             lambda row: [*_polite(row), f"{row['unanswered']:g}",
                          f"{row['greedy_mb_per_s']:,.0f}"]),
    STORM: ("a polite client beside a storm of connections that vanish",
            [*POLITE, "unanswered", "storm/s"],
            lambda row: [*_polite(row), f"{row['errors'] + row['unanswered']:g}",
                         f"{row['storm_per_s']:,.0f}" if "storm_per_s" in row else "-"]),
    MEMORY: ("one client that sends and never reads",
             ["server grew MB", "sent MB", "the server"],
             lambda row: [f"{row['resident_mb']:,.1f}", f"{row['sent_mb']:,.1f}", row["outcome"]]),
    DESCRIPTORS: ("100 connections to a server with 64 descriptors",
                  ["served", "closed", "CPU while full", "one that waited ms", "new one ms"],
                  lambda row: ["died", *"----"] if row["died"] else [
                      row["served"], row["closed"], f"{row['cpu_share']:.0%}",
                      _ms(row["resumed_ms"]) if row["resumed_ms"] or not row["waiting"]
                      else "never",
                      "never" if row["new_one_ms"] is None else _ms(row["new_one_ms"])]),
    CLOSING: ("501 requests, the last asks for the end, 1 MB more behind it",
              ["all answers", "fewest", "ends"],
              lambda row: [f"{row['complete']} of {row['tries']}",
                           f"{row['answers_least']} of {row['answers_asked']}",
                           _ends(row["ends"])]),
    SLOW: (f"250 connections with a byte of a header each second, for {WINDOW_SECONDS:.0f} s",
           ["closed", "first s", "last s", "how", "bytes each"],
           lambda row: [row["closed"], _closed(row["first_closed_s"]),
                        _closed(row["last_closed_s"]), _ends(row["ends"]),
                        "-" if row["bytes_each"] is None else f"{row['bytes_each']:,.0f}"]),
}


def table(name, rows):
    """(head, cells, notes) of one measurement."""
    _, columns, cells = TABLES[name]
    found = [row for row in rows if row["measure"] == name]
    lines = [[row["name"], row["protocol"],
              *(cells(row) if "error" not in row else ["-"] * len(columns))] for row in found]
    notes = [f"{row['name']}, {row['protocol']}: {' '.join(row['error'].split())}"
             for row in found if "error" in row]
    notes += [f"{row['name']}, {row['protocol']}: the client itself was short of processor time"
              for row in found if row.get("client_short_of_cpu")]
    return ["server", "service", *columns], lines, notes


def print_rows(rows):
    for name, (title, _, _) in TABLES.items():
        head, lines, notes = table(name, rows)
        if lines:
            print(f"\n{title}")
            print_table(head, lines)
            for note in notes:
                print(f"note: {note}")
    busy = max((row.get("others", 0) for row in rows), default=0)
    if busy > BUSY_SHARE:
        print(f"\nnote: at times other processes took {busy:.0%} of the machine: the tails above "
              "are theirs, too")
