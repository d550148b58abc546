"""What a byte of a header each second costs a server, and whether it puts up with that."""

import collections
import contextlib
import time

import finding  # noqa: F401
from hostile_servers import await_events, connect, count_answers, try_receive, try_send
from memory import anonymous_bytes

FEW, MANY = 50, 250  # memory is the slope between these numbers of connections
WINDOW_SECONDS = 75.0  # beyond the default deadline of each server that has one
TICK_SECONDS = 1.0
HEAD = b"GET /plaintext HTTP/1.1\r\nHost: x\r\nX-Slow: "


class _Victim:
    """A server with slow connections."""

    def __init__(self, server):
        self.server = server
        self.opened = {}  # socket -> when
        self.received = collections.defaultdict(bytes)
        self.lived = []
        self.ends = collections.Counter()
        self.few_bytes = self.bytes_each = None

    def open(self, count):
        peers = [connect(self.server.port) for _ in range(count)]
        for peer in peers:
            self.opened[peer] = time.monotonic()
        await_events([], 0.1)
        for peer in peers:
            try_send(peer, HEAD)

    def tick(self):
        for peer in list(self.opened):
            if try_send(peer, b"a") is None:
                self.received[peer] += try_receive(peer)[0]
                self._ended(peer, "reset")

    def look(self, peer):
        data, over = try_receive(peer)
        self.received[peer] += data
        if over:
            self._ended(peer, over)

    def _ended(self, peer, how):
        self.lived.append(time.monotonic() - self.opened.pop(peer))
        answers = count_answers(self.received.pop(peer, b""))
        self.ends["answered" if answers["good"] + answers["other"] else how] += 1
        peer.close()

    def row(self):
        for peer in self.opened:
            peer.close()
        return {"closed": len(self.lived), "connections": MANY, "ends": dict(self.ends),
                "first_closed_s": min(self.lived, default=None),
                "last_closed_s": max(self.lived, default=None),
                "bytes_each": self.bytes_each}


def _let_pass(victims, seconds):
    """Looks at what the servers say meanwhile."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        owners = {peer: victim for victim in victims for peer in victim.opened}
        if not owners:
            return
        for peer in await_events(owners, left):
            owners[peer].look(peer)


def slow_headers(recipes, arguments, progress):
    """All servers at once, for they have next to nothing to do: a list of rows, in their order."""
    with contextlib.ExitStack() as stack:
        victims = [_Victim(stack.enter_context(recipe.server("http", arguments.server_core)))
                   for recipe in recipes]
        for victim in victims:
            victim.open(FEW)
        _let_pass(victims, TICK_SECONDS)
        for victim in victims:
            victim.few_bytes = anonymous_bytes(victim.server.pid)
            victim.open(MANY - FEW)
        begin = time.monotonic()
        _let_pass(victims, TICK_SECONDS)
        for victim in victims:
            if len(victim.opened) == MANY:  # otherwise it is no longer a slope
                grown = anonymous_bytes(victim.server.pid) - victim.few_bytes
                victim.bytes_each = grown / (MANY - FEW)
        while time.monotonic() - begin < WINDOW_SECONDS and any(one.opened for one in victims):
            progress(f"slow headers: {time.monotonic() - begin:.0f} of {WINDOW_SECONDS:.0f} s")
            for victim in victims:
                victim.tick()
            _let_pass(victims, TICK_SECONDS)
        return [victim.row() for victim in victims]
