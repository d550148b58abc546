#!/usr/bin/env python3
"""What edgewrk itself costs: CPU per request beside wrk, and how late it sends at a rate.

Both load the same edgewise-serve in a closed loop, one after the other in slices, pinned to the
client's core; edgewrk verifies each answer meanwhile. Then edgewrk sends at fixed rates, up to the
one that takes half of its core, and says how late it was (send lag).
"""

import os
import random
import re
import shutil
import subprocess
import tempfile

from load import Edgewrk
from report import OtherWork, argument_parser, print_table, progress, run_tool, write_json
from servers import ROOT, MeasureError, find_program, pin_to, server_recipe
from stats import Ratio, median

DEPTHS = (1, 16)
RATES = (1000, 5000, 10_000, 20_000, 30_000, 40_000, 60_000, 80_000, 100_000, 150_000)
HALF_A_CORE = 0.5


def parse():
    parser = argument_parser(__doc__, protocols="http")
    parser.add_argument("--blocks", type=int, default=20, help="blocks for each depth")
    parser.add_argument("--slice", type=float, default=1.0, help="seconds of one slice")
    parser.add_argument("--connections", type=int, default=64, help="connections")
    return parser.parse_args()


def cpu_per_request(words, core):
    """CPU seconds of a client's whole life by its requests."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([str(word) for word in words], stdout=out,
                                   stderr=subprocess.DEVNULL, preexec_fn=pin_to(core))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        match = re.search(r"(\d+) requests in", out.read())
    if process.returncode != 0 or not match or match.group(1) == "0":
        raise MeasureError(f"{words[0]} failed with {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) / int(match.group(1))


def compare(arguments, server, chance):
    """A row for each depth."""
    url = server.url + "/plaintext"
    shape = ["-t1", f"-c{arguments.connections}"]
    edgewrk = find_program(arguments.build, "edgewrk")
    rows = []
    for depth in DEPTHS:
        commands = {
            "edgewrk": [edgewrk, *shape, f"-d{arguments.slice}s", f"-P{depth}", url],
            # wrk takes whole seconds.
            "wrk": ["wrk", *shape, f"-d{max(round(arguments.slice), 1)}s",
                    *(["-s", ROOT / "bench/pipeline.lua"] if depth > 1 else []), url,
                    *(["--", depth] if depth > 1 else [])]}
        blocks = []
        for number in range(arguments.blocks):
            progress(f"depth {depth}: block {number + 1} of {arguments.blocks}")
            block = dict.fromkeys(commands, 0)
            order = chance.sample(list(commands), 2)
            for name in order + order[::-1]:
                block[name] += cpu_per_request(commands[name], arguments.client_core) / 2
            blocks.append(block)
        ratio = Ratio([block["edgewrk"] / block["wrk"] for block in blocks], arguments.seed)
        rows.append({"depth": depth, "ratio": ratio.as_json(), "text": str(ratio),
                     **{name: median([block[name] for block in blocks]) * 1e6
                        for name in commands}})
    progress("")
    return rows


def send_lag(arguments, server):
    """A row for each rate, until half of a core is reached."""
    edgewrk, rows = Edgewrk(arguments.build, arguments.client_core), []
    for rate in RATES:
        progress(f"{rate} requests a second")
        run = edgewrk.run(server, "-t1", f"-c{arguments.connections}", f"-R{rate}", "-d3s",
                          "--warmup", "300ms")
        lag = run["latency"]["send_lag"]["quantiles"]
        rows.append({"rate": rate, "cpu": run["audit"]["client_cpu"],
                     "p50_us": lag["p50"]["seconds"] * 1e6, "p99_us": lag["p99"]["seconds"] * 1e6,
                     "p99.9_us": lag["p99.9"]["seconds"] * 1e6})
        if rows[-1]["cpu"] > HALF_A_CORE:
            break
    progress("")
    return rows


def main():
    arguments = parse()
    if shutil.which("wrk") is None:
        raise MeasureError("wrk is not installed")
    chance = random.Random(arguments.seed)
    seconds = arguments.blocks * len(DEPTHS) * 4 * (arguments.slice + 0.05) + len(RATES) * 3.5
    print(f"edgewrk beside wrk, {arguments.connections} connections, {arguments.blocks} blocks, "
          f"seed {arguments.seed}; about {seconds:.0f} s", flush=True)
    machine = OtherWork()
    with server_recipe(arguments).server("http", arguments.server_core) as server:
        costs = compare(arguments, server, chance)
        print("CPU per request of the client, closed loop")
        print_table(["depth", "edgewrk us", "wrk us", "edgewrk / wrk [95 %]"],
                    [[row["depth"], f"{row['edgewrk']:.3f}", f"{row['wrk']:.3f}", row.pop("text")]
                     for row in costs])
        lags = send_lag(arguments, server)
        print("\nsend lag of edgewrk at a fixed rate, until it takes half of a core")
        print_table(["requests/s", "of a core", "p50 us", "p99 us", "p99.9 us"],
                    [[f"{row['rate']:,}", f"{row['cpu']:.0%}", f"{row['p50_us']:.1f}",
                      f"{row['p99_us']:.1f}", f"{row['p99.9_us']:.1f}"] for row in lags])
    machine.print_line()
    write_json(arguments, "client", costs, send_lag=lags)


if __name__ == "__main__":
    run_tool(main)
