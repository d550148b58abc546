"""Runs clang-tidy, as .clang-tidy has it, over the sources of reactor/ and handlers/.

usage: clang_tidy.py --root CHECKOUT --build FOLDER [--jobs N]
FOLDER has a compile_commands.json, best made with clang++. Exit 77: not the version that judges.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

VERSION = "14"  # Debian 12's. Others know other checks, and would find other things.


def program():
    for name in (f"clang-tidy-{VERSION}", "clang-tidy"):
        path = shutil.which(name)
        if path and f"version {VERSION}." in subprocess.run(
                [path, "--version"], capture_output=True, text=True, check=False).stdout:
            return path
    return None


def sources(root, build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as commands:
        entries = json.load(commands)
    paths = {os.path.realpath(os.path.join(entry["directory"], entry["file"])) for entry in entries}
    ours = tuple(os.path.join(os.path.realpath(root), folder, "") for folder in
                 ("reactor", "handlers"))
    return sorted(path for path in paths if path.startswith(ours))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    judge = program()
    if judge is None:
        print(f"skipped: no clang-tidy {VERSION} here")
        return 77
    files = sources(arguments.root, arguments.build)
    if not files:
        print(f"no sources of reactor/ or handlers/ in {arguments.build}/compile_commands.json")
        return 1

    def check(path):
        run = subprocess.run([judge, "--quiet", "-p", arguments.build, path],
                             capture_output=True, text=True, check=False)
        return path, run.returncode, run.stdout + run.stderr

    wrong = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for path, status, output in pool.map(check, files):
            name = os.path.relpath(path, os.path.realpath(arguments.root))
            print(f"{'FAILED' if status else 'clean'}: {name}", flush=True)
            if status:
                wrong += 1
                print(re.sub(r"\d+ warnings? (generated|treated as errors?).*\n", "", output))
    print(f"{len(files)} files, {wrong} with findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
