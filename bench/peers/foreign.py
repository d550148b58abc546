"""nginx and haproxy as servers under measurement: their configurations and how to start them.

Each is one process with one thread in the foreground, without an access log, and answers
GET /plaintext by itself. Neither can tell which port the system chose, so a free one is looked for.
They are taken from PATH, or from the folder that unpack.sh has filled.
"""

import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "measure"))

from servers import START_SECONDS_MAX, MeasureError, Recipe, Server  # noqa: E402

CONNECTIONS_MAX = 20000
DESCRIPTORS_MAX = 2 * CONNECTIONS_MAX  # of haproxy, which reckons with two for a connection
DESCRIPTORS_SPARED = 20  # for what is no connection
FIRST_STOP_SECONDS = 2

# Its compiled-in error log and user are kept out of it: nothing but the folder is written. Only
# what may be idle is given long; a request has the 60 s of its default.
NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{
  worker_connections {connections};
}}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  tcp_nodelay on;
  types {{ }}
  default_type text/plain;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /plaintext {{ return 200 "Hello, World!"; }}
    location / {{ return 404; }}
  }}
}}
"""

# By itself it sends neither Server nor Date, which the service has to.
# How many connections it takes it finds out itself, from the limit of descriptors, as its manual
# recommends; fd-hard-limit keeps it from a table of 2^30 of them. But by itself it does not go
# below 100 connections, and refuses to start where those do not fit: under a lower limit it is told
# how many. A request has 10 s, as the manual asks for a few seconds.
HAPROXY = """\
global
  nbthread 1
  fd-hard-limit {descriptors}
  {maxconn}
defaults
  mode http
  timeout client 1h
  timeout http-request 10s
  timeout http-keep-alive 1h
frontend plaintext
  bind 127.0.0.1:{port} backlog 4096
  http-request return status 200 content-type text/plain hdr Server haproxy \
hdr Date "%[date,http_date]" string "Hello, World!" if {{ path /plaintext }}
  http-request return status 404 content-type text/plain string "Not found."
"""


def nginx_command(program, folder, port, limit):
    """Writes the configuration into the folder; the words that run nginx with it. `limit`: how many
    descriptors it may have."""
    connections = min(CONNECTIONS_MAX, _at_least_one(limit - _spared(limit)))
    path = _write(folder, "nginx.conf", NGINX.format(folder=folder, port=port,
                                                     connections=connections))
    return [program, "-e", "stderr", "-p", str(folder), "-c", path]


def haproxy_command(program, folder, port, limit):
    """Writes the configuration into the folder; the words that run haproxy with it. `limit`: how
    many descriptors it may have."""
    maxconn = ""
    if limit < DESCRIPTORS_MAX:
        maxconn = f"maxconn {_at_least_one((limit - _spared(limit)) // 2)}"
    path = _write(folder, "haproxy.cfg", HAPROXY.format(port=port, descriptors=DESCRIPTORS_MAX,
                                                        maxconn=maxconn))
    return [program, "-db", "-f", path]


COMMANDS = {"nginx": nginx_command, "haproxy": haproxy_command}


def _spared(limit):
    """Descriptors for what is no connection; of many a few more, which valgrind has for itself."""
    return DESCRIPTORS_SPARED + limit // 200


def _at_least_one(count):
    return max(1, count)


def _write(folder, name, text):
    path = pathlib.Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def descriptor_limit(prefix):
    """How many descriptors a server may have that is started behind the prefix, in which prlimit
    may lower what this process has."""
    for word in prefix:
        match = re.match(r"--nofile=(\d+)", word)
        if match:
            return int(match.group(1))
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    return DESCRIPTORS_MAX if limit == resource.RLIM_INFINITY else limit


def find_foreign(name, unpacked=None):
    """(program, LD_LIBRARY_PATH or None), from PATH or from the folder of unpack.sh; or None."""
    program = shutil.which(name)
    if program:
        return program, None
    if unpacked is None:
        return None
    program = pathlib.Path(unpacked).resolve() / "usr/sbin" / name
    if not program.is_file():
        return None
    libraries = {str(path.parent) for path in pathlib.Path(unpacked).resolve().rglob("*.so*")
                 if path.parent.name != "modules"}
    return str(program), ":".join(sorted(libraries))


def free_port():
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ForeignRecipe(Recipe):
    """How to start nginx or haproxy. `program` and `libraries` as find_foreign has them."""

    def __init__(self, name, program, libraries):
        super().__init__(name, program)
        self.program = program
        self.libraries = libraries

    def server(self, protocol, core, flags="", prefix=()):
        return ForeignServer(self, protocol, core, flags, prefix)


class ForeignServer(Server):
    """A running nginx or haproxy; the process is the one that serves."""

    def __init__(self, recipe, protocol, core, flags="", prefix=()):
        super().__init__(recipe, protocol, core, flags, prefix)
        self._recipe = recipe
        self._prefix = list(prefix)
        self._folder = None

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="edgewise-foreign-")
        self._free_port = free_port()
        recipe = self._recipe
        self.words = self._prefix + COMMANDS[recipe.name](recipe.program, self._folder.name,
                                                          self._free_port,
                                                          descriptor_limit(self._prefix))
        if recipe.libraries:
            # In front of the prefix: env becomes what it starts, so the process stays the same.
            self.words = ["env", f"LD_LIBRARY_PATH={recipe.libraries}"] + self.words
        return super().__enter__()

    def stop(self):
        # nginx in one process sleeps through a SIGTERM that comes just before it begins to wait;
        # the second one wakes it.
        self._process.terminate()
        try:
            self._process.wait(FIRST_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        super().stop()
        self._folder.cleanup()

    def _read_port(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise MeasureError(f"{self.name} ended before it was listening: "
                                   f"{self.last_words()}")
            try:
                socket.create_connection(("127.0.0.1", self._free_port), 1).close()
                return self._free_port
            except OSError:
                time.sleep(0.05)
        raise MeasureError(f"{self.name} does not accept connections: {self.last_words()}")
