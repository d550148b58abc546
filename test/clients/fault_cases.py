"""System calls that fail, by strace's fault injection: the server survives and answers."""

import re

from cases import case, check, equal
from server import Server
from stream import echo_frame, exchange, framed, noise, read_exactly, still_serves
from waiting import wait_until

FRAME = ("frame://127.0.0.1:0",)


def traced(env, *injections, **more):
    """A server in which some system calls fail. strace detaches itself, so the child is it."""
    env.need_strace()
    calls = ",".join(injection.split(":")[0] for injection in injections)
    wrapper = ["strace", "-D", "-f", "-qq", "-o", f"{env.folder}/trace", "-e", f"trace={calls}"]
    for injection in injections:
        wrapper += ["-e", f"inject={injection}"]
    return Server(env, listen=FRAME, wrapper=wrapper, **more)


def injected(env):
    with open(f"{env.folder}/trace", encoding="utf-8", errors="replace") as trace:
        return trace.read().count("(INJECTED)")


def answered(server):
    try:
        with server.connect("frame", 1) as peer:
            peer.sendall(framed(b"hello"))
            return read_exactly(peer, 9) == framed(b"hello")
    except (OSError, AssertionError):
        return False


def some_traffic(server):
    for i in range(20):
        with server.connect("frame") as peer:
            for size in (0, 10, 3000):
                echo_frame(peer, noise(size, i))
    with server.connect("frame") as peer:
        data = framed(noise(60000)) * 20
        equal(exchange(peer, data, len(data)) == data, True, "20 frames of 60 KB intact")


@case("recv interrupted by a signal, again and again, has no visible effect")
def recv_interrupted(env):
    with traced(env, "recvfrom:error=EINTR:when=3+5") as server:
        some_traffic(server)
    check(injected(env) > 5, "nothing was injected")


@case("send interrupted by a signal, again and again, has no visible effect")
def send_interrupted(env):
    with traced(env, "sendto:error=EINTR:when=2+3", "sendmsg:error=EINTR:when=2+3") as server:
        some_traffic(server)
    check(injected(env) > 5, "nothing was injected")


@case("accept interrupted by a signal has no visible effect")
def accept_interrupted(env):
    with traced(env, "accept4:error=EINTR:when=1+2") as server:
        some_traffic(server)
    check(injected(env) > 5, "nothing was injected")


@case("epoll_wait interrupted by a signal has no visible effect")
def wait_interrupted(env):
    with traced(env, "epoll_wait:error=EINTR:when=2+2") as server:
        some_traffic(server)
    check(injected(env) > 5, "nothing was injected")


@case("one peer's error on accept is skipped, and the next is served")
def accept_peer_errors(env):
    for error in ("ECONNABORTED", "EPROTO", "ENETDOWN", "EHOSTUNREACH", "EPERM"):
        with traced(env, f"accept4:error={error}:when=1+3") as server:
            for _ in range(6):
                still_serves(server)
            check(server.counters()["accept_peer_errors"] >= 1, f"{error} moved no counter")
        check(injected(env) >= 2, "nothing was injected")


@case("a machine short of memory or descriptors: accepting backs off and comes back")
def accept_back_off(env):
    for error in ("ENFILE", "ENOBUFS", "ENOMEM"):
        with traced(env, f"accept4:error={error}:when=1..3") as server:
            wait_until(lambda server=server: answered(server), f"served after {error}", 10, 0.01)
            check(server.counters()["accept_back_offs"] >= 1, f"{error} moved no counter")
            some_traffic(server)
        equal(injected(env), 3, f"times that {error} was injected")


@case("EMFILE on accept: no more than that, and accepting comes back")
def accept_process_limit(env):
    with traced(env, "accept4:error=EMFILE:when=1..2") as server:
        wait_until(lambda: answered(server), "served after EMFILE", 10, 0.01)
        check(server.counters()["accept_process_limits"] >= 1, "EMFILE moved no counter")
        some_traffic(server)


@case("epoll_ctl refuses a new connection: it is closed cleanly, the others are not disturbed")
def registration_refused(env):
    with traced(env, "epoll_ctl:error=ENOMEM:when=65535") as server:
        still_serves(server)
    with open(f"{env.folder}/trace", encoding="utf-8", errors="replace") as trace:
        at_start = len(re.findall(r"EPOLL_CTL_ADD", trace.read())) - 1
    check(at_start >= 1, "no epoll_ctl seen at the start")
    for error in ("ENOMEM", "ENOSPC"):
        with traced(env, f"epoll_ctl:error={error}:when={at_start + 2}") as server:
            with server.connect("frame") as first:
                echo_frame(first, b"registered")
                with server.connect("frame") as second:
                    second.sendall(framed(b"refused"))
                    try:
                        equal(second.recv(10), b"", "an answer on an unregistered connection")
                    except ConnectionResetError:
                        pass
                echo_frame(first, b"not disturbed")
                still_serves(server)
            check(server.counters()["registration_failures"] >= 1, f"{error} moved no counter")
        equal(injected(env), 1, f"times that {error} was injected")
