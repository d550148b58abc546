"""What a reader who never reads can make a server hold."""

import select
import time

from hostile_servers import (HTTP_REQUEST, MB, await_events, connect, resident_bytes,
                             try_send)

SECONDS = 5
STALL_SECONDS = 1.0
RESIDENT_MAX = 512 * MB
PIECES = {"echo": b"e" * (256 * 1024), "http": HTTP_REQUEST * (256 * 1024 // len(HTTP_REQUEST))}
LOOK_SECONDS = 0.02


def never_reads(recipe, protocol, arguments):
    """One connection sends requests as fast as it can and never reads. "outcome": the server held
    reading, closed, was still taking bytes at the end, or had taken so much that it was stopped."""
    with recipe.server(protocol, arguments.server_core) as server:
        peer = connect(server.port)
        before = grown_to = resident_bytes(server.pid)
        piece, sent, outcome = PIECES[protocol], 0, "still taking"
        begin = last_taken = looked = time.monotonic()
        while time.monotonic() - begin < SECONDS:
            now = time.monotonic()
            if now - looked > LOOK_SECONDS:
                looked = now
                grown_to = max(grown_to, resident_bytes(server.pid))
                if grown_to - before > RESIDENT_MAX:
                    outcome = "stopped by us"
                    break
            if now - last_taken > STALL_SECONDS:
                outcome = "holds reading"
                break
            await_events([peer], LOOK_SECONDS, select.POLLOUT)
            # Where a piece was cut, the next one goes on.
            count = try_send(peer, piece[sent % len(piece):])
            if count is None:
                outcome = "closes"
                break
            if count:
                sent, last_taken = sent + count, now
        grown_to = max(grown_to, resident_bytes(server.pid))
        lasted = time.monotonic() - begin
        peer.close()
    return {"resident_mb": (grown_to - before) / MB, "sent_mb": sent / MB, "outcome": outcome,
            "seconds": lasted}
