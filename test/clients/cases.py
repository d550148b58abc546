"""The cases, by decorator, and what they may ask of their surroundings."""

import resource
import shutil
import socket
import subprocess
from dataclasses import dataclass

from junit import Skip

CASES = []  # (sentence, function, seconds)


def case(sentence, seconds=60):
    """Registers a function of one argument, the Environment. The sentence is the test's name."""
    def register(function):
        CASES.append((sentence, function, seconds))
        return function
    return register


@dataclass
class Environment:
    binary: str  # edgewise-serve
    folder: str  # empty at the start of each case
    sanitized: bool  # the binary is slow, and ptrace does not go with it
    edgewrk: str
    burning_server: str  # see test/edgewrk/burning_server.cc

    def need(self, *programs):
        for program in programs:
            if shutil.which(program) is None:
                raise Skip(f"{program} is not installed")

    def need_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
        except OSError as error:
            raise Skip(f"no IPv6 here: {error}") from error

    def need_strace(self):
        self.need("strace")
        if self.sanitized:
            raise Skip("the leak sanitizer cannot run under strace")
        probe = subprocess.run(["strace", "-D", "-o", "/dev/null", "true"], capture_output=True,
                               check=False, timeout=20)
        if probe.returncode != 0:
            raise Skip("strace may not trace here (a container without the right to ptrace)")

    def need_descriptors(self, count):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < count:
            raise Skip(f"the hard limit of descriptors is {hard}; {count} are needed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def run(*command, data=b"", seconds=30, status=0):
    """Runs a client to its end; answers its output. `status`: None for any."""
    done = subprocess.run([str(part) for part in command], input=data, capture_output=True,
                          check=False, timeout=seconds)
    if status is not None and done.returncode != status:
        raise AssertionError(f"{command} ended with {done.returncode}, not {status}:"
                             f" {done.stdout[-500:]!r} {done.stderr[-500:]!r}")
    return done.stdout


def equal(got, expected, what):
    if got != expected:
        raise AssertionError(f"{what}: {shorten(got)}, not {shorten(expected)}")


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def shorten(value):
    text = repr(value)
    return text if len(text) < 300 else f"{text[:140]} ... {text[-140:]} ({len(value)} long)"
