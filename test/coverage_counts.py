"""What gcov counted in one build folder, put together line by line.

The rules, which decide what the numbers of test/coverage mean:

- A line counts if g++ made code of it (at -O0), and is covered if any copy of that code ran: in any
  program, in any instantiation. Lines of braces alone do not count: destructors stand there.
- Functions in headers that nobody calls count as well: all headers are compiled once more with
  -fkeep-inline-functions. Templates that nobody instantiates are not seen, nor is what the
  preprocessor leaves out on this machine.
- A branch is one way out of a condition: of `if`, `?:`, `&&`, `||`, a loop or a `switch`. (A whole
  `a || b` is tested once more after its parts, as -O0 has it; gcov shows no difference.)
- The two ways out of a call, to return and to throw, are no branches. g++ gives them to every call
  that is not noexcept; and to count each return as a branch taken would flatter. What catches an
  exception is lines, and those count.
- A check that holds (EDGEWISE_CHECK) is a condition like any other. Its failure is a branch, taken
  where a test lets a child process die of it, and counted as missed where none does.
- Copies of a line (templates, constructors of one class, a header in several programs) are added
  up where they have equally many branches; copies of another shape count by themselves.
"""

import collections
import concurrent.futures
import json
import os
import re
import shlex
import subprocess

BRACES_ONLY = re.compile(r"[\s{}();,]*(//.*)?")


class Unreadable(Exception):
    """gcov cannot make sense of what a build folder has."""


class Line:
    """What became of one line of source."""

    def __init__(self):
        self.runs = 0
        self._shapes = {}  # how many branches a copy has -> how often each was taken

    def add(self, runs, branches):
        self.runs += runs
        if branches:
            sums = self._shapes.setdefault(len(branches), [0] * len(branches))
            for index, taken in enumerate(branches):
                sums[index] += taken

    def branches(self):
        return [taken for sums in self._shapes.values() for taken in sums]

    def branches_missed(self):
        return self.branches().count(0)


def conditions(branches):
    """How often each branch was taken, without the two ways out of calls."""
    counts = []
    for branch in branches:
        if not branch["throw"]:
            counts.append(branch["count"])
        elif counts:
            counts.pop()  # the return of the same call: gcov names it first
    return counts


def path_below(root, folder, name):
    """The path below `root` of a file that gcov names as seen from `folder`, or None."""
    path = os.path.relpath(os.path.realpath(os.path.join(folder, name)), os.path.realpath(root))
    return None if path.startswith("..") else path


def add_document(document, root, under, files):
    """Adds what the notes of one object say to `files`: path -> line number -> Line."""
    for file in document["files"]:
        path = path_below(root, document["current_working_directory"], file["file"])
        if path is None or not path.startswith(under):
            continue
        for line in file["lines"]:
            files[path][line["line_number"]].add(line["count"], conditions(line["branches"]))


def run_gcov(gcov, notes):
    """The documents of one object; if it never ran, its counts are zeros."""
    run = subprocess.run([gcov, "--branch-probabilities", "--json-format", "--stdout", notes],
                         cwd=os.path.dirname(notes), capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise Unreadable(f"{notes}: {run.stderr.strip()} (was it compiled after the tests ran?)")
    return [json.loads(text) for text in run.stdout.splitlines() if text.strip()]


def compile_commands(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as commands:
        return json.load(commands)


def notes_of(build):
    """The notes of the objects that this build folder has now, not of all that it ever had."""
    candidates = [os.path.join(build, os.path.splitext(command["output"])[0] + ".gcno")
                  for command in compile_commands(build)]
    return [path for path in candidates if os.path.exists(path)]


def compile_headers(build, root, under):
    """Compiles every header with all of its functions, called or not; the notes of that."""
    source = os.path.join(os.path.abspath(build), "all_headers.cc")
    headers = sorted(os.path.relpath(os.path.join(folder, name), root)
                     for top in under for folder, _, names in os.walk(os.path.join(root, top))
                     for name in names if name.endswith(".h"))
    with open(source, "w", encoding="utf-8") as out:
        out.writelines(f'#include "{header}"\n' for header in headers)
    like = next(command for command in compile_commands(build)
                if command["file"].endswith("reactor/reactor.cc"))
    arguments = shlex.split(like["command"])
    for option in ("-o", "-c", "-MF", "-MQ"):
        at = arguments.index(option)
        del arguments[at:at + 2]
    notes = source.replace(".cc", ".gcno")
    subprocess.run([*arguments, "-fkeep-inline-functions", "-o", notes.replace(".gcno", ".o"), "-c",
                    source], cwd=build, check=True)
    return notes


def without_braces(lines, text):
    """`lines` without those of which people wrote nothing but braces."""
    source = text.splitlines()
    return {number: line for number, line in lines.items()
            if number <= len(source) and not BRACES_ONLY.fullmatch(source[number - 1])}


def collect(build, root, under, gcov, jobs):
    """What was counted below the folders `under`, a tuple: path -> line number -> Line."""
    files = collections.defaultdict(lambda: collections.defaultdict(Line))
    build = os.path.abspath(build)
    notes = [*notes_of(build), compile_headers(build, root, under)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        for documents in pool.map(lambda one: run_gcov(gcov, one), notes):
            for document in documents:
                add_document(document, root, under, files)
    counted = {}
    for path, lines in sorted(files.items()):
        with open(os.path.join(root, path), encoding="utf-8") as text:
            counted[path] = without_braces(lines, text.read())
    return {path: lines for path, lines in counted.items() if lines}
