#!/usr/bin/env python3
"""A large file over loopback, beside nginx with sendfile.

One client reads the file from one server, then from the other, in blocks of four downloads whose
order is chance; the ratio of the rates and of the servers' CPU times is taken in each block. The
file is in the page cache. nginx must be installed; it runs from a folder of its own.
"""

import os
import pathlib
import random
import shlex
import shutil
import socket
import tempfile
import time

from report import OtherWork, argument_parser, print_table, progress, run_tool, write_json
from servers import MeasureError, Recipe, find_program
from slices import measure_block
from stats import Ratio

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; tcp_nopush on; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/site; }}
}}
"""
START_SECONDS_MAX = 10
BUFFER = bytearray(1 << 20)


def parse():
    parser = argument_parser(__doc__, protocols="http")
    parser.add_argument("--mib", type=int, default=1024, help="size of the file")
    parser.add_argument("--blocks", type=int, default=5)
    return parser.parse_args()


def nginx_recipe(folder):
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        raise MeasureError("nginx is not installed: there is nothing to compare with")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = pathlib.Path(folder) / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port), encoding="ascii")
    script = (f"echo listening on http://127.0.0.1:{port}; exec {program} -p {folder} -c {config}"
              " 2>/dev/null")
    return Recipe("nginx", f"sh -c {shlex.quote(script)}")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connect(port):
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), START_SECONDS_MAX)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def download(server, size):
    """One slice: `requests` are bytes of the body."""
    with connect(server.port) as peer:
        cpu, begin, got = cpu_seconds(server.pid), time.monotonic(), 0
        peer.sendall(b"GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while count := peer.recv_into(BUFFER):
            got += count
        seconds = time.monotonic() - begin
        if got < size:
            raise MeasureError(f"{server.name} sent {got} bytes of {size}")
        return {"requests": size, "seconds": seconds,
                "server_cpu": cpu_seconds(server.pid) - cpu, "client_cpu": 0}


def main():
    arguments = parse()
    chance = random.Random(arguments.seed)
    other_work = OtherWork()
    size = arguments.mib << 20
    with tempfile.TemporaryDirectory(prefix="edgewise-") as folder:
        os.mkdir(f"{folder}/site")
        with open(f"{folder}/site/file", "wb") as file:
            for _ in range(arguments.mib):
                file.write(os.urandom(1 << 20))
        program = shlex.quote(find_program(arguments.build, "edgewise-serve"))
        ours = Recipe("edgewise", f"{program} --listen http://127.0.0.1:0 --root {folder}/site")
        blocks = []
        with (ours.server("http", arguments.server_core) as edgewise,
              nginx_recipe(folder).server("http", arguments.server_core) as nginx):
            os.sched_setaffinity(0, {arguments.client_core})
            servers = {"edgewise": edgewise, "nginx": nginx}
            for server in servers.values():
                download(server, size)
            for number in range(arguments.blocks):
                progress(f"block {number + 1} of {arguments.blocks}")
                blocks.append(measure_block(servers, chance, lambda one: download(one, size)))
        progress("")
    rate = Ratio([block["edgewise"]["rate"] / block["nginx"]["rate"] for block in blocks])
    cpu = Ratio([block["edgewise"]["cpu_us"] / block["nginx"]["cpu_us"] for block in blocks])
    print_table([f"a file of {arguments.mib} MiB, edgewise / nginx", "ratio"],
                [["rate", rate], ["CPU of the server", cpu]])
    other_work.print_line()
    write_json(arguments, "file", [{"rate": rate.as_json(), "cpu": cpu.as_json()}])


if __name__ == "__main__":
    run_tool(main)
