"""The experiments of steps 1 to 5, which the pages of the tutorial show. Each says what it does,
and fails if anything else happens than its page claims.

An experiment is a function of `start`, which starts a step, and `say`, which writes a line of the
session. Numbers that differ from run to run are said as the bounds that are asserted.
"""

import pathlib
import re

from stage import SECONDS, wait_until

CROWD = 200
BURST = bytes(range(250)) * 40  # 10,000 bytes
BUFFER = 4096
TURN = 16384
GREED = 1 << 20


def silent_client(start, say):
    with start("1_blocking") as server, server.connect("one") as one:
        one.ask(b"stressed")
        one.say("connects, sends 'stressed', receives 'desserts', and says no more")
        with server.connect("two") as two:
            two.send(b"stressed")
            two.say("connects, sends 'stressed'")
            two.await_unread(8)
            two.expect_nothing("recv")
            assert two.unread() == (8, False) and server.handles() == 1
            two.say("receives nothing: its 8 bytes wait in a socket that no process has")
            say("server: sleeps in recv, with 1 client handle")
            one.finish()
            one.say("finishes")
            two.expect(b"desserts")
            two.say("receives 'desserts'")


def children_of(pid):
    """{pid: state} of its children."""
    states = {}
    for folder in pathlib.Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if folder.name.isdigit() and int(fields[1]) == pid:
                states[int(folder.name)] = fields[0]
        except OSError:  # no process, or none any more
            pass
    return states


def own_bytes(pid):
    """Memory that a process shares with no other, and the page tables that the kernel keeps for it;
    not counted is what else the kernel has about a process, such as its stack there (16 kB)."""
    folder = pathlib.Path(f"/proc/{pid}")
    rollup = (folder / "smaps_rollup").read_text(encoding="ascii")
    status = (folder / "status").read_text(encoding="ascii")
    return 1024 * sum(int(size) for size in re.findall(r"^Private_\w+: +(\d+)", rollup, re.M)
                      + re.findall(r"^VmPTE:\s+(\d+)", status, re.M))


def crowd_of(server):
    crowd = [server.connect("client") for _ in range(CROWD)]
    for client in crowd:
        client.ask(b"stressed")
    return crowd


def process_each(start, say):
    with start("2_processes") as server:
        crowd = crowd_of(server)
        say(f"{CROWD} clients: connect, are answered, and stay")
        children = children_of(server.pid)
        assert len(children) == CROWD, children
        least = min(own_bytes(pid) for pid in children)
        assert least > 48 * 1024, least
        say(f"server: has {CROWD} child processes, each with more than 48 kB of its own")
        for client in crowd:
            client.socket.close()
        wait_until(lambda: not children_of(server.pid), "no child is left", SECONDS)
        say(f"{CROWD} clients: leave")
        say("server: has no child")


def zombies(start, say):
    with start("2_processes", "zombies") as server:
        for client in crowd_of(server):
            client.socket.close()
        say(f"{CROWD} clients: connect, are answered, and leave")
        wait_until(lambda: list(children_of(server.pid).values()) == ["Z"] * CROWD,
                   "all children are zombies", SECONDS)
        say(f"server: has {CROWD} child processes, all of them zombies")


def one_for_all(start, say):
    with start("3_level") as server:
        before = server.resident()
        crowd = crowd_of(server)
        say(f"{CROWD} clients: connect, are answered, and stay")
        assert not children_of(server.pid) and server.handles() == CROWD
        grown = server.resident() - before
        assert grown < CROWD * 4096, grown
        server.await_sleep("epoll_wait")
        say(f"server: is one process with {CROWD} client handles, and less than 4 kB for each")
        with server.connect("one more") as one:
            one.send(BURST)
            assert len(one.receive(len(BURST))) == len(BURST)
            one.say("connects, sends 10,000 bytes in one send, receives 10,000 bytes")
            one.expect_nothing("epoll_wait")
            say("server: sleeps in epoll_wait")
        for client in crowd:
            client.socket.close()
        wait_until(lambda: server.handles() == 0, "all handles are closed", SECONDS)


def always_out(start, say):
    with start("3_level", "always-out") as server, server.connect("one") as one:
        one.ask(b"stressed")
        one.say("connects, sends 'stressed', receives 'desserts', and says no more")
        before = server.cpu_seconds()
        wait_until(lambda: server.cpu_seconds() > before + 0.5, "the server spins", SECONDS)
        say("server: has used half a second of processor time since, and goes on")


def lost_edge(start, say):
    with start("4_lost_edge") as server, server.connect("one") as one:
        one.send(BURST)
        one.say("connects, sends 10,000 bytes in one send")
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
            assert sent > 4 * TURN, sent
            greedy.say("sends as much as the sockets take, up to 1 MiB")
            polite.send(b"stressed")
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
    assert turns[5][0] > 4 * TURN and order[0].startswith("client 5: ")
    say("client 5: N bytes      (where N is more than 65,536)")
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
