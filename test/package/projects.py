"""Outside projects, each built in its own folder against what is installed, and run."""

import concurrent.futures
import glob
import os
import shutil
import socket

from installed import run
from listening import Listening

HERE = os.path.dirname(os.path.abspath(__file__))
FRAME = b"\0\0\0\5frame"
GET = b"GET /you HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


class Running(Listening):
    def __init__(self, *command, environment=None):
        super().__init__(command, environment)

    def answers(self, request, wanted):
        with self.connect() as peer:
            peer.sendall(request)
            peer.shutdown(socket.SHUT_WR)
            answer = peer.makefile("rb").read()
        assert wanted in answer, f"{answer!r} has no {wanted!r}"
        self.terminate()
        self.ends_with_0()


def copied(context, name):
    """The project, in a folder that has no other tree around it."""
    folder = os.path.join(context.work, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(HERE, name), folder)
    return folder


def links(program, library):
    return library in run(["readelf", "-d", program]).stdout


def make_and_pkg_config(context):
    folder = copied(context, "make")
    installed = context.installed
    static = ["service-static"] if context.static else []
    # What these warn of in a header or in a usual use of it would stop somebody.
    run(["make", "-C", folder, "-j2", "CXX=" + " ".join(context.compiler),
         "CXXFLAGS=-Wall -Wextra -Werror",
         "service", "recorder", *static], {"PKG_CONFIG_PATH": installed.pkgconfig})
    environment = {"LD_LIBRARY_PATH": installed.lib}
    assert links(folder + "/service", "libedgewise.so") == installed.has_shared()
    for program in static:
        assert not links(folder + "/" + program, "libedgewise.so")
    recording = os.path.join(folder, "recording.ewr")
    for command in (["service"], *([program] for program in static), ["recorder", recording]):
        with Running(os.path.join(folder, command[0]), *command[1:],
                     environment=environment) as service:
            service.answers(FRAME, FRAME)
    assert os.path.getsize(recording) > 100, "nothing is recorded"


def cmake_project(context, name, *options):
    folder = copied(context, "cmake")
    build = os.path.join(context.work, name)
    shutil.rmtree(build, ignore_errors=True)
    run(["cmake", "-S", folder, "-B", build, "-DCMAKE_PREFIX_PATH=" + context.installed.prefix,
         "-DCMAKE_CXX_COMPILER=" + context.compiler[0],
         "-DCMAKE_CXX_FLAGS=" + " ".join(context.compiler[1:]), *options])
    run(["cmake", "--build", build, "--parallel", "2"])
    return build


def cmake(context):
    build = cmake_project(context, "cmake-build")
    assert links(build + "/service", "libedgewise.so") == context.installed.has_shared()
    with Running(build + "/service") as service:
        service.answers(GET, b"\r\n\r\nhello /you")
    assert run([build + "/service_test"]).stdout == "every seed is well\n"


def cmake_static(context):
    build = cmake_project(context, "cmake-static", "-Dedgewise_USE_STATIC_LIBS=ON")
    assert not links(build + "/service", "libedgewise.so")
    with Running(build + "/service") as service:
        service.answers(GET, b"\r\n\r\nhello /you")
    assert run([build + "/service_test"]).stdout == "every seed is well\n"


def cmake_asks_for_versions(context):
    """0.1 is there; 0.0 and 0.2 have other names."""
    folder = os.path.join(context.work, "versions")
    os.makedirs(folder, exist_ok=True)
    for version, found in (("0.1", True), ("0.0", False), ("0.2", False), ("0.1.99", False)):
        with open(folder + "/CMakeLists.txt", "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.18)\nproject(versions LANGUAGES CXX)\n"
                       f"find_package(edgewise {version} CONFIG QUIET)\n"
                       'message("found: ${edgewise_FOUND}")\n')
        shutil.rmtree(folder + "/build", ignore_errors=True)
        said = run(["cmake", "-S", folder, "-B", folder + "/build",
                    "-DCMAKE_PREFIX_PATH=" + context.installed.prefix]).stdout
        assert ("found: 1" in said) == found, f"{version}: {said}"


def meson_subproject(context):
    """With no network, no option of ours but the two that the README names, and nothing installed
    but what is the parent's own."""
    folder = copied(context, "meson")
    shutil.copytree(context.source, folder + "/subprojects/edgewise", symlinks=True,
                    ignore=shutil.ignore_patterns("build*", ".git", "node_modules", "__pycache__"))
    compiler = {"CXX": " ".join(context.compiler)}
    build = folder + "/build"
    run(["meson", "setup", build, folder, "--wrap-mode=nodownload"], compiler)
    run(["ninja", "-C", build, "service"])
    with Running(build + "/service") as service:
        service.answers(b"line\n", b"line\n")
    run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", folder + "/root"])
    names = [name for _, _, names in os.walk(folder + "/root") for name in names]
    assert names == ["service"], f"installed: {names}"


def programs_of_the_documents(context):
    """Each compiles in a copy of its folder, and one is linked as docs/how-to/README.md says."""
    folder = os.path.join(context.work, "documents")
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("how-to", "examples"):
        shutil.copytree(os.path.join(context.source, "docs", name), os.path.join(folder, name))
    flags = context.installed.pkg_config("--cflags", "edgewise-sim", "edgewise-recorded")
    compiler = [*context.compiler, "-std=c++20"]

    def compile_only(path):
        run([*compiler, "-fsyntax-only", path, *flags])

    sources = [path for path in sorted(glob.glob(folder + "/*/*.cc"))
               if not path.endswith("_test.cc") or context.has_catch2()]
    assert len(sources) > 12, sources
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(compile_only, sources))
    kv = os.path.join(folder, "kv")
    run([*compiler, folder + "/how-to/kv.cc", "-o", kv,
         *context.installed.pkg_config("--cflags", "--libs", "edgewise")])
    library = {"LD_LIBRARY_PATH": context.installed.lib}
    with Running(kv, "127.0.0.1:0", environment=library) as store:
        store.answers(b"\0\0\0\5GET a", b"\0\0\0\4NONE")


CASES = [make_and_pkg_config, cmake, cmake_static, cmake_asks_for_versions, meson_subproject,
         programs_of_the_documents]
NEEDS = {make_and_pkg_config: "make", cmake: "cmake", cmake_static: "cmake",
         cmake_asks_for_versions: "cmake"}
