#!/usr/bin/env python3
"""Runs the examples and talks to them: what the documents show must work as they say.

The smallest service has its port in its text, so it is compiled and not run here; what it does is
what the tests of edgewise-serve ask of frame://.

usage: run_examples.py --build FOLDER [--junit FILE]     (the folder with the programs)
"""

import argparse
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "test"))
from junit import Report  # noqa: E402  (the path comes first)
from listening import SECONDS, Listening, expect  # noqa: E402


class Example(Listening):
    def __init__(self, build, name, *more):
        super().__init__([os.path.join(build, "example-" + name), "127.0.0.1:0", *more],
                         stdin=subprocess.PIPE)


def ask(example, request):
    """The whole answer to an HTTP request that asks for the end of the connection."""
    with example.connect() as peer:
        peer.sendall(request)
        return peer.makefile("rb").read()


def http_service(build):
    with Example(build, "http_service") as example:
        end = b"Host: localhost\r\nConnection: close\r\n"
        hello = ask(example, b"GET /hello/you HTTP/1.1\r\n" + end + b"\r\n")
        assert hello.startswith(b"HTTP/1.1 200 ") and hello.endswith(b"\r\n\r\nHello, you\n"), hello
        assert b"\r\nCache-Control: no-store\r\n" in hello, hello
        head = ask(example, b"HEAD /hello/you HTTP/1.1\r\n" + end + b"\r\n")
        assert b"\r\nContent-Length: 11\r\n" in head and head.endswith(b"\r\n\r\n"), head
        upper = ask(example, b"POST /upper HTTP/1.1\r\n" + end + b"Content-Length: 5\r\n\r\nshout")
        assert upper.endswith(b"\r\n\r\nSHOUT"), upper
        missing = ask(example, b"GET / HTTP/1.1\r\n" + end + b"\r\n")
        assert missing.startswith(b"HTTP/1.1 404 "), missing
        wrong = ask(example, b"PUT /upper HTTP/1.1\r\n" + end + b"\r\n")
        assert wrong.startswith(b"HTTP/1.1 405 ") and b"\r\nAllow: POST\r\n" in wrong, wrong
        example.terminate()
        example.ends_with_0()


def chat(build):
    with Example(build, "chat") as example, example.connect() as one, example.connect() as two:
        first, second = one.makefile("rb"), two.makefile("rb")
        names = []
        for stream in (first, second):
            greeting = stream.readline()
            assert greeting.startswith(b"you are guest "), greeting
            names.append(greeting.removeprefix(b"you are ").rstrip(b"\n"))
        expect(first, names[1] + b" is here\n")
        one.sendall(b"good morning\r\n")
        expect(second, names[0] + b": good morning\n")
        two.shutdown(socket.SHUT_WR)
        expect(first, names[1] + b" is gone (end of stream)\n")
        assert second.read() == b""
        example.terminate()
        example.ends_with_0()


def events(build):
    with Example(build, "events") as example:
        watch = b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with example.connect() as one, example.connect() as two, example.connect() as gone:
            for peer in (one, two, gone):
                peer.sendall(watch)
            first, second = one.makefile("rb"), two.makefile("rb")
            seen = []
            for stream in (first, second):
                head = [stream.readline() for _ in range(7)]
                assert b"Content-Type: text/event-stream\r\n" in head, head
                assert b"Transfer-Encoding: chunked\r\n" in head, head
                while stream.readline() != b"event: tick\n":
                    pass
                seen.append(int(stream.readline().removeprefix(b"data: ")))
            gone.close()
            for stream in (first, second):
                while stream.readline() != b"event: tick\n":
                    pass
                assert int(stream.readline().removeprefix(b"data: ")) > min(seen)
            # A server that stops ends the streams properly, and does not wait for its deadline.
            example.terminate()
            example.ends_with_0()
            assert first.read().endswith(b"\r\n0\r\n\r\n")


def foreign_loop(build):
    with Example(build, "foreign_loop") as example:
        with example.connect() as peer:
            stream = peer.makefile("rb")
            for line in (b"one\n", b"two\n"):
                peer.sendall(line)
                expect(stream, line)
        with example.connect() as peer:
            peer.sendall(b"asked before the end\n")
            stream = peer.makefile("rb")
            expect(stream, b"asked before the end\n")
            example.process.stdin.close()
            assert stream.read() == b""
        example.ends_with_0()


def ask_lines(build):
    program = os.path.join(build, "example-ask")
    with Example(build, "foreign_loop") as example:
        # Where nobody listens first: the next address is tried.
        with socket.create_server(("127.0.0.1", 0)) as gone:
            nowhere = f"127.0.0.1:{gone.getsockname()[1]}"
        server = f"127.0.0.1:{example.port}"
        run = subprocess.run([program, nowhere, server], input="one\ntwo\n", text=True,
                             capture_output=True, timeout=SECONDS)
        assert (run.returncode, run.stdout) == (0, "one\ntwo\n"), run
        refused = subprocess.run([program, nowhere], input="", text=True, capture_output=True,
                                 timeout=SECONDS)
        assert refused.returncode == 1 and "ECONNREFUSED" in refused.stderr, refused


def recorded_service(build):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "incident.ewr")
        with Example(build, "recorded_service", "record", path) as example:
            with example.connect() as peer:
                peer.sendall(b"what led to it\n")
                expect(peer.makefile("rb"), b"what led to it\n")
            example.terminate()
            example.ends_with_0()
        with Example(build, "recorded_service", "replay", path) as again:
            assert again.port == example.port
            again.ends_with_0()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="the folder with the programs")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report there")
    arguments = parser.parse_args()
    report = Report("examples")
    for example in (http_service, events, chat, foreign_loop, ask_lines,
                    recorded_service):
        report.judge(lambda example=example: example(arguments.build),
                     f"the example {example.__name__} does what it says")
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
