"""The document of a comparison: its tables and plots, put between the marks of a Markdown file.

    <!-- comparison: costs -->
    ... replaced ...
    <!-- comparison: end -->

The plots go into a folder beside the file that is named like it. `document.py RESULT.json FILE`
does it again from a run that was kept.
"""

import json
import pathlib
import re
import sys

import finding  # noqa: F401
import tables
from hostile_tables import GREEDY, TABLES, table
from plots import dot_plot

TEMPLATE = finding.BENCH.parent / "docs" / "performance.md"
MARK = re.compile(r"(<!-- comparison: (\w+) -->\n).*?(<!-- comparison: end -->\n)", re.S)


def markdown(head, cells, align="--:"):
    def line(words):
        return "| " + " | ".join(str(word).replace("|", "\\|") for word in words) + " |"

    rule = "|---|" + f"{align}|" * (len(head) - 1)
    return "\n".join([line(head), rule, *map(line, cells)]) + "\n"


def machine_section(record, _):
    machine = record["machine"]
    rows = [["processor", f"{machine['processor']}, {machine['cores']} cores"],
            ["system", machine["system"]], ["compiler", machine["compiler"]],
            ["began", record["began"]],
            ["the host took meanwhile", f"{record['machine_shares']['stolen']:.1%}"],
            ["other processes took", f"{record['machine_shares']['others']:.1%}"],
            *([name, version] for name, version in record["versions"].items())]
    notes = "".join(f"- {note}\n" for note in record["notes"])
    return (markdown(["what", "value"], rows, align=":--") + "\n    " + " ".join(record["words"])
            + "\n" + (f"\nNotes:\n\n{notes}" if notes else ""))


def _plot(folder, name, *arguments, **more):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.svg").write_text(dot_plot(*arguments, **more), encoding="utf-8")
    return f"![{arguments[0]}]({folder.name}/{name}.svg)\n\n"


def cost_section(record, folder):
    out = []
    for protocol in tables.protocols_of(record["costs"]):
        rows = [row for row in record["costs"] if row["protocol"] == protocol]
        depths = sorted({row["depth"] for row in rows})
        by_name = {}
        for row in rows:
            ratio = row["cpu_ratio"]
            by_name.setdefault(row["name"], {})[row["depth"]] = (ratio["value"], ratio["low"],
                                                                 ratio["high"])
        lines = sorted(([name, [of.get(depth) for depth in depths]]
                        for name, of in by_name.items()), key=lambda line: line[1][0][0])
        out.append(f"### {protocol}\n\n" + _plot(
            folder, f"cost-{protocol}",
            f"CPU time per request of {protocol}, of the raw floor's", lines,
            [f"depth {depth}" for depth in depths], lambda value: f"{value:g}", reference=1)
            + markdown(*tables.cost_table(rows, protocol)))
    return "\n".join(out)


def latency_section(record, folder):
    out = []
    for protocol in tables.protocols_of(record["latencies"]):
        rows = [row for row in record["latencies"] if row["protocol"] == protocol]
        lines = [[row["name"], [(row[key], None, None) for key in ("p50", "p99", "p99.9")]]
                 for row in sorted(rows, key=lambda row: row["p99"])]
        knee = record["knees"][protocol]["knee"]
        out.append(f"### {protocol}: {rows[0]['rate']:,.0f} requests a second\n\n"
                   f"{rows[0]['rate'] / knee:.0%} of the floor's knee, {knee:,.0f}.\n\n" + _plot(
                       folder, f"latency-{protocol}", f"Latency of {protocol}", lines,
                       ["p50", "p99", "p99.9"], tables.span)
                   + markdown(*tables.latency_table(rows, protocol))
                   + "".join(f"\n{note}\n" for note in tables.latency_notes(
                       rows, record["knees"][protocol], protocol)))
    return "\n".join(out)


def count_section(record, _):
    return "\n".join(f"### {protocol}\n\n" + markdown(*tables.count_table(record["counts"],
                                                                          protocol))
                     for protocol in tables.protocols_of(record["counts"]))


def hostile_section(record, folder):
    out = []
    for name, (title, _, _) in TABLES.items():
        head, lines, notes = table(name, record["hostile"])
        if not lines:
            continue
        text = f"### {title[0].upper()}{title[1:]}\n\n"
        if name == GREEDY:
            text += _greedy_plot(record, folder)
        text += markdown(head, lines)
        out.append(text + "".join(f"\n{note}.\n" for note in notes))
    return "\n".join(out)


def _greedy_plot(record, folder):
    rows = [row for row in record["hostile"] if row["measure"] == GREEDY and "error" not in row]
    lines = [[f"{row['name']}, {row['protocol']}", [
        (row["p50_ms"] / 1e3, None, None),
        (row["p99_ms"] / 1e3, row["p99_best_ms"] / 1e3, row["p99_worst_ms"] / 1e3)]]
             for row in sorted(rows, key=lambda row: (row["protocol"], row["p99_ms"]))]
    return _plot(folder, "hostile-greedy", "A polite client beside 100 greedy ones", lines,
                 ["p50", "p99, range of runs"], tables.span)


SECTIONS = {"machine": machine_section, "costs": cost_section, "latencies": latency_section,
            "counts": count_section, "hostile": hostile_section}


def write_document(path, record):
    """Writes what `record` has into the file, in place of all that its sections had: figures of two
    runs are never in one document. A file that is not the project's own is made anew from that."""
    path = pathlib.Path(path).resolve()
    template = TEMPLATE.read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = path.with_suffix("")

    def section(match):
        begin, name, end = match.groups()
        if name != "machine" and name not in record:
            return f"{begin}\n*Not measured in this run.*\n\n{end}"
        return f"{begin}\n{SECTIONS[name](record, folder)}\n{end}"

    path.write_text(MARK.sub(section, template), encoding="utf-8")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        write_document(sys.argv[2], json.load(file))


if __name__ == "__main__":
    main()
