"""What deploy.md claims of nginx and HAProxy in front. The first line of each is its name."""

import contextlib
import pathlib
import re
import signal
import socket
import tempfile

from listening import SECONDS
from program import Program
from proxies import free_port, running
from waiting import wait_until

PAGES = pathlib.Path(__file__).resolve().parent
NGINX = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {page}
}}
"""

@contextlib.contextmanager
def proxy(name, backend, changed=()):
    """The page's own configuration, in front of the port `backend`; gives its port and process."""
    port = free_port()
    page = (PAGES / {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[name]).read_text(
        encoding="ascii")
    page = page.replace("127.0.0.1:8080", f"127.0.0.1:{backend}")
    page = page.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    for words, others in changed:
        assert words in page, words
        page = page.replace(words, others)
    with tempfile.TemporaryDirectory() as folder:
        config = NGINX.format(folder=folder, page=page) if name == "nginx" else page
        with running(name, config, folder, port) as process:
            yield port, process


def serve(build, *flags):
    return Program(build, "bench/serve/edgewise-serve", "--listen", "http://ADDRESS", *flags)


def request(method, path, body=b"", more=b""):
    return (b"%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n%s\r\n%s"
            % (method, path, len(body), more, body))


def read_answer(stream):
    """(status, head, body) of one answer, in chunks or not."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        assert line, f"the end, after {head!r}"
        head += line
    status = int(head.split()[1])
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    if length:
        return status, head, stream.read(int(length[1]))
    body = b""
    while True:
        size = int(stream.readline(), 16)
        body += stream.read(size)
        stream.readline()
        if size == 0:
            return status, head, body


def check_behind(build, name):
    with serve(build) as server, proxy(name, server.port) as (port, _):
        with socket.create_connection(("127.0.0.1", port), SECONDS) as peer:
            stream = peer.makefile("rb")

            def ask(*words):
                peer.sendall(request(*words))
                return read_answer(stream)
            wait_until(lambda: ask(b"GET", b"/plaintext")[0] == 200, "the health check", SECONDS,
                       0.1)
            before = server.counters()
            for i in range(50):
                body = b"x" * (i * 1000)
                status, _, got = ask(b"POST", b"/echo", body)
                assert (status, got) == (200, body), status
            after = server.counters()
            assert after["answers_2xx"] - before["answers_2xx"] >= 50, after
            # HAProxy's health checks have connections of their own: one a second.
            opened = after["connections_opened"] - before["connections_opened"]
            assert opened < 25, f"{opened} connections for 50 requests: they are not kept"
            assert ask(b"GET", b"/nothing")[0] == 404
        server.terminate()
        server.ends_with_0()


def behind_nginx(build):
    """deploy.md: nginx with this configuration keeps its connections"""
    check_behind(build, "nginx")


def behind_haproxy(build):
    """deploy.md: HAProxy with this configuration keeps its connections"""
    check_behind(build, "haproxy")


def client_address(name):
    """What a backend is told of the client, who lies about itself."""
    with socket.create_server(("127.0.0.1", 0)) as backend:
        backend.settimeout(SECONDS)
        with proxy(name, backend.getsockname()[1]) as (port, _):
            with socket.create_connection(("127.0.0.1", port), SECONDS) as peer:
                def next_request():
                    taken, _ = backend.accept()
                    with taken:
                        taken.settimeout(SECONDS)
                        got = b""
                        while b"\r\n\r\n" not in got:
                            piece = taken.recv(4096)
                            if not piece:
                                return b""
                            got += piece
                        taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                                      b"Connection: close\r\n\r\n")
                        return got
                if name == "haproxy":  # takes a request only when the health check went well
                    assert next_request().startswith(b"GET /plaintext ")
                peer.sendall(request(b"GET", b"/mine", b"", b"X-Forwarded-For: 1.2.3.4\r\n"))
                got = b""
                while b"/mine" not in got:
                    got = next_request()
                return re.findall(rb"x-forwarded-for: ([^\r]*)", got, re.IGNORECASE)


def address_by_nginx(build):
    """deploy.md: nginx tells the client's address, and not what the client says of itself"""
    assert build and client_address("nginx") == [b"127.0.0.1"]


def address_by_haproxy(build):
    """deploy.md: HAProxy tells the client's address, and not what the client says of itself"""
    assert build and client_address("haproxy") == [b"127.0.0.1"]


def state(process):
    stat = pathlib.Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii")
    return stat.rpartition(")")[2].split()[0]


def race(build):
    """deploy.md: a POST that meets the end of an idle connection is lost: nginx answers 502"""
    with serve(build, "--idle_timeout=1s") as server, proxy("nginx", server.port) as (port, nginx):
        with socket.create_connection(("127.0.0.1", port), SECONDS) as peer:
            stream = peer.makefile("rb")
            peer.sendall(request(b"POST", b"/echo", b"kept"))
            assert read_answer(stream)[::2] == (200, b"kept")
            # The proxy stands still; the request comes first, and then the server's end.
            wait_until(lambda: state(nginx) == "S", "nginx waits for events", SECONDS)
            nginx.send_signal(signal.SIGSTOP)
            wait_until(lambda: state(nginx) == "T", "nginx stands still", SECONDS)
            peer.sendall(request(b"POST", b"/echo", b"lost"))
            server.await_counters(connections_closed=1)
            nginx.send_signal(signal.SIGCONT)
            assert read_answer(stream)[0] == 502
            peer.sendall(request(b"POST", b"/echo", b"again"))
            assert read_answer(stream)[::2] == (200, b"again")


def check_order(build, name, *changed):
    with serve(build, "--idle_timeout=30s") as server:
        with proxy(name, server.port, changed) as (port, _):
            with socket.create_connection(("127.0.0.1", port), SECONDS) as peer:
                peer.sendall(request(b"POST", b"/echo", b"kept"))
                assert read_answer(peer.makefile("rb"))[::2] == (200, b"kept")
                server.await_counters(connections_closed=1, closed_idle_timeout=0)


def order_nginx(build):
    """deploy.md: nginx is the one that ends an idle connection"""
    check_order(build, "nginx", ("keepalive_timeout 60s", "keepalive_timeout 1s"))


def order_haproxy(build):
    """deploy.md: HAProxy is the one that ends an idle connection"""
    check_order(build, "haproxy", ("pool-purge-delay 3s", "pool-purge-delay 1s"),
                ("timeout http-keep-alive 10s", "timeout http-keep-alive 1s"),
                (" check inter 1s fall 2 rise 1", ""))


def check_drained(build, name, status):
    """A server that stops while the proxy has it; answers to new requests are the proxy's own."""
    with serve(build) as server, proxy(name, server.port) as (port, _):
        with socket.create_connection(("127.0.0.1", port), SECONDS) as peer:
            stream = peer.makefile("rb")

            def ask():
                peer.sendall(request(b"GET", b"/plaintext"))
                return read_answer(stream)[0]
            wait_until(lambda: ask() == 200, "the health check", SECONDS, 0.1)
            server.terminate()
            server.ends_with_0()
            assert ask() == status


def drained_nginx(build):
    """deploy.md: when the server has drained, nginx answers 502"""
    check_drained(build, "nginx", 502)


def drained_haproxy(build):
    """deploy.md: when the server has drained, HAProxy answers 503"""
    check_drained(build, "haproxy", 503)


CLAIMS = (behind_nginx, behind_haproxy, address_by_nginx, address_by_haproxy, race, order_nginx,
          order_haproxy, drained_nginx, drained_haproxy)
