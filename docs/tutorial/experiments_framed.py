"""The experiments of steps 6 to 8; see experiments.py."""

import pathlib
import signal

from stage import QUIET_SECONDS, SECONDS, frame, wait_until

FLOOD_FRAMES = 1024
FRAME_BYTES = 65536  # with the prefix
MIB = 1 << 20


def framed(start, say):
    whole, answer = frame(b"stressed"), frame(b"desserts")
    with start("6_framed") as server, server.connect("one") as one:
        for cut in range(1, len(whole)):
            one.send(whole[:cut])
            one.await_taken()
            one.send(whole[cut:])
            one.expect(answer)
        one.say("sends a frame with 'stressed' in two pieces, cut at each of its 11 places;"
                " receives 11 frames with 'desserts'")
        one.send(frame(b"stressed") + frame(b"spoons") + frame(b""))
        one.expect(frame(b"desserts") + frame(b"snoops") + frame(b""))
        one.say("sends three frames at once, with 'stressed', 'spoons' and nothing;"
                " receives three")
        with server.connect("two") as two:
            two.send(b"GET / HTTP/1.1\r\n\r\n")
            assert two.ended()
            two.say("speaks HTTP, which is a frame of 1,195,725,856 bytes; is closed")


def flood(peer):
    """Sends frames and reads no answer, until all have gone or the server reads no more."""
    peer.socket.settimeout(QUIET_SECONDS)
    request = memoryview(frame(b"x" * (FRAME_BYTES - 4)))
    sent, naps = 0, None
    while sent < FLOOD_FRAMES * FRAME_BYTES:
        try:
            sent += peer.socket.send(request[sent % FRAME_BYTES:])
        except TimeoutError:
            # Twice in the same nap: it was not merely slow, and done between two looks.
            before, naps = naps, peer.server.naps()
            asleep = peer.unread()[0] != 0 and peer.server.sleeps_in("epoll_wait")
            if asleep and naps == before:
                break
    peer.socket.settimeout(SECONDS)
    return sent


def memory_grows(start, say):
    with start("6_framed") as server, server.connect("one") as one:
        before = server.resident()
        sent = flood(one)
        assert sent == FLOOD_FRAMES * FRAME_BYTES, sent
        one.say("sends 64 MiB of requests, and reads no answer")
        wait_until(lambda: server.resident() > before + 56 * MIB, "its memory has grown", SECONDS)
        say("server: its resident memory has grown by more than 56 MiB")


def backpressure(start, say, step="7_backpressure", most=4):
    with start(step) as server, server.connect("one") as one:
        before = server.resident()
        sent = flood(one)
        assert sent < 32 * MIB, sent
        one.say("sends requests and reads no answer; before 32 MiB have left, its send blocks")
        server.await_sleep("epoll_wait")
        with server.connect("two") as two:
            two.send(frame(b"stressed"))
            two.expect(frame(b"desserts"))
            two.say("sends 'stressed' in a frame, receives 'desserts'")
        server.await_sleep("epoll_wait")
        grown = server.resident() - before
        assert grown < most * MIB, grown
        say(f"server: sleeps in epoll_wait; its resident memory has grown by less than {most} MiB")
        whole = sent // FRAME_BYTES * FRAME_BYTES
        assert len(one.receive(whole)) == whole
        one.say("reads, and receives the answer to each request that left whole")


def on_edgewise(start, say):
    backpressure(start, say, "8_edgewise", most=8)


def half_a_request(start, say, step):
    """A client has sent half a request when the server is told to end."""
    with start(step) as server, server.connect("one") as one:
        one.send(frame(b"spoons"))
        one.expect(frame(b"snoops"))
        whole = frame(b"stressed")
        one.send(whole[:6])
        one.await_taken()
        one.say("sends half a request")
        server.process.send_signal(signal.SIGTERM)
        say("$ kill -TERM $!")
        yield server, one, whole[6:]


def end_of_seven(start, say):
    for server, one, _ in half_a_request(start, say, "7_backpressure"):
        assert server.process.wait(SECONDS) == -signal.SIGTERM
        assert one.ended()
        say("server: is gone at once")
        one.say("receives the end, and no answer")


def end_of_eight(start, say):
    for server, one, rest in half_a_request(start, say, "8_edgewise"):
        one.send(rest)
        one.expect(frame(b"desserts"))
        one.say("sends the other half, receives 'desserts'")
        assert one.ended()
        assert server.process.wait(SECONDS) == 0
        say("server: ends the connection, and exits with status 0")


def sizes(_, say):
    say("$ wc -l docs/tutorial/*.cc")
    steps = sorted(pathlib.Path(__file__).resolve().parent.glob("*.cc"))
    counts = [step.read_text(encoding="utf-8").count("\n") for step in steps]
    for name, count in zip([f"docs/tutorial/{step.name}" for step in steps] + ["total"],
                           counts + [sum(counts)]):
        say(f"{count:5} {name}")
