"""Files, by the clients that people use."""

import os
import re
import subprocess

from cases import case, check, equal, run
from http_cases import curl
from server import Server
from stream import noise, read_to_end


def make_site(folder):
    """A directory to serve, with something beside it that is not to be served."""
    root = f"{folder}/site"
    os.makedirs(f"{root}/sub")
    files = {"index.html": b"<!doctype html><title>home</title>", "sub/index.html": b"sub",
             "page.css": b"p {}", "page.txt": noise(4000), "large.bin": noise(20_000_000),
             "../secret": b"secret"}
    for name, content in files.items():
        with open(f"{root}/{name}", "wb") as file:
            file.write(content)
    os.symlink("../secret", f"{root}/link")
    return root, files


@case("curl gets files whole, in parts, and not again when it has them")
def curl_files(env):
    env.need("curl")
    root, files = make_site(env.folder)
    with Server(env, f"--root={root}") as server:
        url = server.url("http")
        for name in ("page.css", "large.bin"):
            equal(curl(f"{url}/{name}"), files[name], name)
        equal(curl(f"{url}/"), files["index.html"], "the index")
        equal(curl(f"{url}/sub", "--location"), b"sub", "a directory, after its redirect")
        equal(curl(f"{url}/plaintext"), b"Hello, World!", "the route that was there before")
        part = curl(f"{url}/large.bin", "--range", "1000000-1999999", "-D", f"{env.folder}/head")
        equal(part, files["large.bin"][1_000_000:2_000_000], "a million bytes from the middle")
        with open(f"{env.folder}/head", encoding="ascii") as head:
            text = head.read()
        check(text.startswith("HTTP/1.1 206 "), text)
        check("Content-Range: bytes 1000000-1999999/20000000" in text, text)
        etag = f"{env.folder}/etag"
        curl(f"{url}/page.css", "--etag-save", etag)
        again = curl(f"{url}/page.css", "--etag-compare", etag, "-w", "%{http_code}")
        equal(again, b"304", "the second time")
        # A download that broke off is continued.
        with open(f"{env.folder}/partial", "wb") as partial:
            partial.write(files["large.bin"][:7_654_321])
        curl(f"{url}/large.bin", "--continue-at", "-", "-o", f"{env.folder}/partial")
        with open(f"{env.folder}/partial", "rb") as partial:
            equal(partial.read(), files["large.bin"], "the continued download")


@case("no path leads curl out of the root")
def curl_out(env):
    env.need("curl")
    root, _ = make_site(env.folder)
    with Server(env, f"--root={root}") as server:
        for path in ("/../secret", "/%2e%2e/secret", "/..%2fsecret", "/link", "/sub/../../secret",
                     "//etc/passwd", "/etc/passwd"):
            status = curl(server.url("http") + path, "--path-as-is", "-w", "%{http_code}",
                          "-o", f"{env.folder}/got")
            equal(status, b"404", path)
            with open(f"{env.folder}/got", "rb") as got:
                check(b"secret" not in got.read(), path)


@case("a slow download of a large file costs the server no memory and others no time")
def slow_download(env):
    env.need("curl")
    root, files = make_site(env.folder)
    with Server(env, f"--root={root}") as server:
        url = server.url("http")
        with subprocess.Popen(["curl", "--silent", "--limit-rate", "1M", "-o",
                               f"{env.folder}/slow", f"{url}/large.bin"]) as slow:
            curl(url + "/plaintext")
            before = server.resident_kib()
            for _ in range(50):
                equal(curl(url + "/plaintext", "--max-time", "2"), b"Hello, World!", "meanwhile")
            check(server.resident_kib() < before + 4096, "memory grew with the file")
            check(slow.poll() is None, "the download was over before the others had asked")
            slow.terminate()
            slow.wait(30)
        with open(f"{env.folder}/slow", "rb") as got:
            text = got.read()
        check(0 < len(text) and files["large.bin"].startswith(text), f"{len(text)} bytes came")


@case("a hundred pipelined requests for files are answered in order")
def pipelined_files(env):
    root, files = make_site(env.folder)
    with Server(env, f"--root={root}") as server, server.connect("http") as peer:
        paths = ["page.css", "index.html"] * 50
        for path in paths[:-1]:
            peer.sendall(f"GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        peer.sendall(f"GET /{paths[-1]} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        answers = read_to_end(peer)
        bodies = re.findall(rb"\r\n\r\n(.*?)(?=HTTP/1\.1|$)", answers, re.DOTALL)
        equal(bodies, [files[path] for path in paths], "the bodies")


@case("a root that is no directory is an error that says so")
def bad_root(env):
    for root in (f"{env.folder}/nothing", "/dev/null"):
        said = subprocess.run([env.binary, "--listen", "http://127.0.0.1:0", f"--root={root}"],
                              capture_output=True, check=False, timeout=20)
        equal(said.returncode, 1, "the exit code")
        check(b"cannot be served" in said.stderr and root.encode() in said.stderr, said.stderr)


@case("ab and wrk get a file without an error")
def load_on_a_file(env):
    env.need("ab", "wrk")
    root, _ = make_site(env.folder)
    with Server(env, f"--root={root}") as server:
        url = server.url("http") + "/page.css"
        report = run("ab", "-q", "-k", "-n", "2000", "-c", "20", url).decode()
        check(re.search(r"Failed requests:\s+0\n", report), report)
        check("Non-2xx" not in report, report)
        report = run("wrk", "-t1", "-c32", "-d1s", url).decode()
        check("Socket errors" not in report and "Non-2xx" not in report, report)
        equal(server.open_descriptors() < 40, True, "no descriptor is left behind")
