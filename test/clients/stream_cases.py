"""Raw bytes and lines, by nc, socat and bare sockets, over IPv4, IPv6 and unix sockets."""

import socket
import threading

from cases import case, check, equal, run
from server import Server
from stream import (ends, exchange, noise, read_exactly, read_to_end, reset, still_serves)
from waiting import pause

MIB = 1 << 20
TEXT = b"one\ntwo\nthree\n"


@case("nc gets its lines and its bytes back")
def netcat(env):
    env.need("nc")
    with Server(env) as server:
        for scheme in ("line", "echo"):
            equal(run("nc", "-N", "127.0.0.1", server.port(scheme), data=TEXT), TEXT, scheme)


@case("nc works over unix sockets")
def netcat_unix(env):
    env.need("nc")
    path = f"{env.folder}/edgewise.sock"
    for scheme in ("line", "echo"):
        with Server(env, listen=(f"{scheme}+unix://{path}",)):
            equal(run("nc", "-N", "-U", path, data=TEXT), TEXT, f"{scheme} over a unix socket")


@case("socat works over IPv4, IPv6 and unix sockets")
def socat(env):
    env.need("socat")
    env.need_ipv6()
    path = f"{env.folder}/edgewise.sock"
    listen = ("line://127.0.0.1:0", "echo://[::1]:0", f"line+unix://{path}")
    with Server(env, listen=listen) as server:
        for target in (f"TCP4:127.0.0.1:{server.port('line')}",
                       f"TCP6:[::1]:{server.port('echo')}", f"UNIX-CONNECT:{path}"):
            equal(run("socat", "-t5", "-", target, data=TEXT), TEXT, target)


@case("lines may end in LF or CRLF, and come in any pieces")
def line_endings(env):
    with Server(env) as server, server.connect("line") as peer:
        for piece in (b"on", b"e\ntwo\r", b"\n\nfour\n"):
            peer.sendall(piece)
        got = b"".join(read_exactly(peer, 1) for _ in range(len(b"one\ntwo\n\nfour\n")))
        equal(got.replace(b"\r\n", b"\n")[:8], b"one\ntwo\n", "the lines")


@case("a line without an end is refused at its maximum")
def endless_line(env):
    with Server(env, "--frame_bytes_max=65536") as server:
        with server.connect("line") as peer:
            peer.sendall(b"x" * 65536)
            peer.sendall(b"x" * 3)
            check(ends(peer, 5), "an endless line was not refused")
        server.wait_for_counter("malformed")
        still_serves(server, "line")


@case("4 MiB come back intact to a client that reads slowly", seconds=120)
def slow_reader(env):
    data = noise(4 * MIB)
    with Server(env) as server, server.connect("echo", 60, receive_buffer=8192) as peer:
        writer = threading.Thread(target=peer.sendall, args=(data,))
        writer.start()
        got = bytearray()
        while len(got) < len(data):
            part = peer.recv(65536)
            check(part, f"the stream ended after {len(got)} bytes")
            got += part
            if len(got) < MIB:
                pause(0.002)
        writer.join()
        check(got == data, "what came back is not what was sent")
        equal(server.counters()["lost_edges"], 0, "lost edges")


@case("4 MiB and a half-close: the client reads all of it afterwards, then the end", seconds=120)
def half_close(env):
    data = noise(4 * MIB)
    for scheme, listen in (("echo", "echo://127.0.0.1:0"),
                           ("echo+unix", f"echo+unix://{env.folder}/edgewise.sock")):
        with Server(env, listen=(listen,)) as server, server.connect(scheme, 60) as peer:
            got = []
            reader = threading.Thread(target=lambda: got.append(read_to_end(peer)))
            reader.start()
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            reader.join()
            check(got and got[0] == data, f"{len(got and got[0])} bytes came back on {scheme}")


@case("a client that sends 200 KiB, half-closes and only then reads gets all of it")
def half_close_then_read(env):
    data = noise(200 * 1024)
    with Server(env) as server, server.connect("echo") as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        check(read_to_end(peer) == data, "not all of it")


@case("an urgent byte in mid-stream stops nothing")
def urgent_byte(env):
    with Server(env) as server, server.connect("echo") as peer:
        for i in range(50):
            peer.sendall(b"before%02d" % i)
            peer.send(b"!", socket.MSG_OOB)
            peer.sendall(b"after%02d" % i)
            got = read_exactly(peer, 8)
            equal(got, b"before%02d" % i, "what was sent before the urgent byte")
            first = read_exactly(peer, 1)
            rest = read_exactly(peer, 7 if first == b"!" else 6)
            equal((first + rest).lstrip(b"!"), b"after%02d" % i, "what was sent after it")


@case("an urgent byte followed by the end of the stream stops nothing")
def urgent_byte_then_end(env):
    with Server(env) as server, server.connect("echo") as peer:
        peer.sendall(b"before")
        peer.send(b"!", socket.MSG_OOB)
        peer.sendall(b"after")
        peer.shutdown(socket.SHUT_WR)
        equal(read_to_end(peer).replace(b"!", b""), b"beforeafter", "what came back")


@case("a reset in mid-stream, with output queued, leaves the server serving")
def reset_with_output(env):
    with Server(env) as server:
        for _ in range(10):
            peer = server.connect("echo", receive_buffer=8192)
            peer.setblocking(False)
            try:
                while True:
                    peer.send(noise(65536))
            except BlockingIOError:
                pass
            reset(peer)
        server.wait_for_counter("connections_closed", 10)
        still_serves(server)
        check(server.counters()["closed_reset"] >= 8, f"resets: {server.counters()}")


@case("a client that never reads cannot make the server's memory grow without bound")
def never_reads(env):
    with Server(env) as server:
        still_serves(server)
        before = server.resident_kib()
        peers = [server.connect("echo", receive_buffer=8192) for _ in range(4)]
        sent = 0
        for peer in peers:
            peer.settimeout(1)
            try:
                for _ in range(1024):
                    sent += peer.send(noise(65536))
            except TimeoutError:
                pass
        grown = server.resident_kib() - before
        check(grown < 40 * 1024, f"{grown} KiB more for {sent >> 10} KiB sent by four peers")
        check(server.counters()["holds"] >= 1, "reading was never held")
        still_serves(server)
        for peer in peers:
            peer.close()


@case("sixteen clients at once echo 1 MiB each, in pieces of any size")
def many_echoes(env):
    wrong = []

    def client(server, number):
        try:
            data = noise(MIB, number)
            with server.connect("echo", 60) as peer:
                check(exchange(peer, data, len(data)) == data, f"client {number}: changed")
        except (AssertionError, OSError) as error:
            wrong.append(f"client {number}: {error}")

    with Server(env) as server:
        threads = [threading.Thread(target=client, args=(server, i)) for i in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal(wrong, [], "what went wrong")
