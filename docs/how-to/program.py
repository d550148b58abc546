"""A running program of the how-to pages, on a port that the system chose."""

import pathlib
import re
import signal
import struct
import subprocess

from listening import SECONDS, SMALL_QUARANTINE, Listening
from waiting import wait_until


class Program(Listening):
    """`words`: the command, its path below the build folder; "ADDRESS" stands for port 0."""

    def __init__(self, build, *words):
        command = [str(build / words[0]), *words[1:]]
        super().__init__([word.replace("ADDRESS", "127.0.0.1:0") for word in command],
                         SMALL_QUARANTINE, stdin=subprocess.PIPE)

    def resident(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

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


def at_end(peer):
    """Whether the server has ended the connection, orderly or not."""
    try:
        return peer.recv(1) == b""
    except ConnectionResetError:
        return True
