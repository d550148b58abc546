"""edgewrk against edgewise-serve: what one counts, the other must have counted, too."""

import json
import signal
import subprocess

from cases import case, check
from server import Server
from waiting import wait_until

SECONDS = 30


def load(env, url, *arguments, status=0):
    """Runs edgewrk for a second; answers its JSON and what it printed."""
    path = f"{env.folder}/run.json"
    done = subprocess.run([env.edgewrk, "-t2", "-c6", "-d1s", *arguments, "--json", path, url],
                          capture_output=True, check=False, timeout=SECONDS, text=True)
    check(done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    with open(path, encoding="utf-8") as file:
        return json.load(file), done.stdout


def all_answers(run):
    return run["requests"]["answered"] + run["requests"]["answered_later"]


@case("edgewrk counts as many answers as the server, for each protocol and depth")
def counts_agree(env):
    for scheme, path in (("http", "/plaintext"), ("frame", ""), ("echo", "")):
        for depth in ("1", "16"):
            with Server(env) as server:
                run, _ = load(env, server.url(scheme) + path, "-P", depth)
                requests = run["requests"]
                check(all_answers(run) == requests["sent"] > 100, requests)
                check(requests["errors"] == 0 and run["audit"]["adds_up"], run)
                counters = server.counters()
                if scheme == "http":
                    check(counters["answers_2xx"] == requests["sent"], (counters, requests))
                if scheme != "echo":
                    check(counters["frames"] == requests["sent"], (counters, requests))
                check(counters["connections_opened"] == 6 == run["opened"], counters)
                check(counters["bytes_sent"] >= requests["bytes_received"] > 0, counters)


@case("edgewrk loads a server over an AF_UNIX socket")
def over_unix(env):
    path = f"{env.folder}/s"
    with Server(env, listen=(f"http+unix://{path}",)):
        run, _ = load(env, f"http+unix://{path}:/plaintext")
        check(run["requests"]["errors"] == 0 and all_answers(run) > 100, run["requests"])
        check(run["requests"]["statuses"].keys() == {"200"}, run["requests"])


@case("edgewrk keeps a rate, constant or by chance, and says how late it was itself")
def keeps_a_rate(env):
    with Server(env) as server:
        for arrivals in ("constant", "poisson"):
            run, text = load(env, server.url("http") + "/plaintext", "-R1000", "-L", "--arrivals",
                             arrivals)
            sent = run["requests"]["sent"]
            check(abs(sent - 1000) <= (10 if arrivals == "constant" else 200), sent)
            check(run["latency"]["send_lag"]["count"] == sent, run["latency"]["send_lag"])
            check(run["latency"]["scheduled"]["mean"] >= run["latency"]["raw"]["mean"], text)
            check("Detailed Percentile spectrum:" in text, text)


@case("edgewrk replaces connections, pauses, ramps up and warms up as it is told")
def shapes(env):
    with Server(env) as server:
        url = server.url("http") + "/plaintext"
        run, _ = load(env, url, "--churn", "10")
        requests = run["requests"]
        check(requests["errors"] == 0, requests)
        check(abs(requests["connected"] - requests["sent"] / 10) <= 6, requests)
        run, _ = load(env, url, "--think", "100ms")
        check(run["requests"]["sent"] <= 6 * 11, run["requests"])
        check(run["audit"]["bottleneck"] == "NEITHER", run["audit"])
        run, _ = load(env, url, "--ramp-up", "500ms", "--warmup", "600ms")
        check(run["requests"]["connected"] == 6, run["requests"])
        check(run["requests"]["errors"] == 0, run["requests"])


@case("edgewrk sends bodies, headers and other methods")
def other_requests(env):
    with Server(env) as server:
        url = server.url("http")
        run, _ = load(env, url + "/echo", "--body", "x" * 100000)
        check(run["requests"]["errors"] == 0 and all_answers(run) > 10, run["requests"])
        check(run["requests"]["bytes_received"] > 100000 * 10, run["requests"])
        run, _ = load(env, url + "/plaintext", "--method", "HEAD")
        check(run["requests"]["statuses"].keys() == {"200"}, run["requests"])
        run, _ = load(env, url + "/plaintext", "-H", "Connection: close")
        check(run["requests"]["connected"] >= all_answers(run) > 10, run["requests"])
        run, text = load(env, url + "/none", status=1)
        check("Non-2xx or 3xx responses: " in text and "404: " in text, text)


@case("edgewrk keeps objectives and reports what the server cost")
def objectives(env):
    with Server(env) as server:
        url = server.url("http") + "/plaintext"
        pid = str(server.process.pid)
        run, text = load(env, url, "--assert", "p99<10s", "--assert", "rate>1", "--server-pid", pid)
        check([one["kept"] for one in run["objectives"]] == [True, True], text)
        check(1e-7 < run["server"]["cpu_per_request"] < 1e-2, run["server"])
        check(run["server"]["memory_after"] > 1e6, run["server"])
        run, text = load(env, url, "--assert", "p50<1ns", status=1)
        check("Objective p50<1ns: MISSED" in text, text)
        load(env, server.url("http") + "/none", "--assert", "errors<=100%", status=0)


@case("edgewrk --beside runs clients of bad manners, and what became of them is in the report")
def company(env):
    with Server(env) as server:
        run, text = load(env, server.url("http") + "/plaintext", "-R300", "--beside", "vanish:20",
                         "--beside", "half-close:5", "--beside", "idle:50")
        check(run["requests"]["errors"] == 0 and run["audit"]["adds_up"], text)
        vanish, half_close, idle = run["company"]["kinds"]
        check(vanish["opened"] > 20 and not any(vanish["closed_by_server"].values()), vanish)
        check(half_close["half_close"]["complete"] > 5, half_close)
        check(half_close["half_close"]["incomplete"] == 0, half_close)
        check(idle["opened"] == idle["answers"] == idle["open_at_end"] == 50, idle)
        check("Beside, vanish:20: opened " in text, text)
        opened = 6 + sum(kind["opened"] for kind in run["company"]["kinds"])
        connecting = sum(kind["connecting_at_end"] for kind in run["company"]["kinds"])
        wait_until(lambda: server.counters()["connections_opened"] >= opened,
                   f"the server has accepted all {opened}")
        accepted = server.counters()["connections_opened"]
        check(accepted <= opened + connecting, (accepted, opened, connecting))


@case("edgewrk says in one line what is wrong, and exits with 2")
def one_line(env):
    with Server(env) as server:
        url = server.url("http")
    for arguments, says in ((["-s", "a.lua", url], "--script: Lua is not run here"),
                            ([url], "unable to connect to 127.0.0.1"),
                            (["-c0", url], "--connections"), ([], "there is no URL"),
                            (["--beside", "rude", url], "rude"),
                            (["--sweep", "-R5", url], "--sweep chooses the rates itself"),
                            (["--vs", "frame://127.0.0.1:1", url], "the same protocol"),
                            (["--server-pid", "999999999", url], "there is no process"),
                            (["http://no-such-host.invalid/"], "unable to resolve")):
        done = subprocess.run([env.edgewrk, *arguments], capture_output=True, check=False,
                              timeout=SECONDS, text=True)
        check(done.returncode == 2, done)
        check(says in done.stderr and done.stderr.count("\n") == 1, done)


@case("edgewrk that is interrupted reports what it has measured until then")
def interrupted(env):
    with Server(env) as server:
        path = f"{env.folder}/run.json"
        process = subprocess.Popen(
            [env.edgewrk, "-d60s", "--json", path, server.url("http") + "/plaintext"],
            stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        wait_until(lambda: server.counters()["frames"] > 100, "the load has begun")
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=SECONDS)
        check(process.returncode == 0 and "Requests/sec:" in text, text)
        with open(path, encoding="utf-8") as file:
            run = json.load(file)
        check(run["interrupted"] and 0 < run["seconds"] < 20, run["seconds"])
        check(run["audit"]["adds_up"], run["requests"])
