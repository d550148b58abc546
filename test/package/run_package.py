#!/usr/bin/env python3
"""Installs a build into a folder by itself, and uses it as others would.

usage: run_package.py --source CHECKOUT --build FOLDER [--compiler c++] [--tools] [--shared]
                      [--static] [--junit FILE]

Broken on purpose, and seen to fail: a header, a library or the Requires of edgewise.pc missing, a
floor installed, a header that asks for NDEBUG.

--tools, --shared and --static say what the build was set up with: the programs, which libraries.
"""

import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import headers  # noqa: E402  (the path comes first)
import projects  # noqa: E402
from installed import Installed  # noqa: E402
from junit import Report, Skip  # noqa: E402

LIBRARIES = ("edgewise", "edgewise-recorded", "edgewise-sim")
PROGRAMS = ("edgewise-serve", "edgewrk")


class Context:
    """What a case is given."""

    def __init__(self, arguments):
        self.source, self.tools = arguments.source, arguments.tools
        self.shared, self.static = arguments.shared, arguments.static
        self.compiler = [word for word in shlex.split(arguments.compiler)
                         if os.path.basename(word) != "ccache"]
        self.work = os.path.join(arguments.build, "package-test")
        os.makedirs(self.work, exist_ok=True)
        self.installed = Installed(arguments.build, os.path.join(self.work, "root"))

    def has_catch2(self):
        """For who installed no package of it, the build has its own."""
        return subprocess.run(["pkg-config", "--exists", "catch2-with-main"], check=False
                              ).returncode == 0


def nothing_else_is_installed(context):
    """No tests, no floors, no peers; and nothing is missing."""
    installed = context.installed
    lib = os.path.relpath(installed.lib, installed.prefix)
    wanted = {f"{lib}/cmake/edgewise/edgewise-config{part}.cmake" for part in ("", "-version")}
    for name in LIBRARIES:
        wanted.add(f"{lib}/pkgconfig/{name}.pc")
        if context.static:
            wanted.add(f"{lib}/lib{name}.a")
        if context.shared:
            wanted |= {f"{lib}/lib{name}.so{version}" for version in ("", ".0.1", ".0.1.0")}
    if context.tools:
        for name in PROGRAMS:
            wanted |= {f"bin/{name}", f"share/man/man1/{name}.1",
                       f"share/bash-completion/completions/{name}",
                       f"share/zsh/site-functions/_{name}",
                       f"share/fish/vendor_completions.d/{name}.fish"}
    found = {path for path in installed.files() if not path.endswith(".h")}
    assert found == wanted, f"missing: {wanted - found}; too many: {found - wanted}"


def shared_libraries_have_their_version_in_their_name(context):
    for name in LIBRARIES:
        path = f"{context.installed.lib}/lib{name}.so"
        said = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True)
        assert f"[lib{name}.so.0.1]" in said.stdout, said.stdout
        assert "TEXTREL" not in said.stdout, f"{path} is not position-independent"


def pkg_config_files_are_whole(context):
    """Each can be asked alone, and names a library, its headers and what it needs."""
    for name in LIBRARIES:
        libraries = context.installed.pkg_config("--libs", name)
        assert f"-l{name}" in libraries and "-ledgewise" in libraries, libraries
        assert any(word.startswith("-labsl_status") for word in libraries), libraries
        include = f"-I{context.installed.include}"
        assert include in context.installed.pkg_config("--cflags", name), include
        version = context.installed.pkg_config("--modversion", name)
        assert version == ["0.1.0"], version


def programs_say_what_they_are(context):
    for name in PROGRAMS:
        said = subprocess.run([f"{context.installed.prefix}/bin/{name}", "--help"], check=True,
                              capture_output=True, text=True)
        assert name in said.stdout, said


def cases(context):
    yield nothing_else_is_installed
    if context.shared:
        yield shared_libraries_have_their_version_in_their_name
    yield pkg_config_files_are_whole
    if context.tools:
        yield programs_say_what_they_are
    yield from headers.CASES
    for case in projects.CASES:
        if context.static or case is not projects.cmake_static:
            yield case


def judge(report, case, context):
    name = re.sub("_", " ", case.__name__)
    need = projects.NEEDS.get(case)

    def called():
        if need and not shutil.which(need):
            raise Skip(f"there is no {need} here")
        case(context)
    report.judge(called, name)
    print(f"{report.cases[-1][1]:6.1f} s  {name}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--compiler", default="c++")
    for name in ("--tools", "--shared", "--static"):
        parser.add_argument(name, action="store_true")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report there")
    arguments = parser.parse_args()
    # Meson names the build's own libraries there.
    os.environ.pop("LD_LIBRARY_PATH", None)
    report = Report("package")
    context = Context(arguments)
    for case in cases(context):
        judge(report, case, context)
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
