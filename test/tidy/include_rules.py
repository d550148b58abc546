"""Who may include what: each layer only what is below it, and one file the operating system."""

import re

from rule import Rule
from tree import CPP, code_only, line_of, without_comments

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)

# What does not know HTTP.
CORE = re.compile(r"handlers/[^/]+$")

# Folder (or file) -> what its files may include of the project. The first that fits decides.
LAYERS = [
    ("reactor/kernel/", ("reactor/kernel/",)),
    ("reactor/", ("reactor/",)),
    ("handlers/http/", ("reactor/", "handlers/")),
    ("handlers/edgewise.h", ("reactor/", "handlers/")),
    ("handlers/workspace", ("reactor/", CORE, "handlers/http/http_date")),  # once for each thread
    ("handlers/", ("reactor/", CORE, "edgewise.h")),
    ("bench/", ("reactor/", "handlers/", "bench/", "edgewise.h")),
    ("docs/", ("reactor/", "handlers/", "docs/", "edgewise.h")),
    ("test/", ("reactor/", "handlers/", "test/", "bench/", "docs/", "edgewise.h")),
]
OURS = re.compile(r"(reactor|handlers|bench|docs|test)/|edgewise\.h$|[^/]+\.h$")

SYSTEM = re.compile(
    r"(sys|net|netinet|arpa|linux|asm|bits)/.*|"
    r"(unistd|fcntl|poll|signal|pthread|sched|time|errno|netdb|dirent|termios|ucontext|dlfcn)\.h|"
    r"(csignal|ctime|cerrno|fstream|iostream|filesystem|thread|syncstream|semaphore)")
KERNEL_FILE = "reactor/kernel/linux_kernel.cc"
KERNEL_FILES = (KERNEL_FILE, "reactor/kernel/linux_kernel_files.cc")
# A part of it, with the only instructions that enter the kernel by themselves.
HOT_CALLS = "reactor/kernel/hot_calls.h"
# Which headers of the system's a file may have all the same, and why.
SYSTEM_EXCEPTIONS = {
    "reactor/kernel/socket_address.cc": {"arpa/inet.h"},  # inet_pton and inet_ntop, pure text
    "reactor/kernel/error.h": {"cerrno"},  # the constants only
    "handlers/access_log.h": {"thread"},  # writes where a reactor must not wait
    "handlers/server.cc": {"csignal"},  # the signals' numbers only
    "reactor/signal_handler.cc": {"csignal"},
    # A run that crashes or never ends must end nobody else: processes, a pipe, memory they share.
    "reactor/kernel/simulated/child_process.cc": {
        "fcntl.h", "poll.h", "signal.h", "sys/mman.h", "sys/wait.h", "unistd.h"},
}


def includes(tree, path):
    text = without_comments(tree.text(path))
    for match in INCLUDE.finditer(text):
        yield line_of(text, match.start()), match.group(1), match.group(2)


def allowed_for(path):
    return next((allowed for folder, allowed in LAYERS if path.startswith(folder)), None)


def may_include(allowed, name):
    return any(name.startswith(part) if isinstance(part, str) else part.match(name)
               for part in allowed)


def is_neighbour(tree, path, name):
    """Tests, and the programs of the documents, may call a header beside them by its bare name."""
    return path.startswith(("test/", "docs/")) and "/" not in name and tree.exists(
        path.rsplit("/", 1)[0] + "/" + name)


def check_direction(tree):
    found = []
    for path in tree.select(endings=CPP):
        allowed = allowed_for(path)
        if allowed is None:
            continue
        for line, bracket, name in includes(tree, path):
            if is_neighbour(tree, path, name):
                continue
            if bracket == '"' and OURS.match(name) and not may_include(allowed, name):
                only = ", ".join(getattr(part, "pattern", part) for part in allowed)
                found.append(f'{path}:{line}: may not include "{name}", only {only}')
    return found


def check_system(tree):
    found = []
    for path in tree.select(("reactor/", "handlers/"), CPP):
        if path in (*KERNEL_FILES, HOT_CALLS):
            continue
        for line, _, name in includes(tree, path):
            if name == HOT_CALLS:
                found.append(f"{path}:{line}: {HOT_CALLS} is for {KERNEL_FILE} only")
            if SYSTEM.fullmatch(name) and name not in SYSTEM_EXCEPTIONS.get(path, ()):
                found.append(f"{path}:{line}: <{name}> is for {KERNEL_FILE} only")
        code = code_only(tree.text(path))
        for match in re.finditer(r"\b(asm|__asm__)\b", code):
            found.append(f"{path}:{line_of(code, match.start())}: asm is for {HOT_CALLS} only: "
                         f"what it does, no check of the symbols can see")
        for match in re.finditer(r"\berrno\b", code):
            found.append(f"{path}:{line_of(code, match.start())}: errno is for {KERNEL_FILE} only;"
                         " elsewhere an error is a value (reactor/kernel/error.h)")
    return found


def check_relative(tree):
    found = []
    for path in tree.select(endings=CPP):
        for line, bracket, name in includes(tree, path):
            if is_neighbour(tree, path, name):
                continue
            if bracket == '"' and (name.startswith(".") or
                                   "/" not in name and name != "edgewise.h"):
                found.append(f'{path}:{line}: "{name}" is not a path from the root of the tree')
    return found


RULES = [
    Rule("a layer includes only what is below it", check_direction,
         bad=[{"reactor/kernel/a.h": '#include "reactor/reactor.h"\n'},
              {"reactor/a.h": '#include "handlers/server.h"\n'},
              {"reactor/a.cc": '# include "test/support/b.h"\n'},
              {"handlers/a.cc": '#include "bench/b.h"\n'},
              {"handlers/a.cc": '#include "handlers/http/b.h"\n'},
              {"bench/a.cc": '#include "test/support/b.h"\n'}],
         good=[{"reactor/kernel/a.h": '#include "reactor/kernel/b.h"\n#include "absl/a.h"\n'},
               {"handlers/a.h": '#include "reactor/a.h"\n// #include "bench/b.h"\n'},
               {"test/a.cc": '#include "handlers/b.h"\n#include "test/support/c.h"\n'}]),
    Rule("includes are paths from the root", check_relative,
         bad=[{"reactor/a.cc": '#include "a.h"\n'}, {"reactor/a.cc": '#include "../a.h"\n'}],
         good=[{"reactor/a.cc": '#include "reactor/a.h"\n#include <a.h>\n#include "absl/b.h"\n'},
               {"test/a.cc": '#include "a.h"\n', "test/a.h": ""},
               {"docs/how-to/a.cc": '#include "a.h"\n', "docs/how-to/a.h": ""}]),
    Rule("only linux_kernel*.cc meets the operating system", check_system,
         bad=[{"reactor/a.cc": "#include <sys/socket.h>\n"},
              {"handlers/a.cc": "#include <unistd.h>\n"},
              {"reactor/a.h": "#include <thread>\n"},
              {"reactor/kernel/socket_address.cc": "#include <sys/un.h>\n"},
              {"handlers/a.cc": "int F() { return errno; }\n"},
              {"reactor/a.cc": f'#include "{HOT_CALLS}"\n'},
              {"handlers/a.cc": 'void F() { asm volatile("syscall"); }\n'}],
         good=[{KERNEL_FILE: "#include <sys/socket.h>\nint F() { return errno; }\n"},
               {"reactor/a.cc": "// errno is saved\n#include <vector>\n"},
               {"bench/floor/a.cc": "#include <sys/epoll.h>\n"}]),
]
