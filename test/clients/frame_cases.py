"""Frames: of every size, in every arrangement, and broken off."""

import socket
import struct
import threading

from cases import case, check, equal
from server import Server
from stream import (echo_frame, ends, exchange, framed, noise, read_exactly, read_frame,
                    read_to_end, reset, still_serves)

MIB = 1 << 20
FRAME = ("frame://127.0.0.1:0",)


@case("frames of 0 bytes to 64 MiB come back intact", seconds=180)
def sizes(env):
    with Server(env, "--frame_bytes_max=67108864", listen=FRAME) as server:
        for size in (0, 1, 2, 4, 1023, 4096, 65531, 65532, 65536, 262144, MIB, 16 * MIB, 64 * MIB):
            payload = noise(size)
            with server.connect("frame") as peer:
                got = exchange(peer, framed(payload), 4 + size)
            equal(got[:4], struct.pack(">I", size), f"the header of {size} bytes")
            check(got[4:] == payload, f"the payload of {size} bytes came back changed")


@case("a thousand frames in one write are answered in order")
def pipelined(env):
    with Server(env, listen=FRAME) as server, server.connect("frame") as peer:
        payloads = [noise(i % 97, i) for i in range(1000)]
        data = b"".join(framed(payload) for payload in payloads)
        check(exchange(peer, data, len(data)) == data, "the answers are not the frames in order")
        equal(server.counters()["frames"], 1000, "frames counted")


@case("a frame sent byte by byte comes back once, whole")
def byte_by_byte(env):
    with Server(env, listen=FRAME) as server, server.connect("frame") as peer:
        data = framed(noise(300))
        for i in range(len(data)):
            peer.sendall(data[i:i + 1])
        equal(read_exactly(peer, len(data)), data, "the frame")
        equal(server.counters()["frames"], 1, "frames counted")


@case("frames of no bytes are legal, a hundred at once")
def empty_frames(env):
    with Server(env, listen=FRAME) as server, server.connect("frame") as peer:
        peer.sendall(framed(b"") * 100)
        equal(read_exactly(peer, 400), framed(b"") * 100, "the answers")


@case("a frame above the maximum is refused at its header, the one at the maximum is not")
def oversize(env):
    with Server(env, "--frame_bytes_max=1000", listen=FRAME) as server:
        with server.connect("frame") as peer:
            echo_frame(peer, noise(1000))
            peer.sendall(struct.pack(">I", 1001))
            check(ends(peer, 5), "still open after a header of 1001 bytes")
        server.wait_for_counter("malformed")
        before = server.resident_kib()
        for _ in range(50):
            with server.connect("frame") as peer:
                peer.sendall(struct.pack(">I", 0xFFFFFFFF) + b"x" * 100)
                check(ends(peer, 5), "still open after a header of 4 GiB")
        server.wait_for_counter("malformed", 51)
        check(server.resident_kib() - before < 20000, "memory was allocated for refused frames")
        still_serves(server)


@case("what was asked before a malformed frame is answered first")
def answers_before_malformed(env):
    with Server(env, "--frame_bytes_max=1000", listen=FRAME) as server:
        with server.connect("frame") as peer:
            peer.sendall(framed(b"one") + framed(b"two") + struct.pack(">I", 5000) + b"x" * 5000)
            equal(read_to_end(peer), framed(b"one") + framed(b"two"), "the answers")


@case("a reset in mid-frame is counted as a reset, and the server goes on")
def reset_in_mid_frame(env):
    with Server(env, listen=FRAME) as server:
        for _ in range(20):
            peer = server.connect("frame")
            peer.sendall(framed(noise(1000))[:500])
            reset(peer)
        server.wait_for_counter("connections_closed", 20)
        still_serves(server)
        server.wait_for_counter("connections_closed", 21)
        counters = server.counters()
        equal(counters["connections_opened"], counters["connections_closed"], "opened and closed")
        check(counters["closed_reset"] >= 15, f"resets: {counters['closed_reset']} of 20")
        equal(counters["frames"], 1, "frames delivered")


@case("a stream that ends in mid-frame delivers nothing of that frame")
def end_in_mid_frame(env):
    with Server(env, listen=FRAME) as server:
        with server.connect("frame") as peer:
            peer.sendall(framed(b"whole") + framed(b"broken off")[:7])
            peer.shutdown(socket.SHUT_WR)
            equal(read_to_end(peer), framed(b"whole"), "what came back")
        equal(server.counters()["frames"], 1, "frames delivered")


@case("a half-close with requests pending: all are answered, then the stream ends")
def half_close_pending(env):
    with Server(env, listen=FRAME) as server, server.connect("frame") as peer:
        data = b"".join(framed(noise(1000, i)) for i in range(200))
        reader = threading.Thread(target=lambda: (peer.sendall(data),
                                                  peer.shutdown(socket.SHUT_WR)))
        reader.start()
        got = read_to_end(peer)
        reader.join()
        check(got == data, f"{len(got)} bytes of {len(data)} came back")


@case("frames of 4 MiB in a row, over eight connections at once", seconds=120)
def many_large(env):
    wrong = []

    def client(server, number):
        try:
            payload = noise(4 * MIB, number)
            with server.connect("frame", 60) as peer:
                for _ in range(3):
                    got = exchange(peer, framed(payload), 4 + len(payload))
                    check(got[4:] == payload, "changed")
        except (AssertionError, OSError) as error:
            wrong.append(f"client {number}: {error}")

    with Server(env, "--frame_bytes_max=67108864", listen=FRAME) as server:
        clients = [threading.Thread(target=client, args=(server, i)) for i in range(8)]
        for thread in clients:
            thread.start()
        for thread in clients:
            thread.join()
        equal(wrong, [], "what went wrong")


@case("9,000 connections at once are each answered", seconds=240)
def nine_thousand(env):
    count = 9000
    env.need_descriptors(count + 200)
    flags = (f"--connections_max={count + 10}", "--idle_timeout=200s")
    with Server(env, *flags, listen=FRAME, descriptors=count + 500) as server:
        peers = []
        try:
            for _ in range(count):
                peers.append(server.connect("frame", 60))
            for i, peer in enumerate(peers):
                peer.sendall(framed(struct.pack(">I", i)))
            for i, peer in enumerate(peers):
                equal(read_frame(peer), struct.pack(">I", i), f"the answer to connection {i}")
            equal(server.counters()["connections_opened"], count, "connections opened")
        finally:
            for peer in peers:
                peer.close()
        server.wait_for_counter("connections_closed", count, 60)
