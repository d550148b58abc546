"""The tables of a comparison: the same cells for the terminal and for the document."""

import finding  # noqa: F401
from report import print_table

PROTOCOLS = ("echo", "frame", "http")


def interval(ratio):
    return f"{ratio['value']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}]"


def span(seconds):
    """A time in three digits."""
    if seconds is None:
        return "-"
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size * 0.9995:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def number(value, digits=0):
    return "-" if value is None else f"{value:,.{digits}f}"


def cost_table(rows, protocol):
    """(head, cells) of one protocol: a line for each server, with the depths side by side."""
    rows = [row for row in rows if row["protocol"] == protocol]
    depths = sorted({row["depth"] for row in rows})
    head = ["server"]
    for depth in depths:
        head += [f"CPU/request, depth {depth}", f"rate, depth {depth}"]
    cells = []
    for name in dict.fromkeys(row["name"] for row in rows):
        line = [name]
        for depth in depths:
            row = next(row for row in rows if row["name"] == name and row["depth"] == depth)
            line += [interval(row["cpu_ratio"]), interval(row["rate_ratio"])]
        cells.append(line)
    return head, cells


def latency_table(rows, protocol):
    head = ["server", "p50", "p99", "p99.9", "answered in time"]
    def least(row):
        return ">= " if row["at_least"] else ""

    return head, [[row["name"], *(least(row) + span(row[key]) for key in ("p50", "p99", "p99.9")),
                   f"{100 * row['in_time']:.2f} %"] for row in rows if row["protocol"] == protocol]


def latency_notes(rows, knee, protocol):
    """What must be known to read that table."""
    notes = []
    if knee["limited_by_client"]:
        notes.append("Beyond the floor's knee edgewrk itself was short of processor time: the "
                     "floor may bear more.")
    for row in rows:
        if row["protocol"] == protocol and row["client_short_of_cpu"]:
            notes.append(f"{row['name']}: edgewrk itself was short of processor time.")
        if row["protocol"] == protocol and row["errors"]:
            notes.append(f"{row['name']}: {row['errors']:g} errors in a run.")
    return notes


def count_table(rows, protocol):
    rows = [row for row in rows if row["protocol"] == protocol]
    depths = sorted({depth for row in rows for depth in row["syscalls"]}, key=int)
    head = ["server", "instructions", *(f"system calls, depth {depth}" for depth in depths),
            "bytes/idle connection"]
    return head, [[row["name"], number(row["instructions"]),
                   *(number(row["syscalls"].get(depth), 2) for depth in depths),
                   number(row["memory"])] for row in rows]


def protocols_of(rows):
    return [protocol for protocol in PROTOCOLS
            if any(row["protocol"] == protocol for row in rows)]


def print_costs(rows):
    print("\nCPU per request and rate, ratios to the raw floor [95 %]")
    for protocol in protocols_of(rows):
        print(f"\n{protocol}")
        print_table(*cost_table(rows, protocol))


def print_latencies(rows, knees, fraction):
    for protocol in protocols_of(rows):
        rate = next(row["rate"] for row in rows if row["protocol"] == protocol)
        print(f"\n{protocol}: latency at {rate:,.0f} requests a second, {fraction:.0%} of the "
              f"floor's knee ({knees[protocol]['knee']:,.0f})")
        print_table(*latency_table(rows, protocol))
        for note in latency_notes(rows, knees[protocol], protocol):
            print(f"note: {note}")


def print_counts(rows):
    print("\nuser instructions and system calls per request, memory per idle connection")
    for protocol in protocols_of(rows):
        print(f"\n{protocol}")
        print_table(*count_table(rows, protocol))
    for row in rows:
        for what, why in row["missing"].items():
            print(f"{row['name']} {row['protocol']}: no {what}: {why}")
