"""Deadlines, caps and the descriptor limit."""

import socket
import time

from cases import Skip, case, check, equal
from server import Server
from stream import echo_frame, ends, framed, noise, read_exactly, still_serves
from waiting import pause, wait_until

FRAME = ("frame://127.0.0.1:0",)


def seconds_until_end(peer, most):
    begin = time.monotonic()
    check(ends(peer, most), f"still open after {most} s")
    return time.monotonic() - begin


@case("a frame that trickles in is cut off at its deadline, however often a byte comes")
def slow_frame(env):
    with Server(env, "--frame_timeout=500ms", listen=FRAME) as server:
        with server.connect("frame") as slow, server.connect("frame") as polite:
            begin = time.monotonic()
            cut_off = None
            slow.settimeout(0.02)
            for byte in framed(noise(5000)):
                try:
                    slow.sendall(bytes([byte]))
                    if slow.recv(1) == b"":
                        cut_off = time.monotonic() - begin
                        break
                except TimeoutError:
                    pass
                except OSError:
                    cut_off = time.monotonic() - begin
                    break
                if time.monotonic() - begin > 10:
                    break
            check(cut_off is not None, "a frame of 5000 bytes was trickled in for 10 s")
            check(0.45 <= cut_off < 4, f"cut off after {cut_off:.2f} s, not about 0.5")
            echo_frame(polite, b"not affected")
        server.wait_for_counter("closed_frame_timeout")


@case("a header that trickles in is cut off at its deadline")
def slow_header(env):
    with Server(env, "--head_timeout=500ms", listen=("http://127.0.0.1:0",)) as server:
        with server.connect("http") as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
            begin = time.monotonic()
            peer.settimeout(10)
            answer = peer.recv(4096)
            took = time.monotonic() - begin
            check(answer.startswith(b"HTTP/1.1 408 "), f"was told {answer!r}")
            check(0.4 <= took < 4, f"cut off after {took:.2f} s, not about 0.5")
            check(peer.recv(4096) == b"", "more came after the 408")
        server.wait_for_counter("closed_frame_timeout")


@case("a body that comes below the minimum rate is cut off, one that comes above it is not")
def slow_body(env):
    flags = ("--body_timeout=500ms", "--body_rate_min=10000")
    head = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n"
    with Server(env, *flags, listen=("http://127.0.0.1:0",)) as server:
        with server.connect("http") as slow, server.connect("http") as steady:
            for peer in (slow, steady):
                peer.sendall(head)
            begin = time.monotonic()
            slow.settimeout(0.05)
            told = None
            sent = 0
            while time.monotonic() - begin < 10 and (told is None or sent < 30000):
                if sent < 30000:
                    steady.sendall(b"x" * 1500)
                    sent += 1500
                if told is not None:
                    pause(0.05)
                    continue
                slow.sendall(b"x")
                try:
                    told = slow.recv(4096)
                    took = time.monotonic() - begin
                except TimeoutError:
                    pass
            check(told is not None and told.startswith(b"HTTP/1.1 408 "), f"was told {told!r}")
            check(0.4 <= took < 4, f"cut off after {took:.2f} s, not about 0.5")
            steady.settimeout(10)
            check(steady.recv(4096).startswith(b"HTTP/1.1 200 "), "the steady one was cut off too")
        server.wait_for_counter("closed_body_timeout")


@case("an idle connection is closed after the idle timeout, a busy one is not")
def idle(env):
    with Server(env, "--idle_timeout=500ms", listen=FRAME) as server:
        with server.connect("frame") as quiet, server.connect("frame") as busy:
            begin = time.monotonic()
            quiet.setblocking(False)
            closed = None
            while time.monotonic() - begin < 10 and closed is None:
                echo_frame(busy, b"still here")
                pause(0.02)
                try:
                    if quiet.recv(1) == b"":
                        closed = time.monotonic() - begin
                except BlockingIOError:
                    pass
            check(closed is not None, "an idle connection was open for 10 s")
            check(0.45 <= closed < 4, f"closed after {closed:.2f} s, not about 0.5")
            echo_frame(busy, b"still here")
        server.wait_for_counter("closed_idle_timeout")


@case("above the cap on connections nobody is served, and those within it are not disturbed")
def cap(env):
    with Server(env, "--connections_max=5", listen=FRAME) as server:
        peers = [server.connect("frame") for _ in range(5)]
        for peer in peers:
            echo_frame(peer, b"within")
        with server.connect("frame") as sixth:
            sixth.sendall(framed(b"above"))
            sixth.settimeout(0.3)
            try:
                equal(sixth.recv(100), b"", "an answer above the cap")
            except (TimeoutError, ConnectionResetError):
                pass
            for peer in peers:
                echo_frame(peer, b"not disturbed")
        peers.pop().close()
        begin = time.monotonic()
        wait_until(lambda: serves(server), "served again below the cap", 5)
        check(time.monotonic() - begin < 2, "it took more than 2 s to accept again")
        for peer in peers:
            peer.close()


@case("the cap for each address refuses the surplus at once, with a counter")
def address_cap(env):
    with Server(env, "--connections_per_address_max=3", listen=FRAME) as server:
        peers = [server.connect("frame") for _ in range(3)]
        for peer in peers:
            echo_frame(peer, b"within")
        with server.connect("frame") as fourth:
            check(ends(fourth, 5), "a fourth connection from the same address was kept")
        other = socket.socket()
        other.bind(("127.0.0.2", 0))
        other.settimeout(10)
        other.connect(server.address("frame")[1])
        echo_frame(other, b"another address")
        check(server.counters()["accept_refused"] >= 1, "no counter moved")
        for peer in peers:
            echo_frame(peer, b"not disturbed")
            peer.close()
        wait_until(lambda: serves(server), "served again", 5)
        other.close()


def serves(server):
    """Whether a new connection gets an answer within a moment."""
    try:
        with server.connect("frame", seconds=1) as peer:
            peer.sendall(framed(b"hello"))
            return read_exactly(peer, 9) == framed(b"hello")
    except (OSError, AssertionError):
        return False


@case("at a descriptor limit of 64: sheds, disturbs nobody, accepts again within 100 ms")
def descriptor_limit(env):
    if env.sanitized:
        raise Skip("the undefined-behaviour sanitizer needs descriptors of its own")
    with Server(env, "--connections_max=1000", listen=FRAME, descriptors=64) as server:
        served, surplus = [], []
        for _ in range(100):
            peer = server.connect("frame")
            peer.sendall(framed(b"hello"))
            surplus.append(peer)
        wait_until(lambda: server.open_descriptors() >= 60, "the descriptors are used up")
        for peer in surplus:
            peer.settimeout(3)
            try:
                if peer.recv(9) == framed(b"hello"):
                    served.append(peer)
            except (ConnectionResetError, TimeoutError):
                pass
        check(40 <= len(served) <= 64, f"{len(served)} of 100 were served at a limit of 64")
        for peer in served:
            echo_frame(peer, b"not disturbed")
        counters = server.counters()
        check(counters["accept_process_limits"] >= 1, f"{counters}")
        check(counters["accept_shed"] >= 1, f"{counters}")
        cpu_seconds = cpu(server)
        pause(0.5)
        check(cpu(server) - cpu_seconds < 0.25, "it spins at the descriptor limit")
        for peer in served[:20]:
            peer.close()
        begin = time.monotonic()
        wait_until(lambda: serves(server), "accepted again", 5, 0.002)
        took = time.monotonic() - begin
        check(took <= 0.1, f"accepting again took {took * 1000:.0f} ms")
        for peer in served[20:]:
            echo_frame(peer, b"not disturbed")
        for peer in surplus:
            peer.close()


def cpu(server):
    """Processor seconds that the server has used."""
    with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


@case("an idle server uses no processor time")
def idle_server(env):
    with Server(env) as server:
        peers = [server.connect("frame") for _ in range(50)]
        for peer in peers:
            echo_frame(peer, b"hello")
        before, rounds = cpu(server), server.counters()["rounds"]
        pause(1)
        used, turned = cpu(server) - before, server.counters()["rounds"] - rounds
        check(used < 0.1, f"{used:.2f} s of processor time in one idle second")
        check(turned < 100, f"{turned} rounds in one idle second")
        for peer in peers:
            peer.close()


@case("closing without reading the rest still delivers the whole answer")
def lingering_close(env):
    with Server(env, "--frame_bytes_max=100000", listen=FRAME) as server:
        with server.connect("frame") as peer:
            answers = b"".join(framed(noise(90000, i)) for i in range(8))
            peer.sendall(answers + b"\xff\xff\xff\xff" + b"unread" * 20000)
            equal(read_exactly(peer, len(answers)) == answers, True, "the answers intact")
        still_serves(server)
