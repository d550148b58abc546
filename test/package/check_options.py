#!/usr/bin/env python3
"""Manual pages and shell completions say of options what --help does, no more and no less.

Broken on purpose, and seen to fail: a name or default misspelt in a page and in each completion.

usage: check_options.py --source CHECKOUT [--junit FILE] PROGRAM...
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import options  # noqa: E402  (the path comes first)
from junit import Report, Skip  # noqa: E402


def need(program):
    if not shutil.which(program):
        raise Skip(f"there is no {program} here")


def same(what, wanted, found):
    assert wanted == found, (f"{what}: --help has {sorted(wanted - found)} besides,"
                             f" and has no {sorted(found - wanted)}")


class Program:
    """One of ours, and the files that are about it."""

    def __init__(self, source, path):
        self.name = os.path.basename(path)
        self.help = options.HELP[self.name](options.said_by(path))
        assert len(self.help.long) > 25, f"--help was not understood: {self.help.long}"
        self.page = f"{source}/docs/man/{self.name}.1"
        self.completion = f"{source}/docs/package/completion/{self.name}"

    def the_manual_page_has_its_options(self):
        page = options.manual(self.page)
        same("options", self.help.long, page.long)
        same("letters", self.help.short, page.short)
        same("options with a value", self.help.values, page.values)
        same("defaults", set(self.help.defaults.items()),
             {item for item in page.defaults.items() if self.help.defaults})

    def the_manual_page_is_well_formed(self):
        need("mandoc")
        said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", self.page], text=True,
                              capture_output=True, check=False)
        assert said.returncode == 0 and not said.stdout, said.stdout

    def bash_completes_its_options(self):
        found = options.bash(self.name, self.completion + ".bash")
        same("options", self.help.long, found.long)
        if self.name == "edgewrk":
            same("letters", self.help.short, found.short)

    def zsh_completes_its_options(self):
        need("zsh")
        found = options.zsh(options.zsh_rows(self.completion + ".zsh"))
        same("options", self.help.long, found.long)
        same("letters", self.help.short, found.short)
        same("options with a value", self.help.values, found.values)

    def fish_has_its_options(self):
        found = options.fish(self.name, self.completion + ".fish")
        same("options", self.help.long, found.long)
        same("letters", self.help.short, found.short)
        same("options with a value", self.help.values, found.values)

    def fish_completes_its_options(self):
        need("fish")
        same("options", self.help.long, options.fish_offers(self.name, self.completion + ".fish"))

    def cases(self):
        return [self.the_manual_page_has_its_options, self.the_manual_page_is_well_formed,
                self.bash_completes_its_options, self.zsh_completes_its_options,
                self.fish_has_its_options, self.fish_completes_its_options]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report there")
    parser.add_argument("programs", nargs="+")
    arguments = parser.parse_args()
    report = Report("options")
    for path in arguments.programs:
        program = Program(arguments.source, path)
        for case in program.cases():
            report.judge(case, f"{program.name}: {case.__name__.replace('_', ' ')}")
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
