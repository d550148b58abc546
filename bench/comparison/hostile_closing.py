"""Whether the last answers arrive when a server closes although more input lies there unread."""

import collections
import concurrent.futures
import select
import time

from hostile_servers import (HTTP_REQUEST, MB, await_events, connect, count_answers,
                             try_receive, try_send)

TRIES = 20
PIPELINED = 500  # requests before the last one: tens of kilobytes of answers wait to be read
RECEIVE_BUFFER = 4096
SILENCE_SECONDS = 0.3  # without reading, while the server takes what it wants to
PAUSE_SECONDS = 0.001  # between two reads
SECONDS_MAX = 8.0
LAST = b"GET /plaintext HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
REQUESTS = HTTP_REQUEST * PIPELINED + LAST + b"x" * MB


def _try(port):
    """Everything is sent as far as it is taken; after a silence the answers are read, slowly."""
    peer = connect(port, RECEIVE_BUFFER)
    begin = last_taken = time.monotonic()
    sent, received, over = 0, bytearray(), None
    may_send = True
    while over is None and time.monotonic() - begin < SECONDS_MAX:
        if may_send and sent < len(REQUESTS):
            if await_events([peer], 0.01, select.POLLOUT):
                count = try_send(peer, REQUESTS[sent:sent + 65536])
                may_send = count is not None  # recv says nothing of a reset that send has told
                if count:
                    sent, last_taken = sent + count, time.monotonic()
        if time.monotonic() - last_taken < SILENCE_SECONDS and may_send:
            await_events([], PAUSE_SECONDS)
            continue
        await_events([], PAUSE_SECONDS)
        data, over = try_receive(peer)
        received += data
    peer.close()
    answers = count_answers(bytes(received))
    complete = answers["good"] >= PIPELINED + 1
    over = over or "none"
    return {"complete": complete, "good": answers["good"], "end": over if may_send else "reset"}


def closing_with_unread_input(recipe, arguments):
    """501 pipelined requests of which the last asks for the end, and 1 MB more behind it. In how
    many of 20 tries all 501 answers came, and how the connection ended."""
    with recipe.server("http", arguments.server_core) as server:
        with concurrent.futures.ThreadPoolExecutor(TRIES) as pool:
            tries = list(pool.map(lambda _: _try(server.port), range(TRIES)))
    ends = collections.Counter(one["end"] for one in tries)
    return {"complete": sum(one["complete"] for one in tries), "tries": TRIES,
            "answers_asked": PIPELINED + 1, "answers_least": min(one["good"] for one in tries),
            "ends": dict(ends)}
