#!/usr/bin/env python3
"""What Edgewise, nginx, HAProxy and Node answer to each request of the corpus, side by side.

Each server runs on a port of its own and answers every request that it accepts with 200. A case is
sent in one write on a new connection; its row shows the status codes that come back, in order, and
how it ended: nothing (still open, waiting), or "end" (closed). Prints a Markdown table: all cases,
or with --differences those in which not all accept the same number of requests.
"""

import argparse
import concurrent.futures
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
QUIET_SECONDS = 0.7  # a server that has said nothing for so long has nothing to say
START_SECONDS_MAX = 20
PARALLEL = 24

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 "ok\\n"; }} }}
}}
"""
HAPROXY = """
defaults
  mode http
  timeout client 10s
  timeout http-request 10s
  option http-buffer-request
frontend all
  bind 127.0.0.1:{port}
  http-request return status 200 content-type text/plain string ok
"""
NODE = """
require('http').createServer((request, response) => {{
  request.on('data', () => {{}});
  request.on('end', () => response.end('ok'));
}}).listen({port}, '127.0.0.1');
"""

ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "v": "\v", "f": "\f", "\\": "\\"}


def unescaped(text):
    def resolve(match):
        word = match.group(1)
        if word[0] == "x":
            return chr(int(word[1:], 16))
        if word[0] == "{":
            count, piece = word[1:-1].split("*", 1)
            return int(count) * unescaped(piece)
        return ESCAPES[word]
    return re.sub(r"\\(x..|\{[^}]*\}|.)", resolve, text)


def read_corpus():
    """[(file, name, bytes)]; test/http/corpus.h has the form."""
    cases = []
    for path in sorted(CORPUS.glob("*.txt")):
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("= "):
                cases.append([path.stem, line[2:], b""])
            elif line.startswith("< "):
                cases[-1][2] += unescaped(line[2:]).encode("latin-1")
    return cases


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(name, program, folder, port):
    if name == "edgewise":
        return [program, "--listen", f"http://127.0.0.1:{port}"]
    config = pathlib.Path(folder) / name
    config.write_text({"nginx": NGINX, "haproxy": HAPROXY, "node": NODE}[name].format(
        folder=folder, port=port), encoding="ascii")
    return {"nginx": [program, "-p", folder, "-c", str(config)],
            "haproxy": [program, "-db", "-f", str(config)],
            "node": [program, str(config)]}[name]


def wait_for(process, port, log):
    """Until somebody listens on the port."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            pass
        try:
            process.wait(0.05)
            break
        except subprocess.TimeoutExpired:
            pass
    sys.exit(f"error: {process.args[0]} does not listen: {pathlib.Path(log).read_text()[-500:]}")


def answer(port, text):
    """The status codes that come back, and whether the server closed."""
    got, ended = b"", False
    with socket.create_connection(("127.0.0.1", port), 10) as peer:
        peer.settimeout(QUIET_SECONDS)
        try:
            peer.sendall(text)
            while not ended:
                piece = peer.recv(65536)
                got += piece
                ended = not piece
        except socket.timeout:
            pass
        except OSError:
            ended = True
    return re.findall(rb"HTTP/1\.[01] (\d{3})", got), ended


def show(statuses, ended):
    return " ".join([word.decode() for word in statuses] + (["end"] if ended else [])) or "waits"


def accepted(statuses):
    """How many requests were let pass: answers that are no refusal of the request's form."""
    return sum(1 for status in statuses if status in (b"200", b"404", b"405"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the edgewise-serve to ask")
    parser.add_argument("--differences", action="store_true", help="only rows that differ")
    arguments = parser.parse_args()
    programs = {"edgewise": arguments.server}
    for name in ("nginx", "haproxy", "node"):
        program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
        if program:
            programs[name] = program
        else:
            print(f"note: {name} is not installed and is left out", file=sys.stderr)
    cases = read_corpus()
    columns = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, program in programs.items():
            port = free_port()
            log = f"{folder}/{name}.log"
            with open(log, "wb") as file:
                process = subprocess.Popen(command(name, program, folder, port), stdout=file,
                                           stderr=file)
            try:
                wait_for(process, port, log)
                with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
                    columns[name] = list(pool.map(lambda case: answer(port, case[2]), cases))
            finally:
                process.terminate()
                process.wait(10)
    print("| file | case | " + " | ".join(programs) + " |")
    print("|---|---|" + "---|" * len(programs))
    for index, (file, name, _) in enumerate(cases):
        answers = [columns[column][index] for column in programs]
        if arguments.differences and len({accepted(statuses) for statuses, _ in answers}) == 1:
            continue
        print(f"| {file} | {name} | " + " | ".join(show(*one) for one in answers) + " |")


if __name__ == "__main__":
    main()
