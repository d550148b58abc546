"""A program that says where it listens, on a port that the system chose."""

import os
import re
import signal
import socket
import subprocess

SECONDS = 20  # the most that any one answer may take
# Address sanitizer keeps what was freed, by default up to 256 MB of it: for who looks at memory.
SMALL_QUARANTINE = {"ASAN_OPTIONS": "quarantine_size_mb=1:" + os.environ.get("ASAN_OPTIONS", "")}


class Listening:
    """Use as a context manager: entering reads the line, leaving kills what still runs.

    `environment`: what is added to that of this process. `more`: for subprocess.Popen.
    """

    def __init__(self, command, environment=None, **more):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(environment or {})}, **more)

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
        if self.process.stdin:
            self.process.stdin.close()
        self.process.stdout.close()

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
