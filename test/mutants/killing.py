"""Runs the kill command, the program that walks through seeds until one fails."""

import json
import os
import signal
import subprocess
import tempfile
import threading

# A run may take so much longer than the unmutated tree would, and so many seconds more.
SLOWER_MAX = 20
SECONDS_MORE = 60
SECONDS_MAX_UNKNOWN = 3600
# Signals that no bug sends to the process it is in.
OUTSIDE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL)


class Death:
    """How a mutant died: after how many seeds, the last one included."""

    def __init__(self, seeds, scenario, what):
        self.seeds = seeds
        self.scenario = scenario
        self.what = what


class Outcome:
    """What one run of the command came to: "passed", "failed", "crashed" or "hung"."""

    def __init__(self, kind, seeds, scenario="", what=""):
        self.kind = kind
        self.seeds = seeds
        self.scenario = scenario
        self.what = what


class BadCommand(Exception):
    """It does not do what it was asked to do."""


class Killer:
    """`words` gets `--seeds N --first SEED --until-failure --json FILE` appended. It exits with 0
    if all of them passed, with 1 if one failed, and writes to FILE:

        {"seeds_run": N, "failed_seed": S, "scenario": "...", "what": "..."}

    Whatever else happens to it, short of being ended from outside, counts as a crash and kills
    too. May be used by several threads.
    """

    def __init__(self, words):
        self.words = list(words)
        self.seeds_per_second = None  # of the unmutated tree; None: not known yet
        self.lock = threading.Lock()
        self.running = set()

    def hunt(self, first, budget):
        """A Death, or None if `budget` seeds from `first` on all passed."""
        outcome = self.run(first, budget)
        if outcome.kind == "passed":
            return None
        if outcome.kind == "crashed":
            outcome.seeds = self.narrow(first, budget)
        return Death(outcome.seeds, outcome.scenario, outcome.what)

    def narrow(self, first, budget):
        """The command crashed within so many seeds and could not say in which: finds out."""
        passed, seeds = 0, 1
        while seeds < budget and self.run(first, seeds).kind == "passed":
            passed, seeds = seeds, 2 * seeds
        seeds = min(seeds, budget)
        while passed + 1 < seeds:
            middle = (passed + seeds) // 2
            if self.run(first, middle).kind == "passed":
                passed = middle
            else:
                seeds = middle
        return seeds

    def seconds_max(self, seeds):
        if self.seeds_per_second is None:
            return SECONDS_MAX_UNKNOWN
        return SECONDS_MORE + SLOWER_MAX * seeds / self.seeds_per_second

    def run(self, first, seeds):
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            command = [*self.words, "--seeds", str(seeds), "--first", str(first),
                       "--until-failure", "--json", report]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True, errors="replace",
                                       start_new_session=True, cwd=folder)
            with self.lock:
                self.running.add(process)
            try:
                output, _ = process.communicate(timeout=self.seconds_max(seeds))
            except subprocess.TimeoutExpired:
                end_group(process)
                return Outcome("hung", seeds, "", "hangs, or is very slow")
            finally:
                with self.lock:
                    self.running.discard(process)
            return judge(process.returncode, read_report(report), output, seeds)

    def stop(self):
        with self.lock:
            for process in self.running:
                end_group(process)


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def judge(status, report, output, seeds):
    run = report.get("seeds_run")
    if status == 0:
        if run != seeds:
            raise BadCommand(f"{run} seeds were run, not {seeds}, according to its report;"
                             f" it said:\n{output[-2000:]}")
        return Outcome("passed", seeds)
    if status == 1 and report.get("failed_seed") is not None:
        return Outcome("failed", int(run), str(report.get("scenario", "")),
                       first_line(str(report.get("what", ""))))
    if -status in OUTSIDE:
        raise BadCommand(f"somebody ended it by {signal.Signals(-status).name}")
    how = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    said = next((line for line in output.splitlines() if "CHECK" in line), first_line(output))
    return Outcome("crashed", seeds, str(report.get("scenario", "")), f"{how} {said}".strip())


def read_report(path):
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        return report if isinstance(report, dict) else {}
    except (OSError, ValueError):
        return {}


def first_line(text):
    return text.strip().split("\n", maxsplit=1)[0]
