"""Proves that only linux_kernel*.cc reach the operating system.

A system call that a source makes by whatever way (a header of Boost's, a helper of the standard
library's) is an undefined symbol of its object file. So every undefined symbol of every member of
libedgewise.a must be on the list below of what is pure computation; all else is refused, and the
member is named. linux_kernel.cc and linux_kernel_files.cc may have any.

usage: symbols.py --library libedgewise.a [--compiler c++] [--junit FILE]
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from junit import Report  # noqa: E402

KERNEL_MEMBERS = ("linux_kernel.cc.o", "linux_kernel_files.cc.o")

# C functions that compute and do nothing else (allocation counts as computing here).
PURE_C = re.compile(
    r"mem\w+|str(?!ftime|signal)\w+|v?snprintf|abort|assert_fail|qsort|bsearch|"
    r"(to|is)(upper|lower|alpha|digit|alnum|xdigit|space|print)|ctype_\w+|"
    r"malloc|calloc|realloc|free|aligned_alloc|inet_(ntop|pton)|[nh]to[nh][sl]|"
    r"(l|ll)?(round|abs|div)f?|floor|ceil|pow|log2?|exp|sqrt|fmod|"
    r"cxa_\w+|dynamic_cast|gxx_personality_v0|_?Unwind_\w+|stack_chk_fail|dso_handle|tls_get_addr|"
    r"_?GLOBAL_OFFSET_TABLE_|popcountdi2|udivti3|umodti3|divti3|modti3|multi3|gmon_start")

# C++ names (demangled): whose they are, less what of theirs reaches the operating system.
OURS = re.compile(r"(edgewise|boost)::")
STD = re.compile(r"(std|__gnu_cxx|__cxxabiv1)::")
# (ios_base::Init is in every file that includes Abseil's string_view on Debian 12: not ours.)
STD_FORBIDDEN = re.compile(
    r"_clock::now|this_thread|std::(__cxx11::)?(thread|jthread|mutex|timed_mutex|recursive_mutex|"
    r"shared_mutex|condition_variable|random_device|filesystem|locale)\b|"
    r"std::(__cxx11::)?basic_(i|o)?fstream|std::basic_filebuf|std::(cin|cout|cerr|clog)\b|"
    r"__atomic_futex|__future_base|std::async")
ABSL = re.compile(r"absl::")
ABSL_FORBIDDEN = re.compile(
    r"absl::(\w+::)?(Mutex|CondVar|Notification|Barrier|Now|GetCurrentTimeNanos|SleepFor|Clock|"
    r"LocalTimeZone|time_internal|log_internal|synchronization_internal|debugging_internal|"
    r"GetStackTrace|Symbolize|random_internal|flags_internal|GetFlag|BitGen)\b")
OPERATORS = re.compile(r"operator (new|delete)(\[\])?\(")
# Data that the compiler lays out for types of the above.
TYPE_DATA = re.compile(r"(vtable|VTT|typeinfo|typeinfo name|guard variable) for ")

# Source -> {symbol (a pattern): the reason}.
EXCEPTIONS = {
    "reactor/check.cc": {
        r"fprintf|stderr": "the last words of a broken invariant, before abort()",
    },
    "reactor/mailbox.cc": {
        r"pthread_mutex_(un)?lock": "other threads post here; held for a few instructions",
    },
    "handlers/access_log.cc": {
        r"(typeinfo for )?std::(thread|condition_variable)::\S.*|pthread_\w+|.*thread.*":
            "the thread that waits for the disk, so that no reactor does",
        r"std::chrono::_V2::steady_clock::now\(\)": "in condition_variable::wait_for",
    },
    "handlers/admissions.cc": {
        r"pthread_mutex_(un)?lock": "the caps hold for all reactors together; once a connection",
    },
    "handlers/http/http_head_parser.cc": {
        r"pthread_mutex_(un)?lock": "in boost::system's error categories, which Beast brings along",
    },
    "handlers/server.cc": {
        r"syscall|sched_yield|errno_location": "std::latch, for the threads' counters",
        r"pthread_mutex_(un)?lock": "whether Run is under way; for the same",
    },
}


def is_made_from(member, source):
    """Whether that is the object file of a source: Meson writes paths with underscores."""
    return re.fullmatch(r"(.*_)?" + re.escape(os.path.basename(source)) + r"\.o", member)


def undefined_symbols(library):
    """(member, symbol) of each undefined symbol in an archive or object, demangled."""
    listing = subprocess.run(["nm", "-u", library], capture_output=True, text=True, check=True)
    demangled = subprocess.run(["c++filt"], input=listing.stdout, capture_output=True, text=True,
                               check=True).stdout
    member = os.path.basename(library)
    for line in demangled.splitlines():
        if line.endswith(":"):
            member = os.path.basename(line[:-1])
        elif re.match(r"\s+[Uvw] ", line):
            yield member, line.split(maxsplit=1)[1].strip()


def plain_c(symbol):
    """The function's own name, whatever the fortified or versioned one that was linked."""
    name = re.sub(r"@.*", "", symbol)
    name = re.sub(r"^__isoc\d+_", "", name)
    return re.sub(r"_chk$", "", name.lstrip("_")) if not name.startswith("_GLOBAL") else name


def is_pure(symbol):
    name = TYPE_DATA.sub("", symbol)
    if re.match(r"\w+(@|$)", name) and "::" not in name:
        return bool(PURE_C.fullmatch(plain_c(name)))
    if OPERATORS.match(name) or re.match(r"(vtable|typeinfo) for ", symbol) and "::" not in name:
        return True
    if STD_FORBIDDEN.search(name) or ABSL_FORBIDDEN.search(name):
        # A function of ours may take such a type as a parameter; what counts is whose it is.
        return bool(OURS.match(own_name(name)))
    return any(whose.search(own_name(name)) for whose in (OURS, STD, ABSL))


def own_name(name):
    """A function's qualified name, without its template arguments, parameters and return type."""
    while True:
        shorter = re.sub(r"<[^<>]*>", "", name)
        if shorter == name:
            break
        name = shorter
    return name.split("(")[0].split(" ")[-1]


def violations(symbols):
    found = []
    for member, symbol in symbols:
        if member.endswith(KERNEL_MEMBERS) or is_pure(symbol):
            continue
        allowed = [pattern for source, patterns in EXCEPTIONS.items()
                   if is_made_from(member, source) for pattern in patterns]
        if not any(re.fullmatch(pattern, re.sub(r"@.*", "", symbol)) or
                   re.fullmatch(pattern, plain_c(symbol)) for pattern in allowed):
            found.append(f"{member}: {symbol}: only linux_kernel*.cc may reach the kernel")
    return found


FORBIDDEN_EXAMPLES = {
    "read": "#include <unistd.h>\nlong F(char* p) { return read(0, p, 1); }",
    "epoll_wait": "#include <sys/epoll.h>\n"
                  "int F(epoll_event* e) { return epoll_wait(3, e, 1, 0); }",
    "socket": "#include <sys/socket.h>\nint F() { return socket(1, 1, 0); }",
    "errno": "#include <cerrno>\nint F() { return errno; }",
    "getenv": "#include <cstdlib>\nchar* F() { return std::getenv(\"A\"); }",
    "printf": "#include <cstdio>\nvoid F(int a) { std::printf(\"%d\", a); }",
    "fopen": "#include <cstdio>\nvoid* F() { return std::fopen(\"a\", \"r\"); }",
    "time": "#include <ctime>\nlong F() { return std::time(nullptr); }",
    "a clock's now": "#include <chrono>\nauto F() { return std::chrono::steady_clock::now(); }",
    "random_device": "#include <random>\nunsigned F() { return std::random_device()(); }",
    "thread": "#include <thread>\nvoid F() { std::thread([] {}).detach(); }",
    "mutex": "#include <mutex>\nvoid F(std::mutex& m) { m.lock(); }",
    "sleep": "#include <thread>\nvoid F() {"
             " std::this_thread::sleep_for(std::chrono::seconds(1)); }",
    "cout": "#include <iostream>\nvoid F() { std::cout << 1; }",
    "ofstream": "#include <fstream>\nvoid F() { std::ofstream f(\"a\"); }",
}
PURE_EXAMPLE = """
#include <algorithm>
#include <cassert>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
namespace edgewise {
struct A { virtual ~A(); virtual void B(std::string_view) = 0; };
void G(std::string text, A& a);
std::string F(const std::map<std::string, int>& m, const char* p, A& a) {
  if (m.empty()) throw std::string("none");
  try { G(std::string(p) + std::to_string(m.at("x")), a); } catch (...) { std::abort(); }
  return std::string(p, std::strlen(p));
}
}
"""


def compile_and_check(compiler, text):
    with tempfile.TemporaryDirectory() as folder:
        source, made = os.path.join(folder, "example.cc"), os.path.join(folder, "example.cc.o")
        with open(source, "w", encoding="utf-8") as file:
            file.write(text)
        subprocess.run([*compiler, "-std=c++20", "-O1", "-c", source, "-o", made], check=True)
        return violations(undefined_symbols(made))


def library_cases(library):
    symbols = list(undefined_symbols(library))
    members = {member for member, _ in symbols}
    yield "no member but linux_kernel*.cc.o reaches the operating system", violations(symbols)
    kernel = [name for member, name in symbols if member.endswith(KERNEL_MEMBERS)]
    yield "linux_kernel.cc.o itself is seen to reach it", (
        [] if any(name.startswith("epoll_ctl") for name in kernel) and len(members) > 3
        else [f"{library}: no system calls found in {KERNEL_MEMBERS}; is this the right library?"])
    yield "each exception is for a member that exists", [
        f"{source} is excepted, but the library has no object of that name"
        for source in EXCEPTIONS if not any(is_made_from(member, source) for member in members)]


def self_test_cases(compiler):
    for name, text in FORBIDDEN_EXAMPLES.items():
        found = compile_and_check(compiler, text)
        yield f"a call of {name} is caught", [] if found else [f"not caught: {text}"]
    yield "pure C++ is not blamed", compile_and_check(compiler, PURE_EXAMPLE)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", required=True)
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--junit")
    arguments = parser.parse_args()
    report = Report("symbols")
    for cases in (library_cases(arguments.library),
                  self_test_cases(shlex.split(arguments.compiler))):
        for name, found in cases:
            for violation in found:
                print(violation)
            report.add(name, "failed" if found else "passed", "\n".join(found))
    if arguments.junit:
        report.write(arguments.junit)
    print(f"{report.count('passed')} passed, {report.count('failed')} failed")
    return 1 if report.count("failed") else 0


if __name__ == "__main__":
    sys.exit(main())
