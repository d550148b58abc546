"""What a polite client sees beside company of bad manners: greedy connections, an accept storm.

Each is run several times; a row has the medians of the runs, and the best and the worst p99.
"""

import finding  # noqa: F401
from load import Edgewrk, Load
from servers import MeasureError
from stats import median

GREEDY = 100
STORM = 50
POLITE_CONNECTIONS = 4
POLITE_RATE = 300
# Beside a storm that takes four seconds: as many requests as beside the greedy ones.
STORM_RATE = 1000
STORM_SECONDS = 4
QUANTILES = ("p50", "p99", "p99.9")


def beside_greedy_echo(recipe, arguments):
    """One run: 4 polite connections with 300 echoes a second, due at fixed times, beside 100
    connections with 4 x 100 KB in flight each."""
    with recipe.server("echo", arguments.server_core) as server:
        run = Load(arguments.build, arguments.client_core).run(
            server, "--fair", "--duration", arguments.duration, "--warmup", 0.5, "--patience", 10)
    if run["complaint"]:
        raise MeasureError(f"the polite client gave up: {run['complaint']}")
    row = {f"{name}_ms": run[f"{name}_ms"] for name in (*QUANTILES, "max")}
    return {**row, "unanswered": run["unanswered"], "greedy_mb_per_s": run["greedy_mb_per_s"]}


def _polite(recipe, protocol, arguments, rate, seconds, beside):
    """One run of edgewrk as the polite client, on a server of its own."""
    with recipe.server(protocol, arguments.server_core) as server:
        return Edgewrk(arguments.build, arguments.client_core).run(
            server, "-t1", f"-c{POLITE_CONNECTIONS}", f"-R{rate}", f"-d{seconds:g}s", "--warmup",
            "500ms", *(["--beside", beside] if beside else []))


def _row(run):
    scheduled, requests = run["latency"]["scheduled"], run["requests"]
    row = {f"{name}_ms": scheduled["quantiles"][name]["seconds"] * 1e3 for name in QUANTILES}
    return {**row, "max_ms": scheduled["max"] * 1e3, "errors": requests["errors"],
            "unanswered": requests["in_flight"] + requests["never_sent"],
            "client_short_of_cpu": run["audit"]["bottleneck"] == "CLIENT"}


def beside_greedy_http(recipe, arguments):
    """One run: the same polite client with requests, beside 100 connections that keep 64 requests
    in flight each."""
    run = _polite(recipe, "http", arguments, POLITE_RATE, arguments.duration, f"greedy:{GREEDY}")
    greedy = run["company"]["kinds"][0]
    return {**_row(run), "greedy_mb_per_s": greedy["bytes_received"] / run["company"]["seconds"]
            / 1e6}


def beside_storm(recipe, protocol, arguments):
    """One run: 4 polite connections with 1,000 requests a second, beside connections that are
    opened and closed at once, 50 at a time, as fast as that goes."""
    run = _polite(recipe, protocol, arguments, STORM_RATE, STORM_SECONDS, f"vanish:{STORM}")
    storm = run["company"]["kinds"][0]
    return {**_row(run), "storm_per_s": storm["opened"] / run["company"]["seconds"],
            "storm_refused": storm["refused"], "storm_failed_here": storm["failed_here"]}


def alone(recipe, protocol, arguments):
    """The same polite client without any company: what the machine itself does to it."""
    return _row(_polite(recipe, protocol, arguments, STORM_RATE, STORM_SECONDS, None))


def median_of(runs):
    """One row of several: medians, and the best and the worst p99."""
    row = {key: median([run[key] for run in runs]) for key in runs[0]
           if not isinstance(runs[0][key], bool)}
    row.update(runs=len(runs), p99_best_ms=min(run["p99_ms"] for run in runs),
               p99_worst_ms=max(run["p99_ms"] for run in runs),
               client_short_of_cpu=any(run.get("client_short_of_cpu") for run in runs))
    return row
