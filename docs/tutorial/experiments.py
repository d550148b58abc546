"""The experiments of steps 1 to 3, which the pages of the tutorial show. Each says what it does,
and fails if anything else happens than its page claims.

An experiment is a function of `start`, which starts a step, and `say`, which writes a line of the
session. Numbers that differ from run to run are said as the bounds that are asserted.
"""

import pathlib
import re

from stage import BURST, SECONDS, wait_until

CROWD = 200


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
        assert server.handles() == 0
        say("server: has no child, and no client handle")


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
        wait_until(lambda: server.cpu_seconds() > before + 0.2, "the server spins", SECONDS)
        say("server: has used a fifth of a second of processor time since, and goes on")
