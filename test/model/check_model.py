"""Has spin go through every interleaving of the mailbox's sleep and wake: see mailbox.pml.

The model as it is has to hold in each of its sizes, and no statement of it may be out of reach.
Each mistake that it can be compiled with has to be found, by the name of what it breaks.
Exit 77: no spin here.

usage: check_model.py [--junit FILE]
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from junit import Report  # noqa: E402

FOLDER = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(FOLDER, "mailbox.pml")
DEPTH_MAX = 100_000  # steps; a search that comes to it is not complete, and is refused
SECONDS_MAX = 120    # for one search; all of them take about ten


@dataclass(frozen=True)
class Variant:
    """One model: the mailbox as it is, or with a mistake that has to be found."""
    name: str
    flags: tuple = ()     # what spin's preprocessor is given
    sizes: tuple = (2, 2, 1)  # posters, posts of each, stoppers
    breaks: str = ""      # the property that the mistake breaks; none: the model has to hold

    def is_live(self):
        return "LIVENESS" in self.flags

    def defines(self):
        named = zip(("POSTERS", "POSTS", "STOPPERS", "OTHERS"), self.sizes + (1,))
        return [f"-D{flag}" for flag in self.flags] + [f"-D{name}={size}" for name, size in named]


RIGHT = [
    Variant("two posters of two tasks, and a Stop"),
    Variant("three posters, and a Stop", sizes=(3, 1, 1)),
    Variant("two posters, and two Stops", sizes=(2, 1, 2)),
    Variant("a foreign loop, two posters, and two Stops", ("FOREIGN_LOOP",), (2, 1, 2)),
    Variant("it comes to rest", ("LIVENESS",), (2, 1, 1)),
    Variant("a foreign loop comes to rest", ("FOREIGN_LOOP", "LIVENESS"), (2, 1, 1)),
]

# The mistake -> the property that it breaks.
MISTAKES = {
    "POST_LOOKS_BEFORE_PUSH": "every_task_was_run",
    "POST_WAKES_BEFORE_PUSH": "every_task_was_run",
    "POST_COUNTS_AFTER_UNLOCK": "no_task_was_taken_uncounted",
    "WAKE_STORES": "one_notification_for_a_sleep",
    "WAKE_CLEARS_LAST": "every_task_was_run",
    "SLEEP_LOOKS_BEFORE_FLAG": "every_task_was_run",
    "SLEEP_DOES_NOT_LOOK": "every_task_was_run",
    "AWAKE_BEFORE_WAIT": "every_task_was_run",
    "SWAP_UNCOUNTS_BATCH": "every_task_was_run",
    "EVENTFD_IS_READ_LATE": "every_task_was_run",
    "EVENTFD_FILLS_UP": "every_task_was_run",
    "WAKEUP_IS_NOT_KEPT": "every_task_was_run",
    "STOP_IS_NOT_COUNTED": "every_stop_ended_a_run",
    "RUN_KEEPS_INTERRUPTION": "comes_to_rest",
    "POLL_TIMEOUT_IS_NOT_ASKED": "every_task_was_run",
}
# What else a mistake needs to show.
ALONGSIDE = {
    "RUN_KEEPS_INTERRUPTION": ("LIVENESS",),
    "POLL_TIMEOUT_IS_NOT_ASKED": ("FOREIGN_LOOP",),
}
WRONG = [Variant(name, (name,) + ALONGSIDE.get(name, ()), breaks=broken)
         for name, broken in MISTAKES.items()]


@dataclass
class Search:
    """What one run of the verifier came to."""
    output: str
    errors: int = -1
    states: int = 0
    depth: int = 0
    violation: str = ""
    is_complete: bool = False
    unreached: dict = field(default_factory=dict)  # (process, number of the state) -> text
    trail: str = ""  # the steps that lead to the violation
    seconds: float = 0.0

    def verdict(self):
        if self.violation:
            return f"breaks {self.violation}"
        return "holds" if self.errors == 0 and self.is_complete else "nobody knows"


def parse(output):
    search = Search(output)
    found = re.search(r"depth reached (\d+), errors: (\d+)", output)
    if found:
        search.depth, search.errors = int(found.group(1)), int(found.group(2))
    found = re.search(r"^\s*(\d+) states, stored", output, re.MULTILINE)
    search.states = int(found.group(1)) if found else 0
    found = re.search(r"^pan:1: (.*?) \(at depth", output, re.MULTILINE)
    if found:
        asserted = found.group(1).removeprefix("assertion violated ")
        search.violation = "comes_to_rest" if asserted == "acceptance cycle" else asserted
    is_full = re.search(r"^Full statespace search for:", output, re.MULTILINE)
    is_cut = re.search(r"Search not completed|search depth too small|out of memory|MEMLIM", output)
    search.is_complete = bool(is_full) and not is_cut
    process = ""
    for line in output.splitlines():
        process = line.split()[-1] if line.startswith("unreached in ") else process
        found = re.match(r'\t(\S+:\d+), state (\d+), "(.*)"$', line)
        if found and found.group(3) != "-end-":
            where = os.path.basename(found.group(1))
            state = process, int(found.group(2))
            search.unreached[state] = f"{where}: {process} never does: {found.group(3)}"
    return search


def complaints(variant, search):
    """What is wrong with the outcome of a variant; nothing if it is as it has to be."""
    if search.errors < 0:
        return ["spin, the compiler or the verifier failed: " + search.output[-2000:]]
    if variant.breaks:
        if search.errors == 0:
            return [f"the mistake was not found; it has to break {variant.breaks}"]
        if search.violation != variant.breaks:
            return [f"it broke {search.violation}, but has to break {variant.breaks}"]
        return []
    if search.errors:
        return [f"{search.violation} is broken, by these steps:\n{search.trail}"]
    return [] if search.is_complete else ["the search is not complete: " + search.output[-2000:]]


def out_of_reach(searches):
    """Statements of one program that no size of it comes to."""
    return [text for state, text in searches[0].unreached.items()
            if all(state in search.unreached for search in searches)]


def run(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=SECONDS_MAX, check=False)
    return done.returncode, done.stdout


def explore(variant, compiler):
    """Makes the verifier of a variant and runs it."""
    begin = time.monotonic()
    output = trail = ""
    spin = ["spin", f"-P{shlex.join(compiler)} -E -x c", *variant.defines()]
    # A mistake is found within some thousand states, so there compiling is what takes the time.
    flags = ["-O0" if variant.breaks else "-O1", "-w"] + ([] if variant.is_live() else ["-DSAFETY"])
    limits = [f"-m{DEPTH_MAX}", "-w18" if variant.breaks else "-w22"]
    fairly = ["-a", "-f"] if variant.is_live() else []
    with tempfile.TemporaryDirectory() as folder:
        # -o3: no merging; a statement that is merged with another is never said to be unreached.
        for command in ([*spin, "-o3", "-a", MODEL], [*compiler, *flags, "-o", "pan", "pan.c"],
                        ["./pan", *limits, *fairly]):
            try:
                status, output = run(command, folder)
            except (OSError, subprocess.TimeoutExpired) as error:
                status, output = 1, str(error)
            if status != 0:
                break
        search = parse(output)
        if search.violation and not variant.breaks:
            _, trail = run([*spin, "-p", "-k", os.path.basename(MODEL) + ".trail", MODEL], folder)
    search.trail = re.sub(r"^.*proc +(\d+) \((\w+):\d+\) \S*/(\S+) \(state \d+\)\s+",
                          r"\2 \1 \3 ", trail, flags=re.MULTILINE)
    search.seconds = time.monotonic() - begin
    return search


def explore_all(variants, compiler):
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        return list(pool.map(lambda variant: explore(variant, compiler), variants))


def self_check(right, wrong):
    """Each way in which an outcome can be bad, put to the judge. `right` and `wrong` are good."""
    mistake, plain = WRONG[0], RIGHT[0]
    cut_off = "error: max search depth too small\n" + right.output
    unreached = right.output + 'unreached in proctype Poster\n\tmailbox.pml:1, state 1, "left--"\n'
    yield "a mistake that is not found fails the test", not complaints(mistake, right)
    yield "a mistake that breaks something else fails the test", not complaints(
        replace(mistake, breaks="no_such_property"), wrong)
    yield "a violation fails the test", not complaints(plain, wrong)
    yield "a search that was cut off fails the test", not complaints(plain, parse(cut_off))
    yield "a verifier that says nothing fails the test", not complaints(plain, parse(""))
    yield "a statement out of reach fails the test", not out_of_reach([parse(unreached)])
    yield "a statement that another size reaches does not", bool(
        out_of_reach([parse(unreached), replace(right, unreached={})]))


def mistakes_in_the_model():
    text = ""
    for name in ("mailbox.pml", "mailbox_steps.pml"):
        with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
            text += file.read()
    named = re.findall(r"^#ifn?def (\w+)|defined\((\w+)\)", text, re.MULTILINE)
    return {first or second for first, second in named} - {"FOREIGN_LOOP", "LIVENESS"}


def judge(report, searches):
    """Prints a line for each variant, and adds it to the report."""
    def add(name, found, said="", seconds=0.0):
        print(f"{'FAILED' if found else 'ok'}: {name}{said}")
        for complaint in found:
            print(f"  {complaint}")
        report.add(name, "failed" if found else "passed", "\n".join(found), seconds)

    for variant, search in searches.items():
        said = f"{search.verdict()}; {search.states} states, depth {search.depth}"
        add(variant.name, complaints(variant, search), f": {said}, {search.seconds:.1f} s",
            search.seconds)
    for program in ((), ("FOREIGN_LOOP",)):
        add("every statement is reached" + (" with a foreign loop" if program else ""),
            out_of_reach([searches[variant] for variant in RIGHT if variant.flags == program]))
    add("every mistake in the model is tried",
        [f"{name}: either the model or MISTAKES does not have it"
         for name in sorted(mistakes_in_the_model() ^ set(MISTAKES))])
    for name, is_bad in self_check(searches[RIGHT[0]], searches[WRONG[0]]):
        add(name, ["the judge of this test is mistaken"] if is_bad else [])


def has_spin():
    """Whether the spin on the path is the model checker: others go by that name."""
    if not shutil.which("spin"):
        return False
    said = subprocess.run(["spin", "-V"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          check=False).stdout
    return "Spin Version" in said


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    report = Report("mailbox-model")
    status = 77
    if has_spin():
        variants = RIGHT + WRONG
        compiler = shlex.split(os.environ.get("CC") or "cc")
        judge(report, dict(zip(variants, explore_all(variants, compiler))))
        print(f"{report.count('passed')} passed, {report.count('failed')} failed")
        status = 1 if report.count("failed") else 0
    else:
        print("skipped: spin, the model checker, is not installed")
        report.add("the mailbox's model", "skipped", "spin is not installed")
    if arguments.junit:
        report.write(arguments.junit)
    return status


if __name__ == "__main__":
    sys.exit(main())
