"""A running program of the how-to pages, on a port that the system chose."""

import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import tempfile

from waiting import wait_until

SECONDS = 20  # the most that any one answer may take
QUARANTINE = {"ASAN_OPTIONS": "quarantine_size_mb=1:" + os.environ.get("ASAN_OPTIONS", "")}


class Skip(Exception):
    """What a case needs is not there."""


class Program:
    """`words`: the command, its path below the build folder; "ADDRESS" stands for port 0."""

    def __init__(self, build, *words):
        self.errors = tempfile.TemporaryFile()
        command = [str(build / words[0]), *words[1:]]
        self.process = subprocess.Popen(
            [word.replace("ADDRESS", "127.0.0.1:0") for word in command], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env={**os.environ, **QUARANTINE})

    def __enter__(self):
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on (?:\w+://)?127\.0\.0\.1:(\d+)\n", line)
        assert found, f"it printed {line!r}"
        self.port = int(found.group(1))
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), SECONDS)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def ends_with_0(self):
        code = self.process.wait(SECONDS)
        assert code == 0, f"exit code {code}"

    def resident(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def complaints(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def counters(self):
        """As SIGUSR1 prints them."""
        before = self.complaints().count("end of counters")
        self.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: self.complaints().count("end of counters") > before, "the counters",
                   SECONDS)
        pairs = re.findall(r"^(\w+) (\d+)$", self.complaints(), re.MULTILINE)
        return {name: int(value) for name, value in pairs}

    def await_counters(self, **wanted):
        """A connection is counted as closed when its linger is over, too."""
        def reached():
            counters = self.counters()
            return all(counters.get(name) == value for name, value in wanted.items())
        wait_until(reached, f"{wanted}", SECONDS, 0.05)


def frame(text):
    return struct.pack(">I", len(text)) + text


def read_frame(stream):
    size = stream.read(4)
    return stream.read(*struct.unpack(">I", size)) if len(size) == 4 else b""


def expect(stream, line):
    got = stream.readline()
    assert got == line, f"{got!r} instead of {line!r}"


def at_end(peer):
    """Whether the server has ended the connection, orderly or not."""
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True
