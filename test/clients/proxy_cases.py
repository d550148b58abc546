"""nginx and HAProxy in front of edgewise-serve, and slowhttptest against it."""

import contextlib
import re
import subprocess

from cases import case, check, equal, run
from file_cases import make_site
from http_cases import curl
from proxies import free_port, installed, running
from server import Server
from stream import noise
from waiting import wait_until

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
  access_log off; client_max_body_size 64m; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream edgewise {{ server 127.0.0.1:{upstream}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://edgewise; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_request_buffering off;
    }}
  }}
}}
"""
HAPROXY = """
defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 5s
frontend front
  bind 127.0.0.1:{port}
  default_backend back
backend back
  http-reuse always
  server edgewise 127.0.0.1:{upstream}
"""


@contextlib.contextmanager
def proxy(env, name, upstream):
    """Runs it in front of the port `upstream`; gives its own."""
    port = free_port()
    config = {"nginx": NGINX, "haproxy": HAPROXY}[name].format(folder=env.folder, port=port,
                                                               upstream=upstream)
    with running(name, config, env.folder, port):
        yield port


def check_behind(env, name):
    installed(name)
    env.need("curl", "ab")
    root, files = make_site(env.folder)
    with Server(env, f"--root={root}") as server, proxy(env, name, server.port("http")) as port:
        url = f"http://127.0.0.1:{port}"
        equal(curl(f"{url}/plaintext"), b"Hello, World!", "the body")
        equal(curl(f"{url}/large.bin"), files["large.bin"], "a large file")
        part = curl(f"{url}/large.bin", "--range", "5000000-5999999")
        equal(part, files["large.bin"][5_000_000:6_000_000], "a range")
        body = noise(900_000)
        equal(curl(f"{url}/echo", "--data-binary", "@-", data=body), body, "an upload")
        equal(curl(f"{url}/echo", "-X", "POST", "--upload-file", "-", data=body), body,
              "an upload in chunks")
        equal(curl(f"{url}/nothing", "-w", "%{http_code}", "-o", "/dev/null"), b"404", "no file")
        report = run("ab", "-q", "-k", "-n", "3000", "-c", "10", f"{url}/plaintext").decode()
        check(re.search(r"Failed requests:\s+0\n", report), report)
        check("Non-2xx" not in report, report)
        counters = server.counters()
        check(counters["connections_opened"] < 200, "the proxy keeps its connections")
        equal(counters["malformed"], 0, "requests of the proxy that were refused")


@case("nginx in front, with connections that it keeps, changes nothing")
def behind_nginx(env):
    check_behind(env, "nginx")


@case("HAProxy in front, with connections that it shares, changes nothing")
def behind_haproxy(env):
    check_behind(env, "haproxy")


# Each mode's own options; the server's limits are short, so that the attack is over soon.
SLOW = {
    "slow headers": ("-H", "-i", "1"),
    "slow bodies": ("-B", "-i", "1", "-s", "100000", "-t", "POST"),
    "slow reading": ("-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5", "-k", "3"),
    "ranges": ("-R", "-t", "GET", "-a", "10", "-b", "3000"),
}
CONNECTIONS = 300
COLOURS = re.compile(r"\x1b\[[\d;]*m")


def check_slow(env, options, target):
    env.need("slowhttptest", "curl")
    root, _ = make_site(env.folder)
    patience = "8" if env.sanitized else "2"
    with Server(env, f"--root={root}", "--head_timeout=3s", "--body_timeout=3s",
                "--write_timeout=3s") as server:
        url = server.url("http")
        with subprocess.Popen(
                ["slowhttptest", "-c", str(CONNECTIONS), "-r", "150", "-l", "8", "-p", patience,
                 *options, "-u", url + target],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=env.folder) as attack:
            asked = 0
            while attack.poll() is None:
                answer = curl(f"{url}/plaintext", "--max-time", patience)
                equal(answer, b"Hello, World!", "meanwhile")
                asked += 1
            report = COLOURS.sub("", attack.stdout.read().decode(errors="replace"))
        check(asked > 2, f"only {asked} requests were asked meanwhile")
        available = re.findall(r"service available:\s*(YES|NO)", report)
        check(available and "NO" not in available, report[-3000:])
        # Who attacked is cut off, by the clocks that are there for it.
        wait_until(lambda: server.counters()["connections_opened"]
                   - server.counters()["connections_closed"] <= 1, "everybody is gone", 20, 0.1)
        return server.counters()


@case("slowhttptest's slow headers: others are served, and the slow ones told 408")
def slow_headers(env):
    counters = check_slow(env, SLOW["slow headers"], "/plaintext")
    check(counters["closed_frame_timeout"] > CONNECTIONS / 2, counters)


@case("slowhttptest's slow bodies: others are served, and the slow ones told 408")
def slow_bodies(env):
    counters = check_slow(env, SLOW["slow bodies"], "/echo")
    check(counters["closed_body_timeout"] > CONNECTIONS / 2, counters)


@case("slowhttptest's slow reading: others are served, memory stays, and it ends")
def slow_reading(env):
    check_slow(env, SLOW["slow reading"], "/large.bin")


@case("slowhttptest's overlapping ranges: each byte goes out once at most")
def slow_ranges(env):
    counters = check_slow(env, SLOW["ranges"], "/page.txt")  # 4,000 bytes
    check(counters["answers_2xx"] > CONNECTIONS / 2, counters)
    check(counters["bytes_sent"] < 10_000_000, counters)
