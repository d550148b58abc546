"""What a polite client sees beside company of bad manners: greedy connections, an accept storm."""

import json
import subprocess

from servers import MeasureError, find_program, pin_to

POLITE_RATE = 300
POLITE_CONNECTIONS = 4
STORM = 50
RUN_SECONDS_MAX = 60


def _last_json(words, core):
    """What a program of ours printed as JSON, whatever its exit code thinks of the result."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, preexec_fn=pin_to(core),
                          timeout=RUN_SECONDS_MAX)
    begin = done.stdout.find("\n{") + 1 if not done.stdout.startswith("{") else 0
    try:
        return json.JSONDecoder().raw_decode(done.stdout[begin:])[0]
    except json.JSONDecodeError as error:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise MeasureError(f"{words[0]}: {said[-1] if said else 'it said nothing'}") from error


def beside_greedy(recipe, arguments):
    """4 polite connections with 300 echoes a second beside 100 connections with 4 x 100 KB in
    flight each."""
    with recipe.server("echo", arguments.server_core) as server:
        run = _last_json([find_program(arguments.build, "edgewise-load"), "--fair", "--duration",
                          arguments.duration, "--warmup", 0.5, "--patience", 10, server.url],
                         arguments.client_core)
    keys = ("p50_ms", "p99_ms", "p99.9_ms", "max_ms", "unanswered", "greedy_mb_per_s", "complaint")
    return {key: run[key] for key in keys}


def has_company(build):
    """Whether the edgewrk that is built has the flag."""
    done = subprocess.run([find_program(build, "edgewrk"), "--help"], stdout=subprocess.PIPE,
                          text=True)
    return "--beside" in done.stdout


def _polite(server, arguments, *more):
    path = "/plaintext" if server.protocol == "http" else ""
    return _last_json([find_program(arguments.build, "edgewrk"), "-t", 1, "-c", POLITE_CONNECTIONS,
                       "-R", POLITE_RATE, "-d", f"{arguments.duration:g}s", "--warmup", "500ms",
                       "--json", "-", *more, server.url + path], arguments.client_core)


def _scheduled_ms(run, name):
    return run["latency"]["scheduled"]["quantiles"][name]["seconds"] * 1e3


def beside_storm(recipe, protocol, arguments):
    """4 polite connections with 300 requests a second, due at fixed times, beside connections that
    are opened and closed at once, 50 at a time, as fast as that goes. "alone_p99_ms" is without
    them: what the machine itself does to the polite client."""
    if not has_company(arguments.build):
        raise MeasureError("edgewrk has no --beside")
    with recipe.server(protocol, arguments.server_core) as server:
        alone = _polite(server, arguments)
        run = _polite(server, arguments, "--beside", f"vanish:{STORM}")
    storm = run["company"]["kinds"][0]
    row = {f"{name}_ms": _scheduled_ms(run, name) for name in ("p50", "p99", "p99.9")}
    row.update(max_ms=run["latency"]["scheduled"]["max"] * 1e3,
               alone_p99_ms=_scheduled_ms(alone, "p99"),
               errors=run["requests"]["errors"],
               unanswered=run["requests"]["in_flight"] + run["requests"]["never_sent"],
               storm_per_s=storm["opened"] / run["company"]["seconds"],
               storm_refused=storm["refused"], storm_failed_here=storm["failed_here"],
               client_short_of_cpu=run["audit"]["bottleneck"] == "CLIENT")
    return row
