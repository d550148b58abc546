"""What the how-to pages claim of their programs. The first line of each is its name."""

import hashlib
import re
import socket
import struct
import time

from listening import SECONDS, expect
from program import Program, at_end, frame, read_frame
from waiting import pause, wait_until

GROWTH_BYTES_MAX = 4 << 20


def key_value(build):
    """service.md: requests in one send are answered in order, also when they are cut anywhere"""
    with Program(build, "docs/how-to-kv", "ADDRESS") as program, program.connect() as peer:
        stream = peer.makefile("rb")
        asked = [b"GET a", b"SET a one two", b"GET a", b"DEL a", b"DEL a"]
        told = [b"NONE", b"OK", b"= one two", b"OK", b"NONE"]
        peer.sendall(b"".join(map(frame, asked)))
        assert [read_frame(stream) for _ in asked] == told
        for byte in frame(b"SET b " + b"x" * 50) + frame(b"GET b"):
            peer.sendall(bytes([byte]))
        assert read_frame(stream) == b"OK" and read_frame(stream) == b"= " + b"x" * 50
        peer.sendall(frame(b"what?") + frame(b"GET b"))
        assert read_frame(stream).startswith(b"? ") and stream.read() == b""
        program.terminate()
        program.ends_with_0()


def key_value_idle(build):
    """service.md: who is silent for two seconds is closed, and who announces too much at once"""
    with Program(build, "docs/how-to-kv", "ADDRESS") as program:
        with program.connect() as silent, program.connect() as greedy:
            began = time.monotonic()
            greedy.sendall(struct.pack(">I", (64 << 10) + 1))
            assert at_end(greedy)
            assert at_end(silent)
            seconds = time.monotonic() - began
            assert seconds >= 1.9, f"closed after {seconds} s"
        program.await_counters(closed_idle_timeout=1, malformed=1)


def netstrings(build):
    """codec.md: the service answers netstrings, and ends who sends none"""
    with Program(build, "docs/how-to-netstring", "ADDRESS") as program:
        with program.connect() as peer:
            peer.sendall(b"5:hello,0:,12:a,b,c,d,e,f,,")
            peer.shutdown(socket.SHUT_WR)
            assert peer.makefile("rb").read() == b"5:olleh,0:,12:,f,e,d,c,b,a,"
        with program.connect() as peer:
            peer.sendall(b"hello\n")
            assert at_end(peer)
        program.await_counters(malformed_a_length_that_is_not_digits_and_a_colon=1)


def stalled(build, name, request):
    """Asks for much and does not read. Answers the program's growth once nothing more leaves."""
    with Program(build, name, "ADDRESS") as program, program.connect() as warm:
        before = program.resident()
        with program.connect() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
            peer.sendall(request)
            sent = [-1]

            def is_full():
                sent.append(program.counters()["bytes_sent"])
                pause(0.1)
                return sent[-1] == sent[-2] > 100_000
            wait_until(is_full, "the socket is full", SECONDS)
            grown = program.resident() - before
        warm.close()
        return grown


def slow_reader_http(build):
    """slow-clients.md: a body of 9 GB for a client that does not read costs no memory"""
    request = b"GET /numbers/1000000000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    grown = stalled(build, "docs/how-to-download", request)
    assert grown < GROWTH_BYTES_MAX, f"grown by {grown} bytes"


def slow_reader_lines(build):
    """slow-clients.md: nor do 9 GB of lines"""
    grown = stalled(build, "docs/how-to-feed", b"1000000000\n")
    assert grown < GROWTH_BYTES_MAX, f"grown by {grown} bytes"


def slow_but_whole(build):
    """slow-clients.md: what a slow client reads is whole, and others are served meanwhile"""
    wanted = hashlib.sha256(b"".join(b"%d\n" % i for i in range(1, 1_000_001))).digest()
    with Program(build, "docs/how-to-feed", "ADDRESS") as program:
        with program.connect() as slow, program.connect() as quick:
            slow.sendall(b"1000000\n3\n")
            got = slow.recv(1000)
            quick.sendall(b"2\n")
            stream = quick.makefile("rb")
            expect(stream, b"1\n")
            expect(stream, b"2\n")
            slow.shutdown(socket.SHUT_WR)
            got += slow.makefile("rb").read()
            assert got.endswith(b"1\n2\n3\n"), got[-30:]
            assert hashlib.sha256(got[:-6]).digest() == wanted


def limits(build):
    """limits.md: each limit holds, and its counter says so"""
    with Program(build, "docs/how-to-limits", "ADDRESS") as program:
        with program.connect() as one, program.connect() as two, program.connect() as three:
            for peer in (one, two, three):  # all three are in
                peer.sendall(b"hello\n")
                assert peer.recv(10) == b"hello\n"
            with program.connect() as fourth:
                assert at_end(fourth)
            began = time.monotonic()
            one.sendall(b"x" * 81)
            assert at_end(one)
            two.sendall(b"never finished")
            assert at_end(two)
            assert time.monotonic() - began > 0.9, "before the second is over"
            three.sendall(b"".join(b"%d\n" % i for i in range(250)))
            stream = three.makefile("rb")
            began = time.monotonic()
            for i in range(250):
                expect(stream, b"%d\n" % i)
            assert time.monotonic() - began > 1.9, "it is not metered"
        program.await_counters(accept_refused=1, malformed=1, closed_frame_timeout=1, holds=2)


def refused(program):
    try:
        program.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def drain(build):
    """drain.md: at SIGTERM what was begun is finished, nobody else comes in, and the end is 0"""
    with Program(build, "docs/how-to-drain", "ADDRESS") as program:
        with program.connect() as busy, program.connect() as idle:
            busy.sendall(b"the accounts\n")
            idle.sendall(b"x")
            wait_until(lambda: program.counters()["holds"] == 1, "the job is begun", SECONDS)
            program.terminate()
            stream = busy.makefile("rb")
            expect(stream, b"the server stops\n")
            assert refused(program), "it still accepts"
            idle.shutdown(socket.SHUT_WR)
            expect(stream, b"done: the accounts\n")
            assert stream.read() == b""
            assert idle.makefile("rb").read() == b"the server stops\n"
        program.ends_with_0()
        assert program.process.stdout.read() == "drained\n"


def many_threads(build):
    """threads.md: several threads answer; who says something is heard on all of them"""
    with Program(build, "docs/how-to-threads", "ADDRESS") as program:
        guests = [program.connect() for _ in range(24)]
        try:
            streams = [guest.makefile("rb") for guest in guests]
            names = set()
            for guest, stream in zip(guests, streams):
                guest.sendall(b"who\n")
                names.add(stream.readline())
            assert 2 <= len(names) <= 4, names
            guests[0].sendall(b"say hello\n")
            for stream in streams:
                expect(stream, b"hello\n")
        finally:
            for guest in guests:
                guest.close()


def helper_thread(build):
    """threads.md: what computes for long stops nobody, also when who asked has left"""
    with Program(build, "docs/how-to-threads", "ADDRESS") as program:
        with program.connect() as asker, program.connect() as other, program.connect() as gone:
            gone.sendall(b"primes 200000\n")
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            gone.close()
            asker.sendall(b"primes 100000\nwho\n")
            other.sendall(b"who\n")
            assert other.makefile("rb").readline().startswith(b"thread ")
            stream = asker.makefile("rb")
            expect(stream, b"9592\n")
            assert stream.readline().startswith(b"thread ")
        program.terminate()
        program.ends_with_0()


def own_thread(build):
    """embed.md: a server in a thread of its own hears the program, and ends with it"""
    with Program(build, "docs/how-to-embed_thread", "ADDRESS") as program:
        with program.connect() as peer:
            stream = peer.makefile("rb")
            peer.sendall(b"?\n")
            expect(stream, b"hello\n")
            program.process.stdin.write("good morning\n")
            program.process.stdin.write("count\n")  # which waits for what was posted before
            program.process.stdin.flush()
            assert program.process.stdout.readline() == "1 clients\n"
            peer.sendall(b"?\n")
            expect(stream, b"good morning\n")
            program.process.stdin.close()
            assert stream.read() == b""
        program.ends_with_0()
        assert program.process.stdout.read() == "stopped\n"


def own_loop(build):
    """embed.md: a server in a loop of poll(2) answers, and ends with it"""
    with Program(build, "docs/example-foreign_loop", "ADDRESS") as program:
        with program.connect() as peer:
            peer.sendall(b"hello\n")
            stream = peer.makefile("rb")
            expect(stream, b"hello\n")
            program.process.stdin.close()
            assert stream.read() == b""
        program.ends_with_0()


def notes(build):
    """http.md: notes are kept, too large ones refused, files served and none from outside"""
    with Program(build, "docs/how-to-http", "ADDRESS", str(build)) as program:
        def ask(method, path, body=b""):
            with program.connect() as peer:
                peer.sendall(b"%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                             b"Content-Length: %d\r\n\r\n%s" % (method, path, len(body), body))
                answer = peer.makefile("rb").read()
                return int(re.match(rb"HTTP/1.1 (\d+)", answer)[1]), answer.partition(
                    b"\r\n\r\n")[2]
        assert ask(b"GET", b"/notes/a")[0] == 404
        assert ask(b"PUT", b"/notes/a", b"milk")[0] == 201
        assert ask(b"PUT", b"/notes/a", b"tea")[0] == 204
        assert ask(b"GET", b"/notes/a") == (200, b"tea")
        assert ask(b"PUT", b"/notes/a", b"x" * 1001)[0] == 413
        assert ask(b"DELETE", b"/notes/a")[0] == 405
        assert ask(b"GET", b"/files/build.ninja") == (200, (build / "build.ninja").read_bytes())
        assert ask(b"GET", b"/files/../secret")[0] in (400, 404)


CLAIMS = (key_value, key_value_idle, netstrings, slow_reader_http, slow_reader_lines,
          slow_but_whole, limits, drain, many_threads, helper_thread, own_thread, own_loop, notes)
