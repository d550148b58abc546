"""Raw sockets as clients: exact reads, frames, and bytes that can be recognised."""

import random
import selectors
import socket
import struct

from cases import check, equal

SEED = 20240607


def noise(size, seed=SEED):
    return random.Random(seed).randbytes(size)


def framed(payload):
    return struct.pack(">I", len(payload)) + payload


def read_exactly(peer, size):
    parts, missing = [], size
    while missing:
        part = peer.recv(min(missing, 1 << 20))
        if not part:
            raise AssertionError(f"the stream ended {missing} bytes early, after {size - missing}")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def read_frame(peer):
    return read_exactly(peer, struct.unpack(">I", read_exactly(peer, 4))[0])


def read_to_end(peer):
    """Everything up to the end of the stream. A reset is an error."""
    parts = []
    while True:
        part = peer.recv(1 << 20)
        if not part:
            return b"".join(parts)
        parts.append(part)


def ends(peer, seconds=10):
    """True once the peer has closed, by FIN or by RST. Bytes before that are dropped."""
    peer.settimeout(seconds)
    try:
        while peer.recv(65536):
            pass
        return True
    except ConnectionResetError:
        return True
    except (TimeoutError, socket.timeout):
        return False


def exchange(peer, data, expected_size, seconds=60):
    """Sends all of `data` while reading, so that neither side can stall the other."""
    peer.setblocking(False)
    view, sent, parts, got = memoryview(data), 0, [], 0
    with selectors.DefaultSelector() as selector:
        selector.register(peer, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while got < expected_size:
            ready = selector.select(seconds)
            check(ready, f"stalled: {sent} of {len(data)} sent, {got} of {expected_size} back")
            if ready[0][1] & selectors.EVENT_WRITE and sent < len(data):
                sent += peer.send(view[sent:sent + (1 << 20)])
                if sent == len(data):
                    selector.modify(peer, selectors.EVENT_READ)
            if ready[0][1] & selectors.EVENT_READ:
                part = peer.recv(1 << 20)
                check(part, f"the stream ended after {got} of {expected_size} bytes")
                parts.append(part)
                got += len(part)
    peer.setblocking(True)
    peer.settimeout(seconds)
    return b"".join(parts)


def echo_frame(peer, payload):
    peer.sendall(framed(payload))
    equal(read_frame(peer), payload, "the echoed frame")


def still_serves(server, scheme="frame"):
    with server.connect(scheme) as peer:
        if scheme == "frame":
            echo_frame(peer, b"are you there")
        else:
            peer.sendall(b"are you there\n")
            equal(read_exactly(peer, 14), b"are you there\n", "the answer")


def reset(peer):
    """Closes with RST instead of FIN."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
