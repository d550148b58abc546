"""The installed headers: which there are, that each stands by itself, and that a build's options
change nothing in them."""

import concurrent.futures
import os
import re
import subprocess

from installed import run

# Headers of the library that no installed one includes, and that are for its own sources.
PRIVATE = {
    "handlers/http/http_content_type.h", "handlers/http/http_head_parser.h",
    "handlers/http/http_policy.h", "handlers/http/http_preconditions.h",
    "handlers/http/http_range.h", "handlers/http/percent_decode.h", "reactor/counter_field.h",
    "reactor/kernel/hot_calls.h", "reactor/kernel/sanitizer.h",
    "reactor/kernel/recorded/content_hash.h",
    "reactor/kernel/recorded/recorded_address.h", "reactor/kernel/recorded/recorded_event.h",
    "reactor/kernel/simulated/byte_stream.h", "reactor/kernel/simulated/child_process.h",
    "reactor/kernel/simulated/file_description.h", "reactor/kernel/simulated/kernel_call.h",
    "reactor/kernel/simulated/signal_description.h", "reactor/kernel/simulated/tcp_socket.h",
    "reactor/kernel/simulated/timer_description.h", "reactor/kernel/simulated/unix_socket.h",
    "reactor/kernel/simulated/wakeup_description.h",
}
# What a build of the library may be given, and who includes its headers need not know of.
BUILD_OPTIONS = ["-DEDGEWISE_DEBUG_CHECKS", "-DEDGEWISE_DIRECT_CALLS", "-D_FILE_OFFSET_BITS=64"]


def source_headers(source):
    for layer in ("reactor", "handlers"):
        for folder, _, names in os.walk(os.path.join(source, layer)):
            for name in names:
                if name.endswith(".h"):
                    yield os.path.relpath(os.path.join(folder, name), source)


def every_header_is_accounted_for(context):
    """Installed, or left out on purpose: a new one must be put into a list."""
    expected = {path if path != "handlers/edgewise.h" else "edgewise.h"
                for path in source_headers(context.source)}
    missing = PRIVATE - expected
    assert not missing, f"no such headers, take them out of PRIVATE: {sorted(missing)}"
    installed = set(context.installed.headers())
    assert installed == expected - PRIVATE, (
        f"not installed: {sorted(expected - PRIVATE - installed)};"
        f" installed and should not be: {sorted(installed - expected | installed & PRIVATE)}")


def flags(context):
    return ["-std=c++20", *context.installed.pkg_config("--cflags", "edgewise")]


def each_header_compiles_by_itself(context):
    """Against nothing but the installed tree and what its pkg-config file names."""
    command = [*context.compiler, *flags(context), "-fsyntax-only", "-Wall", "-Wextra", "-x", "c++",
               "-"]

    def compile_alone(header):
        done = subprocess.run(command, input=f"#include <{header}>\n", text=True, check=False,
                              capture_output=True)
        return f"{header}:\n{done.stderr}" if done.returncode or done.stderr else ""

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(compile_alone, context.installed.headers()) if text]
    assert not found, "\n".join(found)


def ours(context, options):
    """What is left of our own headers when the preprocessor is through, all of them at once."""
    everything = "".join(f"#include <{header}>\n" for header in context.installed.headers())
    lines, mine = [], False
    for line in run([*context.compiler, *flags(context), *options, "-E", "-x", "c++", "-"],
                    input=everything).stdout.split("\n"):
        marker = re.match(r'# \d+ "([^"]*)"', line)
        if marker:
            mine = marker.group(1).startswith(context.installed.include)
        elif mine and line.strip():
            lines.append(line)
    return lines


def headers_know_no_option_of_the_build(context):
    """Else a service would have other classes, or other inline functions, than its library."""
    plain = ours(context, [])
    assert len(plain) > 3000, f"only {len(plain)} lines: are these our headers?"
    for option in [*BUILD_OPTIONS, "-DNDEBUG", "-O2"]:
        other = ours(context, [option])
        differing = [f"{a!r} / {b!r}" for a, b in zip(plain, other) if a != b]
        assert plain == other, f"{option} changes what headers say: {differing[:5]}"


CASES = [every_header_is_accounted_for, each_header_compiles_by_itself,
         headers_know_no_option_of_the_build]
