"""Whether a server does what the comparison asks of it.

usage: check.py echo|frame|http HOST:PORT

Strict about bytes. Where servers may differ (which headers else, how a 404 looks, whether
"Connection: close" is honoured by a server that does not read headers) it is not.
"""

import random
import socket
import struct
import sys
import threading

TIMEOUT_SECONDS = 30
FRAME_BYTES_MAX = 64 << 20
BODY = b"Hello, World!"
GET = b"GET /plaintext HTTP/1.1\r\nHost: localhost\r\n"


class CheckError(Exception):
    """What is wrong with the server, in one line."""


class Client:
    """A connection, and what came after what was read of it."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_pieces(self, data, rng, most, then_end=False):
        """In a thread of its own: the server may have to be read to take it all."""
        def work():
            at = 0
            try:
                while at < len(data):
                    size = rng.randint(1, most)
                    self.socket.sendall(data[at:at + size])
                    at += size
                if then_end:
                    self.end()
            except OSError:
                pass  # the reader sees it
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def end(self):
        self.socket.shutdown(socket.SHUT_WR)

    def _receive(self, what):
        try:
            return self.socket.recv(1 << 16)
        except TimeoutError:
            raise CheckError(f"{what}: nothing came for {TIMEOUT_SECONDS} s") from None
        except OSError as error:
            raise CheckError(f"{what}: {error}") from error

    def read(self, size, what):
        chunks, have = [self._rest], len(self._rest)
        while have < size:
            chunk = self._receive(f"{what}, after {have} of {size} bytes")
            if not chunk:
                raise CheckError(f"{what}: closed after {have} of {size} bytes")
            chunks.append(chunk)
            have += len(chunk)
        data = b"".join(chunks)
        self._rest = data[size:]
        return data[:size]

    def read_to(self, mark, what):
        while mark not in self._rest:
            chunk = self._receive(what)
            if not chunk:
                raise CheckError(f"{what}: closed after {len(self._rest)} bytes")
            self._rest += chunk
        data, _, self._rest = self._rest.partition(mark)
        return data

    def is_at_end(self):
        if not self._rest:
            self._rest = self._receive("end or answer")
        return not self._rest

    def expect_end(self, what):
        if self._rest:
            raise CheckError(f"{what}: {len(self._rest)} bytes too many")
        chunk = self._receive(what)
        if chunk:
            raise CheckError(f"{what}: {len(chunk)} bytes, where the end was due")

    def expect_end_or_reset(self, what):
        try:
            if self.socket.recv(1 << 16):
                raise CheckError(f"{what}: bytes, where the end was due")
        except ConnectionError:
            pass
        except TimeoutError:
            raise CheckError(f"{what}: the connection stays open") from None


def expect(got, wanted, what):
    if got == wanted:
        return
    if len(got) == len(wanted) and len(got) > 64:
        at = next(i for i in range(len(got)) if got[i] != wanted[i])
        raise CheckError(f"{what}: other bytes came back, from byte {at} on")
    raise CheckError(f"{what}: {got!r}, not {wanted!r}")


def check_echo(address, rng):
    with Client(address) as client:
        client.send(b"x")
        expect(client.read(1, "1 byte"), b"x", "1 byte")
        data = rng.randbytes(1_000_000)
        sender = client.send_pieces(data, rng, 9973)
        expect(client.read(len(data), "1 MB in odd pieces"), data, "1 MB in odd pieces")
        sender.join()
        client.end()
        client.expect_end("after the half-close")
    for size in (100_000, 5_000_000):  # what the sockets take by themselves, and more
        with Client(address) as client:
            data = rng.randbytes(size)
            sender = client.send_pieces(data, rng, 65536, then_end=True)
            sender.join(0.2)
            expect(client.read(size, "half-close"), data, "half-close")
            client.expect_end("after the half-close")


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


def check_frame(address, rng):
    with Client(address) as client:
        client.send(frame(b""))
        expect(client.read(4, "an empty frame"), frame(b""), "an empty frame")
        data = b"".join(frame(rng.randbytes(rng.randint(0, 40))) for _ in range(1000))
        client.send(data)
        expect(client.read(len(data), "1000 frames"), data, "1000 frames")
        for piece in (frame(b"split"), frame(b"")):
            for byte in piece:
                client.send(bytes([byte]))
            expect(client.read(len(piece), "a frame in bytes"), piece, "a frame in bytes")
        data = frame(rng.randbytes(1 << 20)) + frame(b"behind")
        sender = client.send_pieces(data, rng, 70_001)
        expect(client.read(len(data), "1 MiB split"), data, "1 MiB split")
        sender.join()
        client.send(frame(b"last") + b"\0\0")
        client.end()
        expect(client.read(8, "half-close"), frame(b"last"), "half-close")
        client.expect_end_or_reset("after the half-close")
    with Client(address) as client:
        client.send(struct.pack(">I", FRAME_BYTES_MAX + 1))
        client.expect_end_or_reset("a frame above 64 MiB")
    with Client(address) as client:
        data = frame(rng.randbytes(FRAME_BYTES_MAX))
        client.send_pieces(data, rng, 1 << 20)
        expect(client.read(len(data), "64 MiB"), data, "64 MiB")


def read_answer(client, what):
    """(status, headers, body)"""
    head = client.read_to(b"\r\n\r\n", what).decode("latin-1").split("\r\n")
    words = head[0].split(" ", 2)
    if len(words) < 2 or words[0] != "HTTP/1.1" or not words[1].isdigit():
        raise CheckError(f"{what}: status line {head[0]!r}")
    headers = {}
    for line in head[1:]:
        name, colon, value = line.partition(":")
        if not colon or name.lower() in headers:
            raise CheckError(f"{what}: header {line!r}")
        headers[name.lower()] = value.strip()
    size = headers.get("content-length", "0")
    if not size.isdigit():
        raise CheckError(f"{what}: Content-Length {size!r}")
    return int(words[1]), headers, client.read(int(size), what)


def expect_hello(client, what):
    status, headers, body = read_answer(client, what)
    if status != 200:
        raise CheckError(f"{what}: status {status}")
    for name in ("server", "date", "content-type", "content-length"):
        if name not in headers:
            raise CheckError(f"{what}: no header {name}")
    if headers["content-type"].split(";")[0] != "text/plain":
        raise CheckError(f"{what}: Content-Type {headers['content-type']!r}")
    if len(headers["date"]) != 29 or not headers["date"].endswith(" GMT"):
        raise CheckError(f"{what}: Date {headers['date']!r}")
    expect(body, BODY, what)


def check_http(address, _):
    with Client(address) as client:
        for what in ("a request", "a second request"):
            client.send(GET + b"\r\n")
            expect_hello(client, what)
        for byte in GET + b"Accept: */*\r\n\r\n":
            client.send(bytes([byte]))
        expect_hello(client, "a request in bytes")
        client.send((GET + b"\r\n") * 16)
        for i in range(16):
            expect_hello(client, f"pipelined request {i + 1} of 16")
        client.end()
        client.expect_end("after the half-close")
    with Client(address) as client:
        client.send(GET + b"\r\n")
        client.end()
        expect_hello(client, "a request before a half-close")
        client.expect_end("after a request and a half-close")
    notes = half_close_behind(16, address)
    with Client(address) as client:
        client.send(b"GET /elsewhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        status, _, _ = read_answer(client, "another path")
        if status != 404:
            raise CheckError(f"another path: status {status}")
    with Client(address) as client:
        client.send(GET + b"Connection: close\r\n\r\n")
        expect_hello(client, "Connection: close")
        try:
            client.end()
        except OSError:
            pass  # the server has closed already
        client.expect_end("after Connection: close")
    return notes


def half_close_behind(count, address):
    """A server may take the peer's end for the end of them all (evhttp does); that is worth a note,
    as long as whole answers come until then."""
    with Client(address) as client:
        client.send((GET + b"\r\n") * count)
        client.end()
        for i in range(count):
            if i > 0 and client.is_at_end():
                return [f"answers {i} of {count} requests that a half-close follows"]
            expect_hello(client, f"request {i + 1} of {count} before a half-close")
        client.expect_end(f"after {count} requests and a half-close")
    return []


CHECKS = {"echo": check_echo, "frame": check_frame, "http": check_http}


def check(protocol, host, port, seed=1):
    """Raises CheckError if the server does not do what it should. What it may do, but others do
    not, is returned: a list of lines."""
    try:
        return CHECKS[protocol]((host, port), random.Random(seed)) or []
    except OSError as error:
        raise CheckError(f"{protocol}: {error}") from error


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in CHECKS:
        sys.exit(__doc__.strip())
    host, _, port = sys.argv[2].rpartition(":")
    try:
        for note in check(sys.argv[1], host, int(port)):
            print(f"{sys.argv[2]}: note: {note}")
    except CheckError as error:
        print(f"{sys.argv[2]}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
