"""SIGTERM: what has been accepted is finished; what comes later is refused; the end is clean."""

import signal
import socket
import threading
import time

from cases import case, check, equal
from server import Server
from stream import echo_frame, ends, framed, noise, read_exactly, read_frame, read_to_end
from waiting import pause, wait_until

FRAME = ("frame://127.0.0.1:0",)


@case("SIGTERM and SIGINT end an idle server at once, with exit code 0")
def idle_server(env):
    for number in (signal.SIGTERM, signal.SIGINT):
        with Server(env) as server:
            server.process.send_signal(number)
            equal(server.wait(5), 0, f"the exit code after {number.name}")


@case("SIGTERM closes idle connections cleanly and at once")
def idle_connections(env):
    with Server(env, listen=FRAME) as server:
        peers = [server.connect("frame") for _ in range(20)]
        for peer in peers:
            echo_frame(peer, b"hello")
        server.terminate()
        for peer in peers:
            equal(read_to_end(peer), b"", "what came before the end")
            peer.close()
        equal(server.wait(5), 0, "the exit code")


@case("after SIGTERM a frame in flight is finished, and nobody new is let in")
def in_flight(env):
    with Server(env, listen=FRAME) as server:
        data = framed(noise(100000))
        with server.connect("frame") as peer, server.connect("frame") as idle:
            echo_frame(idle, b"idle")
            peer.sendall(data[:50000])
            wait_until(lambda: server.counters()["bytes_received"] >= 50000, "half a frame taken")
            server.terminate()
            check(ends(idle, 5), "an idle connection stayed open after SIGTERM")
            wait_until(lambda: refused(server), "new connections are refused", 5)
            peer.sendall(data[50000:])
            equal(read_exactly(peer, len(data)) == data, True, "the frame intact")
            peer.shutdown(socket.SHUT_WR)
            equal(read_to_end(peer), b"", "what came after the frame")
        equal(server.wait(5), 0, "the exit code")


def refused(server):
    try:
        server.connect("frame", 1).close()
        return False
    except OSError:
        return True


@case("SIGTERM with much output queued: the reader still gets all of it")
def queued_output(env):
    with Server(env, "--frame_bytes_max=67108864", listen=FRAME) as server:
        data = framed(noise(8 << 20))
        with server.connect("frame", 30, receive_buffer=16384) as peer:
            peer.sendall(data)
            wait_until(lambda: server.counters()["frames"] >= 1, "the frame was taken")
            server.terminate()
            equal(read_exactly(peer, len(data)) == data, True, "the frame intact")
            equal(read_to_end(peer), b"", "what came after the frame")
        equal(server.wait(10), 0, "the exit code")


class LoadClient(threading.Thread):
    """Asks and waits for the answer, again and again, until the server closes."""

    def __init__(self, peer, number):
        super().__init__()
        self.peer, self.number = peer, number
        self.answered, self.asked_at, self.wrong = 0, 0.0, ""

    def run(self):
        payload = noise(500, self.number)
        try:
            while True:
                try:
                    self.peer.sendall(framed(payload))
                except (BrokenPipeError, ConnectionResetError):
                    return  # it had closed before this was sent
                self.asked_at = time.monotonic()  # now at the latest the server's kernel has it
                got = b""
                while len(got) < 504:
                    part = self.peer.recv(504 - len(got))
                    if not part:
                        if got:
                            self.wrong = f"an answer was cut off after {len(got)} bytes"
                        return
                    got += part
                if got != framed(payload):
                    self.wrong = "a wrong answer"
                    return
                self.answered += 1
                self.asked_at = 0.0
        except OSError as error:
            self.wrong = f"{error!r} instead of a clean end"
        finally:
            self.peer.close()


@case("SIGTERM under load: no request that was accepted fails", seconds=120)
def under_load(env):
    for _ in range(3):
        with Server(env, listen=FRAME) as server:
            clients = [LoadClient(server.connect("frame"), i) for i in range(16)]
            for client in clients:
                client.start()
            server.wait_for_counter("frames", 500)
            pause(0.05)
            told = time.monotonic()
            server.terminate()
            for client in clients:
                client.join(20)
                check(not client.is_alive(), "a client was neither answered nor closed")
            equal(server.wait(15), 0, "the exit code")
        for client in clients:
            equal(client.wrong, "", f"client {client.number}, after {client.answered} answers")
            check(client.asked_at == 0.0 or client.asked_at >= told,
                  f"client {client.number}: asked {told - client.asked_at:.4f} s before SIGTERM"
                  " and not answered")


@case("SIGTERM under load over HTTP: every answer is whole and in its place")
def under_load_http(env):
    request = b"GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n"
    with Server(env, listen=("http://127.0.0.1:0",)) as server:
        peers = [server.connect("http") for _ in range(16)]
        for peer in peers:
            peer.sendall(request * 50)
        server.wait_for_counter("frames", 1)
        server.terminate()
        for peer in peers:
            got = read_to_end(peer)
            peer.close()
            count = got.count(b"Hello, World!")
            check(got.endswith(b"Hello, World!") or not got, f"cut off: {got[-60:]!r}")
            check(count in (0, 50), f"{count} of 50 requests in one write were answered")
        equal(server.wait(10), 0, "the exit code")


@case("a second SIGTERM ends the server now, whatever is in flight")
def second_signal(env):
    server = Server(env, listen=FRAME)
    try:
        with server.connect("frame") as peer:
            peer.sendall(framed(noise(1000))[:500])
            wait_until(lambda: server.counters()["bytes_received"] >= 500, "half a frame taken")
            server.terminate()
            wait_until(lambda: refused(server), "it is draining", 5)
            check(server.process.poll() is None, "it did not wait for the frame in flight")
            begin = time.monotonic()
            server.terminate()
            server.wait(5)
            took = time.monotonic() - begin
            check(took < 1, f"it took {took:.2f} s")
            check(server.process.returncode != -signal.SIGTERM,
                  "the second signal killed it, rather than being handled")
    finally:
        server.kill()


@case("the drain has a deadline: a frame that never ends does not hold the exit up")
def drain_deadline(env):
    with Server(env, "--drain_timeout=500ms", listen=FRAME) as server:
        with server.connect("frame") as peer:
            peer.sendall(framed(noise(1000))[:500])
            wait_until(lambda: server.counters()["bytes_received"] >= 500, "half a frame taken")
            begin = time.monotonic()
            server.terminate()
            code = server.wait(10)
            took = time.monotonic() - begin
            check(0.4 <= took < 4, f"it took {took:.2f} s, not about 0.5")
            equal(code, 0, "the exit code")


@case("two threads serve as one does, and drain as one does")
def two_threads(env):
    with Server(env, "--threads=2", listen=FRAME) as server:
        peers = [server.connect("frame") for _ in range(64)]
        for peer in peers:
            peer.sendall(framed(b"hello"))
        for peer in peers:
            equal(read_frame(peer), b"hello", "the answer")
        equal(server.counters()["connections_opened"], 64, "connections opened")
        server.terminate()
        for peer in peers:
            equal(read_to_end(peer), b"", "what came before the end")
            peer.close()
        equal(server.wait(10), 0, "the exit code")
