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
import shutil
import sys

import finding  # noqa: F401
import hostile
import tables
from plots import dot_plot

TEMPLATE = finding.BENCH.parent / "docs" / "performance.md"
MARK = re.compile(r"(<!-- comparison: (\w+) -->\n).*?(<!-- comparison: end -->\n)", re.S)


def markdown(head, cells):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(map(str, line)) + " |" for line in cells]) + "\n"


def machine(record):
    rows = [["processor", record["processor"]], ["cores", record["cores"]],
            ["system", record["machine"]["system"]], ["began", record["began"]],
            ["the host took", f"{record['machine_shares']['stolen']:.1%}"],
            ["other processes took", f"{record['machine_shares']['others']:.1%}"],
            *([name, version] for name, version in sorted(record["versions"].items()))]
    command = "bench/compare --seed {} --blocks {} --document docs/performance.md".format(
        record["arguments"]["seed"], record["arguments"]["blocks"])
    return markdown(["what", "value"], rows) + f"\n    {command}\n"


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
                   + markdown(*tables.latency_table(rows, protocol)))
    return "\n".join(out)


def count_section(record, _):
    return "\n".join(f"### {protocol}\n\n" + markdown(*tables.count_table(record["counts"],
                                                                          protocol))
                     for protocol in tables.protocols_of(record["counts"]))


def hostile_section(record, folder):
    out = []
    for name, (title, columns, cells) in hostile.TABLES.items():
        rows = [row for row in record["hostile"] if row["measure"] == name]
        if not rows:
            continue
        text = f"### {title[0].upper()}{title[1:]}\n\n"
        good = [row for row in rows if "error" not in row]
        if name == hostile.GREEDY and good:
            keys = ("p50_ms", "p99_ms", "p99.9_ms")
            lines = [[row["name"], [(row[key] / 1e3, None, None) if row[key] else None
                                    for key in keys]]
                     for row in sorted(good, key=lambda row: row["p99_ms"] or 1e9)]
            text += _plot(folder, "hostile-greedy", "A polite client beside 100 greedy ones", lines,
                          ["p50", "p99", "p99.9"], tables.span)
        text += markdown(["server", "service", *columns], [
            [row["name"], row["protocol"], *(cells(row) if "error" not in row
                                             else [row["error"], *[""] * (len(columns) - 1)])]
            for row in rows])
        out.append(text)
    return "\n".join(out)


SECTIONS = {"costs": cost_section, "latencies": latency_section, "counts": count_section,
            "hostile": hostile_section}


def write_document(path, record):
    """Writes what `record` has into the file; what it does not have stays. A file that is not there
    is made of the project's own."""
    path = pathlib.Path(path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(TEMPLATE, path)
    folder = path.with_suffix("")

    def section(match):
        begin, name, end = match.groups()
        if name == "machine":
            return begin + "\n" + machine(record) + "\n" + end
        if name not in record:
            return match.group(0)
        return begin + "\n" + SECTIONS[name](record, folder) + "\n" + end

    path.write_text(MARK.sub(section, path.read_text(encoding="utf-8")), encoding="utf-8")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        write_document(sys.argv[2], json.load(file))


if __name__ == "__main__":
    main()
