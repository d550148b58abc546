"""What was compared, and where: versions, the machine, the build."""

import os
import platform
import re
import subprocess

import finding  # noqa: F401

PACKAGES = {"libevent": "libevent-dev", "libuv": "libuv1-dev", "asio": "libasio-dev",
            "beast": "libboost-dev", "libev": "libev-dev"}


def _ask(*words):
    """What a program says, or nothing."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, cwd=finding.BENCH.parent)
    except OSError:
        return ""
    return (done.stdout + done.stderr).strip()


def _version(text):
    match = re.search(r"\d+(\.\d+)+", text)
    return match.group(0) if match else "unknown"


def versions(recipes_of):
    """{name: version} of what is compared, by its package or by itself; edgewise by its commit."""
    found = {"edgewise": _ask("git", "describe", "--always", "--dirty") or "unknown"}
    by_name = {recipe.name: recipe for all_of in recipes_of.values() for recipe in all_of}
    for name, recipe in by_name.items():
        if name in PACKAGES:
            found[name] = _version(_ask("dpkg-query", "-W", "-f", "${source:Upstream-Version}",
                                        PACKAGES[name]))
        elif hasattr(recipe, "program"):
            found[name] = _version(_ask("env", f"LD_LIBRARY_PATH={recipe.libraries or ''}",
                                        recipe.program, "-v"))
    return found


def processor():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown"


def machine():
    compiler = _ask("c++", "--version").splitlines() or ["unknown"]
    return {"system": platform.platform(), "processor": processor(), "cores": os.cpu_count(),
            "compiler": f"{compiler[0]}, --buildtype=release"}
