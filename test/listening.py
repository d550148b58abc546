"""A program that says where it listens, on a port that the system chose."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 20  # the most that any one answer may take
# Address sanitizer keeps what was freed, by default up to 256 MB of it: for who looks at memory.
SMALL_QUARANTINE = {"ASAN_OPTIONS": "quarantine_size_mb=1:" + os.environ.get("ASAN_OPTIONS", "")}


class Listening:
    """Use as a context manager: entering waits for the line, leaving kills what still runs.

    The line comes from the program, on standard output, or from its Server, on standard error.
    `environment`: what is added to that of this process. `more`: for subprocess.Popen.
    """

    def __init__(self, command, environment=None, **more):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, env={**os.environ, **(environment or {})},
                                        **more)

    def __enter__(self):
        deadline = time.monotonic() + SECONDS
        said = ""
        while True:
            over = self.process.poll() is not None or time.monotonic() > deadline
            if select.select([] if said else [self.process.stdout], [], [], 0.002)[0]:
                said = self.process.stdout.readline()
            found = re.search(r"^(?:edgewise: )?listening on (?:\w+://)?127\.0\.0\.1:(\d+)$",
                              said + self.complaints(), re.MULTILINE)
            if found:
                break
            assert not over, f"it printed {said!r} and {self.complaints()!r}"
        self.line = found.group()
        self.port = int(found.group(1))
        return self

    def __exit__(self, raised, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self.process.stdout.close()
        if raised:
            sys.stderr.write(self.complaints())
        self.errors.close()

    def complaints(self):
        """All that it has written to standard error."""
        with open(f"/proc/self/fd/{self.errors.fileno()}", "rb") as errors:
            return errors.read().decode(errors="replace")

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), SECONDS)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def ends_with_0(self):
        code = self.process.wait(SECONDS)
        assert code == 0, f"exit code {code}"


def expect(stream, line):
    got = stream.readline()
    assert got == line, f"{got!r} instead of {line!r}"
