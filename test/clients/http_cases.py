"""HTTP, by the clients that people use."""

import json
import re

from cases import case, check, equal, run
from server import Server
from stream import noise, read_exactly, read_to_end


def curl(url, *options, **more):
    return run("curl", "--silent", "--show-error", "--max-time", "20", *options, url, **more)


@case("curl gets the short page and the plain text, with the headers that they should have")
def curl_gets(env):
    env.need("curl")
    with Server(env) as server:
        page = curl(server.url("http") + "/", "-i").decode()
        check(page.startswith("HTTP/1.1 200 "), page)
        plain = curl(server.url("http") + "/plaintext", "-i").decode()
        head, body = plain.split("\r\n\r\n", 1)
        equal(body, "Hello, World!", "the body")
        check(head.startswith("HTTP/1.1 200 OK\r\n"), head)
        for header in ("Content-Length: 13", "Content-Type: text/plain", "Server: ", "Date: "):
            check(header.lower() in head.lower(), f"{header!r} in {head!r}")
        date = re.search(r"(?i)^Date: (.*)$", head.replace("\r", ""), re.MULTILINE).group(1)
        check(re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", date), f"date {date!r}")


@case("curl's HEAD gets the headers of GET and no body")
def curl_head(env):
    env.need("curl")
    with Server(env) as server:
        head = curl(server.url("http") + "/plaintext", "--head").decode().lower()
        check(head.startswith("http/1.1 200") and "content-length: 13" in head, head)
        check("hello" not in head, head)


@case("curl's POST gets its body back, from none to 512 KiB")
def curl_post(env):
    env.need("curl")
    with Server(env) as server:
        for size in (0, 1, 1000, 65536, 512 * 1024):
            body = noise(size)
            got = curl(server.url("http") + "/echo", "--data-binary", "@-", "-H", "Expect:",
                       "-H", "Content-Type: application/octet-stream", data=body)
            equal(got, body, f"the echo of {size} bytes")


@case("curl's uploads come back whole: in chunks, and after waiting for 100 Continue")
def curl_uploads(env):
    env.need("curl")
    with Server(env) as server:
        for size in (0, 1, 70_000, 900_000):
            body = noise(size)
            url = server.url("http") + "/echo"
            chunked = curl(url, "-X", "POST", "--upload-file", "-", data=body)
            equal(chunked, body, f"the echo of {size} bytes in chunks")
            waited = curl(url, "--data-binary", "@-", "-H", "Expect: 100-continue",
                          "--expect100-timeout", "15", data=body)
            equal(waited, body, f"the echo of {size} bytes after 100 Continue")


@case("curl's unknown path is answered with 404")
def curl_404(env):
    env.need("curl")
    with Server(env) as server:
        equal(curl(server.url("http") + "/nowhere", "-o", "/dev/null", "-w", "%{http_code}"),
              b"404", "the status")


@case("curl reuses its connection for several requests")
def curl_reuses(env):
    env.need("curl")
    with Server(env) as server:
        url = server.url("http")
        connects = run("curl", "--silent", "--max-time", "20", "-w", "%{num_connects} ",
                       "-o", "/dev/null", url + "/plaintext", "-o", "/dev/null", url + "/",
                       "-o", "/dev/null", url + "/nowhere")
        equal(connects.split(), [b"1", b"0", b"0"], "new connections per request")
        equal(server.counters()["connections_opened"], 1, "connections opened")


@case("curl works over IPv6 and over a unix socket")
def curl_other_families(env):
    env.need("curl")
    env.need_ipv6()
    path = f"{env.folder}/http.sock"
    with Server(env, listen=("http://[::1]:0", f"http+unix://{path}")) as server:
        equal(curl(server.url("http") + "/plaintext", "-g"), b"Hello, World!", "over IPv6")
        equal(curl("http://local/plaintext", "--unix-socket", path), b"Hello, World!", "unix")


GET = b"GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n"


def read_response(peer):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read_exactly(peer, 1)
    size = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
    return head, read_exactly(peer, size)


@case("a hundred pipelined requests in one write get a hundred answers in order")
def pipelined(env):
    with Server(env) as server, server.connect("http") as peer:
        requests = b"".join(
            b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n%03d" % i
            for i in range(100))
        peer.sendall(requests)
        for i in range(100):
            equal(read_response(peer)[1], b"%03d" % i, "the body of an answer in its place")


@case("a request sent byte by byte is answered as one sent whole")
def byte_by_byte(env):
    with Server(env) as server, server.connect("http") as peer:
        for i in range(len(GET)):
            peer.sendall(GET[i:i + 1])
        equal(read_response(peer)[1], b"Hello, World!", "the body")


@case("an HTTP/1.0 client is answered and the connection closed")
def http_1_0(env):
    with Server(env) as server, server.connect("http") as peer:
        peer.sendall(b"GET /plaintext HTTP/1.0\r\n\r\n")
        answer = read_to_end(peer)
        check(b" 200 " in answer and answer.endswith(b"Hello, World!"), answer)


@case("a request that is not HTTP gets a 4xx, then the end, and is counted")
def malformed(env):
    for wrong in (b"\x00\x01\x02\x03\r\n\r\n", b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
                  b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
                  b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"):
        with Server(env) as server:
            with server.connect("http") as peer:
                peer.sendall(wrong)
                answer = read_to_end(peer)
                check(re.match(rb"HTTP/1\.1 4\d\d ", answer), f"{wrong!r} -> {answer!r}")
                check(b"Hello" not in answer, answer)
            server.wait_for_counter("malformed")
            equal(curl(server.url("http") + "/plaintext"), b"Hello, World!", "afterwards")


@case("requests before a malformed one are answered, nothing after it is")
def malformed_in_a_pipeline(env):
    with Server(env) as server, server.connect("http") as peer:
        peer.sendall(GET + GET + b"GET / HTTP/9.9\r\nHost: a\r\n\r\n" + GET)
        answer = read_to_end(peer)
        equal(answer.count(b"Hello, World!"), 2, "answers")
        equal(len(re.findall(rb"HTTP/1\.1 [45]\d\d ", answer)), 1, "errors")


@case("each request is in the access log, and signals reach a server that has one")
def access_log(env):
    env.need("curl")
    log = f"{env.folder}/access.log"
    with Server(env, f"--access_log={log}") as server:
        curl(server.url("http") + "/plaintext")
        curl(server.url("http") + "/nothing", "-o", "/dev/null")
        equal(server.counters()["answers_2xx"], 1, "answers, asked by a signal")
    with open(log, encoding="ascii") as file:
        lines = file.read().splitlines()
    equal(len(lines), 2, "lines")
    form = (r'127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}(?::\d\d){3} \+0000\] '
            r'"GET (\S+) HTTP/1\.1" (\d+) \d+')
    equal([re.fullmatch(form, line).groups() for line in lines],
          [("/plaintext", "200"), ("/nothing", "404")], "the lines")
    with Server(env, f"--access_log={log}", "--access_log_format=json") as server:
        curl(server.url("http") + "/plaintext", "-A", 'a "quoted" agent')
    with open(log, encoding="ascii") as file:
        last = json.loads(file.read().splitlines()[2])
    equal((last["target"], last["status"], last["bytes"], last["user_agent"]),
          ("/plaintext", 200, 13, 'a "quoted" agent'), "the line as JSON")


@case("ab finds no failure, with and without keep-alive")
def apache_bench(env):
    env.need("ab")
    with Server(env) as server:
        for options in ((), ("-k",)):
            report = run("ab", "-q", "-n", "2000", "-c", "20", *options,
                         server.url("http") + "/plaintext").decode()
            equal(re.search(r"Complete requests:\s+(\d+)", report).group(1), "2000", "complete")
            equal(re.search(r"Failed requests:\s+(\d+)", report).group(1), "0", "failed")
            check("Non-2xx" not in report, report)
            if options:
                kept = int(re.search(r"Keep-Alive requests:\s+(\d+)", report).group(1))
                check(kept >= 1900, f"only {kept} of 2000 requests were on a kept connection")


@case("wrk sees no error")
def wrk(env):
    env.need("wrk")
    with Server(env) as server:
        report = run("wrk", "-t1", "-c64", "-d2s", server.url("http") + "/plaintext").decode()
        check("Socket errors" not in report and "Non-2xx" not in report, report)
        check(float(re.search(r"Requests/sec:\s+([\d.]+)", report).group(1)) > 100, report)
        counters = server.counters()
        equal(counters["lost_edges"], 0, "lost edges")
