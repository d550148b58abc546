"""Latency of all servers at one rate, a fixed share of what the raw floor bears.

The floor's knee is found by `edgewrk --sweep`. Then each server has that share of it, in an open
loop with arrivals by chance, latency counted from when a request was due; several runs, in random
order. A server that cannot bear the rate shows it: its latency is that of a queue that grows.
"""

import finding  # noqa: F401
from load import Edgewrk
from report import progress
from servers import MeasureError
from stats import median

SHAPE = ("-t1", "-c64")
QUANTILES = ("p50", "p99", "p99.9")
SWEEP_RUNS = 40
# The last few that were due when the run ended move no quantile that is shown; more of them would.
AT_LEAST_SHARE = 0.0005


def seconds(recipes_of, arguments):
    runs = sum(len(recipes) for recipes in recipes_of.values()) * arguments.latency_runs
    return (len(recipes_of) * SWEEP_RUNS * (arguments.sweep_run + 0.03)
            + runs * (arguments.latency_run + 0.8))


def _knee(floor, protocol, arguments, edgewrk):
    with floor.server(protocol, arguments.server_core) as server:
        sweep = edgewrk.run(server, *SHAPE, "--sweep", f"-d{arguments.sweep_run:g}s")
    if not sweep["knee"]:
        raise MeasureError(f"the floor's {protocol} bore no rate at all; is the machine busy?")
    return sweep


def _latency(recipe, protocol, rate, seed, arguments, edgewrk):
    with recipe.server(protocol, arguments.server_core) as server:
        run = edgewrk.run(server, *SHAPE, "-R", f"{rate:.0f}", f"-d{arguments.latency_run:g}s",
                          "--warmup", "300ms", "--arrivals", "poisson", "--seed", seed)
    scheduled, requests = run["latency"]["scheduled"], run["requests"]
    quantiles = scheduled["quantiles"]
    due = requests["carried"] + requests["sent"] + requests["never_sent"]
    return {**{name: quantiles[name]["seconds"] for name in QUANTILES},
            "at_least": scheduled["at_least_count"] > AT_LEAST_SHARE * scheduled["count"],
            "in_time": requests["answered"] / max(due, 1),
            "lag_p99": run["latency"]["send_lag"]["quantiles"]["p99"]["seconds"],
            "errors": requests["errors"],
            "client_short_of_cpu": run["audit"]["bottleneck"] == "CLIENT"}


def _row(protocol, name, rate, runs):
    return {"protocol": protocol, "name": name, "rate": rate, "runs": runs,
            **{key: median([run[key] for run in runs])
               for key in (*QUANTILES, "in_time", "lag_p99", "errors")},
            **{key: any(run[key] for run in runs) for key in ("at_least", "client_short_of_cpu")}}


def measure(recipes_of, arguments, chance):
    """(rows, knees): a row for each protocol and server, and the floor's knee of each protocol. All
    servers meet the same arrivals, other ones in each run."""
    edgewrk, rows, knees = Edgewrk(arguments.build, arguments.client_core), [], {}
    for protocol, recipes in recipes_of.items():
        progress(f"latency: {protocol}: the floor's knee")
        floor = next(recipe for recipe in recipes if recipe.name == "floor")
        knees[protocol] = _knee(floor, protocol, arguments, edgewrk)
        rate = arguments.fraction * knees[protocol]["knee"]
        runs = {recipe.name: [] for recipe in recipes}
        order = [(recipe, run) for recipe in recipes for run in range(arguments.latency_runs)]
        for number, (recipe, run) in enumerate(chance.sample(order, len(order)), 1):
            progress(f"latency: {protocol}: run {number} of {len(order)}")
            runs[recipe.name].append(_latency(recipe, protocol, rate, arguments.seed + run,
                                              arguments, edgewrk))
        rows += [_row(protocol, name, rate, of_server) for name, of_server in runs.items()]
    progress("")
    return rows, knees
