"""What the hostile measurements share: processes looked at from outside, and raw sockets."""

import itertools
import os
import re
import select
import socket
import time

HTTP_REQUEST = b"GET /plaintext HTTP/1.1\r\nHost: x\r\n\r\n"
REQUESTS = {"echo": b"e" * 64, "frame": b"\0\0\0<" + b"f" * 60, "http": HTTP_REQUEST}
CONNECTIONS_PER_SOURCE = 50
RECEIVE_BYTES = 1 << 16
MB = 1 << 20


def _stat(pid):
    """The fields of /proc/PID/stat behind the name: state, parent and so on."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rsplit(b")", 1)[1].split()


def has_ended(pid):
    try:
        return _stat(pid)[0] == b"Z"
    except OSError:
        return True


def cpu_seconds(pid):
    """User and system time; 0 of a process that has ended."""
    try:
        return sum(map(int, _stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0


def resident_bytes(pid):
    """0 of a process that has ended."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class Sources:
    """Loopback addresses to connect from, a few connections from each, as a server's limit for one
    address is not what is measured."""

    def __init__(self):
        self._numbers = itertools.count()

    def next(self):
        number = next(self._numbers) // CONNECTIONS_PER_SOURCE
        return f"127.3.{number // 250}.{number % 250 + 1}"


_sources = Sources()


def connect(port, receive_buffer=None):
    """A non-blocking socket on its way to 127.0.0.1."""
    peer = socket.socket()
    peer.setblocking(False)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if receive_buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    peer.bind((_sources.next(), 0))
    peer.connect_ex(("127.0.0.1", port))
    return peer


def try_send(peer, data):
    """How many bytes were taken; None if the connection is over: reset, whatever recv says then."""
    try:
        return peer.send(data)
    except BlockingIOError:
        return 0
    except OSError:
        return None


def try_receive(peer):
    """(bytes, how): how is None while the stream goes on, then "FIN" or "reset"."""
    try:
        data = peer.recv(RECEIVE_BYTES)
    except BlockingIOError:
        return b"", None
    except OSError:
        return b"", "reset"
    return data, None if data else "FIN"


def await_events(peers, seconds, events=select.POLLIN):
    """Those of the sockets on which one of the events (or an end) came within the time."""
    poll = select.poll()
    by_number = {}
    for peer in peers:
        poll.register(peer, events)
        by_number[peer.fileno()] = peer
    return [by_number[number] for number, _ in poll.poll(max(seconds, 0) * 1000)]


def exchange(peer, protocol, seconds):
    """One request and its answer on a connection that may still be on its way. How many seconds it
    took; None if there was no answer in time, or an end instead of one."""
    begin, request, received = time.monotonic(), REQUESTS[protocol], b""
    deadline, sent = begin + seconds, 0
    while time.monotonic() < deadline:
        left = deadline - time.monotonic()
        if sent < len(request):
            await_events([peer], left, select.POLLOUT)
            count = try_send(peer, request[sent:])
            if count is None:
                return None
            sent += count
            continue
        if not await_events([peer], left):
            return None
        data, over = try_receive(peer)
        received += data
        if is_answer(protocol, received):
            return time.monotonic() - begin
        if over:
            return None
    return None


def is_answer(protocol, received):
    if protocol == "http":
        return count_answers(received)["good"] > 0
    return received == REQUESTS[protocol]


def count_answers(data):
    """Complete HTTP responses in the bytes, by Content-Length or chunks of a plain text: "good" of
    status 200, "other", and "rest": bytes behind the last one that is complete."""
    found = {"good": 0, "other": 0, "rest": 0}
    at = 0
    while True:
        end = data.find(b"\r\n\r\n", at)
        if end < 0:
            break
        head = data[at:end + 2].lower()
        length = re.search(rb"\r\ncontent-length: *(\d+)", head)
        if length:
            after = end + 4 + int(length.group(1))
        elif b"\r\ntransfer-encoding:" in head:
            last = data.find(b"\r\n0\r\n\r\n", end + 2)
            after = last + 7 if last >= 0 else len(data) + 1
        else:
            after = end + 4
        if after > len(data):
            break
        found["good" if head[9:12] == b"200" else "other"] += 1
        at = after
    found["rest"] = len(data) - at
    return found
