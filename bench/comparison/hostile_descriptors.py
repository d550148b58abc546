"""A server at its limit of descriptors: what it burns there, and whether it comes back."""

import time

from hostile_servers import (REQUESTS, await_events, connect, cpu_seconds, exchange, has_ended,
                             is_answer, try_receive, try_send)

LIMIT = 64
CONNECTIONS = 100
CLOSED = 50
SETTLE_SECONDS = 1.0
FULL_SECONDS = 2.0
RESUME_SECONDS_MAX = 5.0


class _Crowd:
    """Connections with a request on each, and which of them were answered or closed."""

    def __init__(self, port, protocol, count):
        self._protocol = protocol
        self._received = {connect(port): b"" for _ in range(count)}
        self.waiting = list(self._received)
        self.served, self.closed = [], []
        await_events([], 0.1)  # the connections come about
        for peer in self.waiting:
            try_send(peer, REQUESTS[protocol])

    def look(self, seconds, until_served=CONNECTIONS):
        """Takes what comes in the time, or until so many have been served."""
        deadline = time.monotonic() + seconds
        while self.waiting and len(self.served) < until_served and time.monotonic() < deadline:
            for peer in await_events(self.waiting, deadline - time.monotonic()):
                data, over = try_receive(peer)
                self._received[peer] += data
                if is_answer(self._protocol, self._received[peer]):
                    self.served.append(peer)
                elif over:
                    self.closed.append(peer)
                else:
                    continue
                self.waiting.remove(peer)

    def leave(self, count):
        """Closes some, those that are served before others, as that is what sets descriptors free.
        """
        for peer in (self.served + self.closed + self.waiting)[:count]:
            peer.close()
            del self._received[peer]
            if peer in self.waiting:
                self.waiting.remove(peer)

    def leave_all(self):
        for peer in self._received:
            peer.close()


def _milliseconds(seconds):
    return None if seconds is None else seconds * 1e3


def at_descriptor_limit(recipe, protocol, arguments, flags=""):
    """100 connections to a server that may have 64 descriptors: how many are served, and its share
    of a processor over 2 s of that. Then 50 leave: how long until one that had waited is served,
    if any waits. Then all leave: how long until a new one is served."""
    prefix = ["prlimit", f"--nofile={LIMIT}:{LIMIT}"]
    with recipe.server(protocol, arguments.server_core, flags=flags, prefix=prefix) as server:
        crowd = _Crowd(server.port, protocol, CONNECTIONS)
        crowd.look(SETTLE_SECONDS)
        row = {"served": len(crowd.served), "closed": len(crowd.closed)}
        cpu, begin = cpu_seconds(server.pid), time.monotonic()
        await_events([], FULL_SECONDS)
        row["cpu_share"] = (cpu_seconds(server.pid) - cpu) / (time.monotonic() - begin)
        crowd.leave(CLOSED)
        row["waiting"] = len(crowd.waiting)
        begin = time.monotonic()
        crowd.look(RESUME_SECONDS_MAX, until_served=row["served"] + 1)
        resumed = len(crowd.served) > row["served"]
        row["resumed_ms"] = _milliseconds(time.monotonic() - begin if resumed else None)
        crowd.leave_all()
        peer = connect(server.port)
        row["new_one_ms"] = _milliseconds(exchange(peer, protocol, RESUME_SECONDS_MAX))
        peer.close()
        row["died"] = has_ended(server.pid)
        return row
