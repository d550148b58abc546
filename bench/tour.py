"""Starts edgewise-serve, shows it to the clients that people know, and loads it for a minute.

usage: tour.py [--build FOLDER]
"""

import argparse
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCHEMES = ("http", "frame", "echo", "line")
LOAD_SECONDS = 6


class Tour:
    def __init__(self, build):
        self.build = pathlib.Path(build)
        self.rows = []  # (what, requests a second, p50, p99, p99.9, CPU of a request)
        self.folder = tempfile.mkdtemp(prefix="edgewise-")
        self.unix = os.path.join(self.folder, "echo.sock")
        self.server = None

    def program(self, name):
        found = sorted(path for path in self.build.rglob(name) if os.access(path, os.X_OK)
                       and path.is_file())
        if not found:
            sys.exit(f"error: no {name} under {self.build}; build it first (bench/run does)")
        return str(found[0])

    def start(self):
        words = [self.program("edgewise-serve")]
        for scheme in SCHEMES:
            words += ["--listen", f"{scheme}://127.0.0.1:0"]
        words += ["--listen", f"echo+unix://{self.unix}"]
        print("$ " + " ".join(["edgewise-serve", *words[1:]]))
        self.server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
        self.urls = {}
        for _ in range(len(SCHEMES) + 1):
            line = self.server.stdout.readline().strip()
            if not line.startswith("listening on "):
                sys.exit(f"error: the server did not start: {line}{self.server.stderr.read()}")
            print(line)
            url = line.split()[-1]
            self.urls[url.split("://")[0]] = url

    def stop(self):
        """SIGTERM; the exit code, after the counters that it printed."""
        self.server.send_signal(signal.SIGUSR1)
        self.server.send_signal(signal.SIGTERM)
        try:
            _, said = self.server.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            self.server.kill()
            _, said = self.server.communicate()
        return self.server.returncode, said

    def clean_up(self):
        if self.server and self.server.poll() is None:
            self.server.kill()
            self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def show_curl(self):
        url = self.urls["http"]
        for path, *options in (("/",), ("/plaintext", "-i"), ("/echo", "-d", "said and echoed"),
                               ("/nowhere", "-o", "/dev/null", "-w", "%{http_code}")):
            words = ["curl", "-s", "--max-time", "10", *options, url + path]
            print("\n$ " + shlex.join(words), flush=True)
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            print(done.stdout.replace("\r", "").rstrip())
            if done.returncode != 0:
                raise RuntimeError(f"curl failed with {done.returncode}")

    def show_frames(self):
        host, port = self.urls["frame"].split("://")[1].rsplit(":", 1)
        print("\nframes: a 4-byte big-endian length, then as many bytes")
        with socket.create_connection((host, int(port)), 10) as peer:
            stream = peer.makefile("rb")
            for payload in (b"a first frame", b"", os.urandom(1 << 20)):
                peer.sendall(struct.pack(">I", len(payload)) + payload)
                (size,) = struct.unpack(">I", stream.read(4))
                if stream.read(size) != payload:
                    raise RuntimeError("a frame came back changed")
                print(f"  sent {len(payload)} bytes, the same {size} came back")

    def edgewrk(self, scheme, *flags, title):
        """One run of edgewrk on 64 connections; its JSON, with a row for the table."""
        path = os.path.join(self.folder, "run.json")
        url = self.urls[scheme] + ("/plaintext" if scheme == "http" else "")
        words = [self.program("edgewrk"), "-t1", "-c64", f"-d{LOAD_SECONDS}s", *flags,
                 "--server-pid", str(self.server.pid)]
        print("\n$ " + shlex.join(["edgewrk", *words[1:], url]), flush=True)
        try:
            done = subprocess.run([*words, "--json", path, url], check=False)
            if done.returncode != 0:
                raise RuntimeError(f"edgewrk was not content: exit {done.returncode}")
            with open(path, encoding="utf-8") as file:
                run = json.load(file)
        finally:
            if os.path.exists(path):
                os.unlink(path)
        latency = run["latency"].get("scheduled", run["latency"]["raw"])["quantiles"]
        self.rows.append((title, run["rate"], *(f"{latency[name]['seconds'] * 1e6:,.0f}"
                                                for name in ("p50", "p99", "p99.9")),
                          f"{run['server']['cpu_per_request'] * 1e6:.2f}"))
        return run

    def load(self, scheme, depth):
        return self.edgewrk(scheme, f"-P{depth}", title=f"{scheme}, {depth} in flight")

    def load_at_rate(self, most, report):
        """At half of what a closed loop brought; the page is of this run."""
        rate = f"{most / 2:.0f}"
        self.edgewrk("http", f"-R{rate}", "--report", report,
                     title=f"http, {int(rate):,} a second, by schedule")

    def load_by_wrk(self):
        """The same load by a client that is none of ours."""
        words = ["wrk", "-t1", "-c64", f"-d{LOAD_SECONDS}s", "--latency",
                 self.urls["http"] + "/plaintext"]
        print("\n$ " + shlex.join(words), flush=True)
        report = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        print(report.rstrip())
        if "Socket errors" in report or "Non-2xx" in report:
            raise RuntimeError("wrk saw errors")
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", report).group(1))
        p50, p99 = (re.search(rf"^ +{percent}% +([\d.]+)([mu]?s)", report, re.M)
                    for percent in (50, 99))
        self.rows.append(("http, 1 in flight, by wrk", rate, f"{self.microseconds(p50):,.0f}",
                          f"{self.microseconds(p99):,.0f}", "-", "-"))

    @staticmethod
    def microseconds(match):
        return float(match.group(1)) * {"us": 1, "ms": 1e3, "s": 1e6}[match.group(2)]

    def table(self):
        lines = [f"{'64 connections, one thread of the server':38} {'requests/s':>11}"
                 f" {'p50 us':>8} {'p99 us':>8} {'p99.9 us':>9} {'CPU us/request':>15}"]
        lines += [f"{what:38} {rate:11,.0f} {p50:>8} {p99:>8} {p999:>9} {cpu:>15}"
                  for what, rate, p50, p99, p999, cpu in self.rows]
        return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=str(ROOT / "build"), help="build folder")
    arguments = parser.parse_args()
    # So that being told to stop runs the clean-up below, like an interrupt does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, lambda number, _: sys.exit(128 + number))
    results = pathlib.Path(arguments.build) / "results"
    results.mkdir(exist_ok=True)
    tour = Tour(arguments.build)
    try:
        tour.start()
        tour.show_curl()
        tour.show_frames()
        most = tour.load("http", 1)["rate"]
        tour.load_by_wrk()
        tour.load("http", 16)
        for scheme in ("frame", "echo"):
            for depth in (1, 16):
                tour.load(scheme, depth)
        tour.load_at_rate(most, str(results / "report.html"))
        code, said = tour.stop()
    finally:
        tour.clean_up()
    print("\nThe server's counters at the end, by SIGUSR1 (those that are not 0):")
    print("\n".join("  " + line for line in said.splitlines() if not line.endswith(" 0")))
    print(f"SIGTERM: exit code {code}\n\n{tour.table()}")
    (results / "tour.txt").write_text(tour.table() + "\n", encoding="utf-8")
    return 0 if code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
