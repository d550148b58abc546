#!/usr/bin/env python3
"""The Debian packaging fits the tree, and the systemd unit is a sandbox.

Broken on purpose, and seen to fail: ProtectSystem taken out, a stop after 5 s, a value misspelt,
another name of the library's package, another license.

usage: check_debian.py --source CHECKOUT --version VERSION --soversion X.Y
                       [--program edgewise-serve] [--junit FILE]
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from junit import Report, Skip  # noqa: E402  (the path comes first)

EXPOSURE_TENTHS_MAX = 20  # of what `systemd-analyze security` calls exposure: 0 to 100 tenths


def text_of(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def systemd_analyze(*arguments):
    if not shutil.which("systemd-analyze"):
        raise Skip("there is no systemd-analyze here")
    done = subprocess.run(["systemd-analyze", *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if "unrecognized option" in done.stdout:
        raise Skip("this systemd-analyze cannot judge a file")
    return done


class Packaging:
    """docs/package, and what the build says of itself."""

    def __init__(self, arguments):
        self.debian = os.path.join(arguments.source, "docs/package/debian")
        self.unit = os.path.join(arguments.source,
                                 "docs/package/systemd/edgewise-serve.service")
        self.soversion, self.program = arguments.soversion, arguments.program
        self.version = arguments.version
        self.source = arguments.source

    def the_library_package_has_the_name_of_the_library(self):
        name = "libedgewise" + self.soversion
        packages = re.findall(r"^Package: (.*)$", text_of(self.debian, "control"), re.MULTILINE)
        assert packages == [name, "libedgewise-dev", "edgewise-tools"], packages
        named = {file.removesuffix(".install") for file in os.listdir(self.debian)
                 if file.endswith(".install")}
        assert named == set(packages), named

    def the_license_is_the_one_of_the_tree(self):
        stated = re.sub(r"^ \.$|^ ", "", text_of(self.debian, "copyright"), flags=re.MULTILINE)
        head, _, rest = text_of(self.source, "LICENSE").partition("Permission is")
        assert rest.strip() in stated, "debian/copyright has another text than LICENSE"
        holder = re.search(r"Copyright \(c\) (.*)", head).group(1)
        assert f"Copyright: {holder}\n" in stated, f"{holder} is not the holder there"

    def the_changelog_has_this_version(self):
        assert f"\n## {self.version}" in text_of(self.source, "CHANGELOG.md"), self.version

    def the_unit_is_well_formed(self):
        """With a program that is there in the place of the one that will be."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "edgewise-serve.service")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text_of(self.unit).replace("/usr/bin/edgewise-serve",
                                                      self.program or sys.executable))
            done = systemd_analyze("verify", "--man=no", path)
        ours = [line for line in done.stdout.split("\n") if "edgewise-serve" in line]
        assert done.returncode == 0 and not ours, done.stdout

    def the_unit_is_a_sandbox(self):
        done = systemd_analyze("security", "--offline=true", f"--threshold={EXPOSURE_TENTHS_MAX}",
                               "--no-pager", self.unit)
        assert done.returncode == 0, done.stdout
        print(done.stdout.strip().split("\n")[-1])

    def the_unit_lets_it_serve_files(self):
        """Both forbid openat2, and were seen to."""
        unit = text_of(self.unit)
        assert "\nRestrictSUIDSGID=" not in unit and "\nDynamicUser=" not in unit, unit
        user = re.search(r"^User=(.*)$", unit, re.MULTILINE).group(1)
        assert text_of(self.debian, "edgewise-tools.sysusers").startswith(f"u {user} "), user

    def the_unit_lets_it_drain(self):
        """systemd must not kill what is still within its --drain_timeout."""
        unit = dict(re.findall(r"^(\w+)=(.*)$", text_of(self.unit), re.MULTILINE))
        source = text_of(self.source, "bench/serve/serve_flags.cc")
        drain = int(re.search(r"drain_timeout, absl::Seconds\((\d+)\)", source).group(1))
        limit = int(unit["TimeoutStopSec"])
        assert limit > drain, f"killed after {limit} s, and it drains for {drain}"
        assert unit["KillSignal"] == "SIGTERM" and "ExecReload" not in unit, unit

    def cases(self):
        return [self.the_library_package_has_the_name_of_the_library,
                self.the_license_is_the_one_of_the_tree, self.the_changelog_has_this_version,
                self.the_unit_is_well_formed, self.the_unit_is_a_sandbox,
                self.the_unit_lets_it_serve_files, self.the_unit_lets_it_drain]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--soversion", required=True)
    parser.add_argument("--program")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report there")
    arguments = parser.parse_args()
    report = Report("debian")
    for case in Packaging(arguments).cases():
        report.judge(case)
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
