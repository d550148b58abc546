"""The experiments of steps 4 and 5; see experiments.py."""

import re
import shutil
import subprocess

from junit import Skip
from stage import BUFFER, BURST, SECONDS, wait_until

TURN = 16384
GREED = 1 << 20


def lost_edge(start, say):
    with start("4_lost_edge") as server, server.connect("one") as one:
        one.ask(b"stressed")
        one.say("connects, sends 'stressed', receives 'desserts'")
        server.await_sleep("epoll_wait")
        one.send(BURST)
        one.say("sends 10,000 bytes in one send")
        one.expect(BURST[:BUFFER][::-1])
        one.expect_nothing("epoll_wait")
        one.say("receives 4,096 bytes, and nothing more")
        assert one.unread() == (5904, True)
        say("server: sleeps in epoll_wait, with 5,904 bytes unread in one's socket")
        one.send(b"!")
        one.say("sends 1 byte")
        one.expect(BURST[BUFFER:2 * BUFFER][::-1])
        one.expect_nothing("epoll_wait")
        one.say("receives 4,096 bytes, and nothing more")
        assert one.unread() == (1809, True)
        say("server: sleeps in epoll_wait, with 1,809 bytes unread in one's socket")


def signature(start, say):
    if shutil.which("ss") is None:
        raise Skip("no ss here")
    with start("4_lost_edge") as server, server.connect("one") as one:
        one.ask(b"stressed")
        server.await_sleep("epoll_wait")
        one.send(BURST)
        one.say("sends 'stressed', receives 'desserts', sends 10,000 bytes, waits")
        one.expect(BURST[:BUFFER][::-1])
        one.expect_nothing("epoll_wait")
        ss = subprocess.run(["ss", "-Htn", f"sport = :{server.port}"], text=True, check=True,
                            capture_output=True).stdout
        say("$ ss -Htn sport = :9000")
        say(" ".join(ss.split()).replace(str(server.port), "9000").replace(str(one.port), "40000"))
        say("$ grep State /proc/$!/status")
        state = re.search(r"^State:.*$", server.read("status"), re.M).group(0)
        say(" ".join(state.split()))


def lost_connections(start, say):
    with start("4_lost_edge") as server:
        server.await_sleep("epoll_wait")
        server.hold()
        five = [server.connect(name) for name in ("one", "two", "three", "four", "five")]
        for peer in five:
            peer.send(b"stressed")
        server.go_on()
        say("five clients: connect at the same time, send 'stressed'")
        five[0].expect(b"desserts")
        five[0].say("receives 'desserts'")
        five[1].expect_nothing("epoll_wait")
        assert (server.queued(), server.handles()) == (4, 1)
        say("server: sleeps in epoll_wait, with 4 connections in the master socket's queue")
        with server.connect("six") as six:
            six.say("connects")
            five[1].expect(b"desserts")
            five[1].say("receives 'desserts'")
            five[2].expect_nothing("epoll_wait")
            assert (server.queued(), server.handles()) == (4, 2)
            say("server: sleeps in epoll_wait, with 4 connections in the master socket's queue")
        for peer in five:
            peer.socket.close()


def lost_end(start, say):
    with start("4_lost_edge") as server, server.connect("one") as one:
        one.ask(b"stressed")
        server.await_sleep("epoll_wait")
        server.hold()
        one.send(b"stressed")
        one.finish()
        server.go_on()
        one.say("sends 'stressed', and finishes at once")
        one.expect(b"desserts")
        one.expect_nothing("epoll_wait")
        one.socket.close()
        one.say("receives 'desserts', never an end, and closes")
        server.await_sleep("epoll_wait")
        assert server.handles() == 1
        say("server: sleeps in epoll_wait, with 1 client handle that nobody will use again")


def drained(start, say):
    with start("5_drained") as server:
        with server.connect("one") as one:
            one.send(BURST)
            assert len(one.receive(len(BURST))) == len(BURST)
            one.say("connects, sends 10,000 bytes in one send, receives 10,000 bytes")
            server.await_sleep("epoll_wait")
            server.hold()
            five = [server.connect(name) for name in ("two", "three", "four", "five", "six")]
            for peer in five:
                peer.send(b"stressed")
            server.go_on()
            for peer in five:
                peer.expect(b"desserts")
            say("five more clients: connect at the same time, send 'stressed', receive 'desserts'")
            server.await_sleep("epoll_wait")
            server.hold()
            one.send(b"stressed")
            one.finish()
            server.go_on()
            assert one.receive(100) == b"desserts"
            one.say("sends 'stressed', finishes at once, receives 'desserts' and the end")
        wait_until(lambda: server.handles() == 5, "one's handle is closed", SECONDS)
        say("server: has 5 client handles")
        for peer in five:
            peer.socket.close()


def fill(peer):
    """Sends until neither end takes any more, or it is enough."""
    peer.socket.setblocking(False)
    sent = 0
    try:
        while sent < GREED:
            sent += peer.socket.send(b"x" * 65536)
    except BlockingIOError:
        pass
    peer.socket.settimeout(SECONDS)
    return sent


def greedy_and_polite(start, say, word):
    """The bytes of each turn, first to last: a greedy client stands before a polite one."""
    with start("5_drained", word) as server:
        with server.connect("greedy") as greedy, server.connect("polite") as polite:
            for peer, handle in ((greedy, 5), (polite, 6)):
                peer.ask(b"?")
                peer.say("connects, sends 1 byte, receives 1 byte")
                assert server.process.stdout.readline() == f"client {handle}: 1 bytes\n"
                say(f"client {handle}: 1 bytes")
            server.await_sleep("epoll_wait")
            server.hold()
            sent = fill(greedy)
            wait_until(lambda: greedy.unread()[0] > 2 * TURN, "it has much to read", SECONDS)
            greedy.say("sends as much as the sockets take, up to 1 MiB")
            polite.send(b"stressed")
            polite.await_unread(8)
            polite.say("sends 'stressed'")
            server.go_on()
            polite.expect(b"desserts")
            assert len(greedy.receive(sent)) == sent
            turns = {5: [], 6: []}
            order = []
            while sum(turns[5]) < sent or not turns[6]:
                line = server.process.stdout.readline()
                handle, size = (int(word) for word in re.findall(r"\d+", line))
                turns[handle].append(size)
                order.append(line.rstrip())
            return turns, order


def budget(start, say):
    turns, order = greedy_and_polite(start, say, "trace")
    assert max(turns[5]) == TURN and turns[6] == [8], turns
    assert order[1] == "client 6: 8 bytes", order
    for line in order[:3]:
        say(line)
    say("...")


def no_budget(start, say):
    turns, order = greedy_and_polite(start, say, "no-budget")
    assert turns[5][0] > 2 * TURN and order[0].startswith("client 5: "), turns
    say("client 5: N bytes      (where N is more than 32,768)")
    say("client 6: 8 bytes")


def cut_anywhere(start, say):
    with start("5_drained") as server, server.connect("one") as one:
        for piece in (b"stre", b"ssed"):
            one.ask(piece)
        one.say("sends 'stre', then 'ssed'; receives 'ertsdess'")
        server.await_sleep("epoll_wait")
        server.hold()
        one.send(b"stressed")
        one.send(b"spoons")
        server.go_on()
        one.expect(b"snoopsdesserts")
        one.say("sends 'stressed', then 'spoons'; receives 'snoopsdesserts'")
