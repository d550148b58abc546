#!/usr/bin/env python3
"""Two clients and a server under strace: the session that docs/state-machine.md explains.

What strace saw is made comparable: handlers go by their names instead of their addresses, ports are
called PORT, and the rounds of the timer, which come whenever they come, are left out. The blocks of
the page that are marked `strace` must be these lines, in this order, and all of them.

usage: two_clients.py --serve edgewise-serve [--page PAGE] [--junit FILE]
       (without a page it prints the lines)
"""

import argparse
import collections
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test"))
from junit import Report, Skip  # noqa: E402  (the path comes first)
from listening import SECONDS, Listening  # noqa: E402

# The handlers, by descriptor and in the order of their birth.
NAMES = {6: ["M"], 8: ["signals"], 9: ["C1", "C3"], 10: ["C2"]}
# What depends on the C library, the limits of the shell and where standard output goes.
IGNORED = ("mmap", "munmap", "mprotect", "brk", "prlimit64", "newfstatat", "fstat", "getrandom",
           "timerfd_settime", "poll")  # the timer, and the audit that it calls


class Session(Listening):
    """A server with one thread, traced, and what was traced so far."""

    def __init__(self, serve, folder):
        self._trace = pathlib.Path(folder, "trace")
        super().__init__(["strace", "-o", str(self._trace), "-s", "40", serve, "--listen",
                          "frame://127.0.0.1:0", "--threads", "1"])

    def trace(self):
        return self._trace.read_text(encoding="utf-8")

    def await_call(self, expression, count=1):
        """Until so many lines have it: the server has done its part, and nothing else is begun."""
        deadline = time.monotonic() + SECONDS
        while len(re.findall(expression, self.trace(), re.MULTILINE)) < count:
            assert time.monotonic() < deadline, f"no {expression!r} in\n{self.trace()[-3000:]}"
            time.sleep(0.002)

    def connect_as(self, handle, nth=1):
        peer = self.connect()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Born, registered, and its first edge, "there is room to write", taken in.
        self.await_call(rf"EPOLL_CTL_ADD, {handle}, [^\n]*\n"
                        r"(?:[^\n]*\n)*?epoll_wait\([^\n]*EPOLLOUT", nth)
        return peer

    def end(self, pid):
        os.kill(pid, signal.SIGTERM)
        self.ends_with_0()


def frame(text):
    return struct.pack(">I", len(text)) + text


def ask(peer, text):
    peer.sendall(frame(text))
    expect(peer, text)


def expect(peer, text):
    got = b""
    while len(got) < len(frame(text)):
        piece = peer.recv(100)
        assert piece, f"the end instead of {text!r}"
        got += piece
    assert got == frame(text), got


def play(session):
    """What the two clients do."""
    one = session.connect_as(9)
    two = session.connect_as(10)
    ask(one, b"one")
    ask(two, b"two")
    one.sendall(frame(b"half")[:6])
    session.await_call(r"^recvfrom\(9, .*\) = 6$")
    ask(two, b"two again")
    one.sendall(frame(b"half")[6:])
    expect(one, b"half")
    one.close()
    session.await_call(r"^close\(9\)")
    three = session.connect_as(9, nth=2)
    ask(three, b"three")
    three.close()
    session.await_call(r"^close\(9\)", 2)
    two.shutdown(socket.SHUT_WR)
    assert two.recv(1) == b""
    session.await_call(r"^close\(10\)")
    two.close()


def run(serve):
    with tempfile.TemporaryDirectory() as folder:
        with Session(serve, folder) as session:
            traced = subprocess.run(["pgrep", "-P", str(session.process.pid)], check=True,
                                    capture_output=True, text=True).stdout
            play(session)
            session.end(int(traced))
            return comparable(session.trace(), session.port)


def comparable(trace, port):
    begin = trace.index("epoll_create1")
    end = re.search(r"^close\(10\) .*\n", trace, re.MULTILINE).end()
    text = trace[begin:end].replace(f"htons({port})", "htons(PORT)")
    text = text.replace(f":{port}\\", ":PORT\\")
    text = re.sub(r"htons\([1-9]\d*\)", "htons(ITS PORT)", text)
    text = re.sub(r"\[128 => 16\]", "[16]", text)
    text = re.sub(r'(write\(1, "listening .*), \d+\) = \d+', r"\1, LENGTH) = LENGTH", text)
    # strace 6.1 writes a tag as two numbers, 6.13 as one.
    text = re.sub(r"data=(?:\{u32=\d+, u64=(\d+)\}|(0x[0-9a-f]+)|NULL)",
                  lambda m: f"data={int(m[1] or m[2] or '0', 0)}", text)
    names, births = {}, collections.Counter()
    lines = []
    for line in text.splitlines():
        added = re.match(r"epoll_ctl\(3, EPOLL_CTL_ADD, (\d+),.*data=(\d+)", line)
        if added and added.group(2) != "0":
            handle = int(added.group(1))
            names[added.group(2)] = NAMES[handle][births[handle]]
            births[handle] += 1
        line = without_timer(line)
        if line is None or line.startswith(IGNORED):
            continue
        line = re.sub(r"data=(\d+)", lambda m: "data=" + names.get(m.group(1), "0"), line)
        line = re.sub(r"0x[0-9a-f]{6,}", "ADDRESS", line)
        lines.append(re.sub(r"\) +=", ") =", line))
    return lines


def without_timer(line):
    """A wait without the events that have no handler; None if it had no others."""
    waited = re.match(r"(epoll_wait\(3, \[)(.*)(\], .*\) = )\d+$", line)
    if not waited:
        return line
    events = re.findall(r"\{events=[^}]*\}", waited.group(2))
    told = [event for event in events if "data=0}" not in event]
    return f"{waited[1]}{', '.join(told)}{waited[3]}{len(told)}" if told else None


def shown(page):
    text = pathlib.Path(page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```strace\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


def compare(serve, page):
    if not shutil.which("strace"):
        raise Skip("there is no strace")
    seen, told = run(serve), shown(page)
    for number, (one, other) in enumerate(zip(seen, told)):
        assert one == other, f"line {number + 1} of the session is\n  {one}\nand not\n  {other}"
    assert len(seen) == len(told), f"{len(seen)} lines were seen, {len(told)} are shown"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", required=True, help="edgewise-serve")
    parser.add_argument("--page", help="the page that shows the session")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report there")
    arguments = parser.parse_args()
    if not arguments.page:
        print("\n".join(run(arguments.serve)))
        return 0
    report = Report("two clients")
    report.judge(lambda: compare(arguments.serve, arguments.page),
                 "the session of two clients is what the page shows, call by call")
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
