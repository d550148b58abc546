"""Latency of all servers at one rate, a fixed share of what the raw floor bears.

The floor's knee is found by `edgewrk --sweep`. Then each server has that share of it, in an open
loop with arrivals by chance, latency counted from when a request was due; several runs, in random
order. A server that cannot bear the rate shows it: its latency is that of a queue that grows.
"""

import json
import subprocess

import finding  # noqa: F401
from report import progress
from servers import MeasureError, find_program, pin_to
from stats import median

CONNECTIONS = 64
PATH = {"http": "/plaintext"}
QUANTILES = ("p50", "p99", "p99.9")
SWEEP_RUNS = 40
RUN_SECONDS_MAX = 300


def seconds(recipes_of, arguments):
    runs = sum(len(recipes) for recipes in recipes_of.values()) * arguments.latency_runs
    return (len(recipes_of) * SWEEP_RUNS * (arguments.sweep_run + 0.03)
            + runs * (arguments.latency_run + 0.8))


class Edgewrk:
    """Runs edgewrk pinned to the client's core; each answer is its JSON."""

    def __init__(self, arguments):
        self._program = find_program(arguments.build, "edgewrk")
        self._core = arguments.client_core

    def run(self, server, *flags):
        words = [self._program, "-t1", f"-c{CONNECTIONS}", *map(str, flags), "--json", "-",
                 server.url + PATH.get(server.protocol, "")]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              preexec_fn=pin_to(self._core), timeout=RUN_SECONDS_MAX)
        begin = done.stdout.find("\n{\n")
        if begin < 0:
            raise MeasureError(f"edgewrk against {server.name}: "
                               f"{(done.stderr or done.stdout).strip() or 'it said nothing'}")
        return json.loads(done.stdout[begin:])


def _knee(floor, protocol, arguments, edgewrk):
    with floor.server(protocol, arguments.server_core) as server:
        sweep = edgewrk.run(server, "--sweep", f"-d{arguments.sweep_run:g}s")
    if not sweep["knee"]:
        raise MeasureError(f"the floor's {protocol} bore no rate at all; is the machine busy?")
    return sweep


def _latency(recipe, protocol, rate, arguments, edgewrk):
    with recipe.server(protocol, arguments.server_core) as server:
        run = edgewrk.run(server, "-R", f"{rate:.0f}", f"-d{arguments.latency_run:g}s",
                          "--warmup", "300ms", "--arrivals", "poisson", "--seed", arguments.seed)
    scheduled, requests = run["latency"]["scheduled"]["quantiles"], run["requests"]
    return {**{name: scheduled[name]["seconds"] for name in QUANTILES},
            "in_time": requests["answered"] / max(requests["carried"] + requests["sent"], 1),
            "lag_p99": run["latency"]["send_lag"]["quantiles"]["p99"]["seconds"],
            "errors": requests["errors"], "client": run["audit"]["bottleneck"] == "CLIENT"}


def measure(recipes_of, arguments, chance):
    """(rows, knees): a row for each protocol and server, and the floor's knee of each protocol."""
    edgewrk, rows, knees = Edgewrk(arguments), [], {}
    for protocol, recipes in recipes_of.items():
        progress(f"latency: {protocol}: the floor's knee")
        floor = next(recipe for recipe in recipes if recipe.name == "floor")
        knees[protocol] = _knee(floor, protocol, arguments, edgewrk)
        rate = arguments.fraction * knees[protocol]["knee"]
        runs = {recipe.name: [] for recipe in recipes}
        order = [recipe for recipe in recipes for _ in range(arguments.latency_runs)]
        for number, recipe in enumerate(chance.sample(order, len(order)), 1):
            progress(f"latency: {protocol}: run {number} of {len(order)}")
            runs[recipe.name].append(_latency(recipe, protocol, rate, arguments, edgewrk))
        for name, of_server in runs.items():
            rows.append({"protocol": protocol, "name": name, "rate": rate, "runs": of_server,
                         **{key: median([run[key] for run in of_server])
                            for key in (*QUANTILES, "in_time")}})
    progress("")
    return rows, knees
