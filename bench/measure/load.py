"""Drives the clients, edgewise-load and edgewrk, pinned to a core."""

import json
import os
import re
import subprocess

from servers import MeasureError, find_program, pin_to

RUN_SECONDS_MAX = 600


def _run(words, core, **more):
    """The program's end, with its standard output as text."""
    words = [str(word) for word in words]
    try:
        return subprocess.run(words, stdout=subprocess.PIPE, text=True, preexec_fn=pin_to(core),
                              timeout=RUN_SECONDS_MAX, **more)
    except subprocess.TimeoutExpired as error:
        raise MeasureError(f"{os.path.basename(words[0])} did not end within {RUN_SECONDS_MAX} s: "
                           + " ".join(words)) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise MeasureError(f"cannot start {words[0]}: {error}") from error


class Load:
    """The load client: each call is one run of the program."""

    def __init__(self, build, core):
        self.program = find_program(build, "edgewise-load")
        self._core = core

    def run(self, server, *flags, prefix=()):
        """Loads `server`; the answer is what edgewise-load printed, as a dictionary.

        `flags` are those of edgewise-load; `prefix` goes before the command.
        """
        words = [*prefix, self.program, "--server-pid", server.pid, *flags, server.url]
        done = _run(words, self._core)
        lines = done.stdout.strip().splitlines()
        if done.returncode != 0 or not lines:
            said = lines[-1] if lines else "nothing"
            raise MeasureError(f"edgewise-load failed against {server.name}: it printed {said}; "
                               f"the server said: {server.last_words() or 'nothing'}")
        return json.loads(lines[-1])

    def slice(self, server, seconds, connections, depth):
        """A closed loop for `seconds`. The answer holds at least one request."""
        result = self.run(server, "--duration", seconds, "--connections", connections,
                          "--depth", depth)
        if result["requests"] == 0:
            raise MeasureError(f"{server.name} answered nothing in {seconds} s")
        return result


class Edgewrk:
    """edgewrk: each call is one run of the program."""

    JSON_BEGIN = re.compile(r"^\{$", re.M)  # after the text that wrk would print

    def __init__(self, build, core):
        self.program = find_program(build, "edgewrk")
        self._core = core

    def run(self, server, *flags, path=None):
        """Loads `server`; the answer is what edgewrk wrote as JSON, whatever it thinks of it.

        `flags` are those of edgewrk; without `path`, http asks for /plaintext.
        """
        if path is None:
            path = "/plaintext" if server.protocol == "http" else ""
        done = _run([self.program, *flags, "--json", "-", server.url + path], self._core,
                    stderr=subprocess.PIPE)
        begin = self.JSON_BEGIN.search(done.stdout)
        try:
            return json.loads(done.stdout[begin.start():] if begin else "")
        except json.JSONDecodeError as error:
            said = (done.stderr or done.stdout).strip() or f"nothing, exit {done.returncode}"
            raise MeasureError(f"edgewrk against {server.name} said: {said}") from error


class Herd:
    """Idle connections, held while the block runs."""

    def __init__(self, load, server, count):
        self._words = [load.program, "--idle", str(count), server.url]
        self._core = load._core
        self.closed_by_server = None

    def __enter__(self):
        self._process = subprocess.Popen(self._words, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True,
                                         preexec_fn=pin_to(self._core))
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise MeasureError("the idle connections could not be opened (see above)")
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        rest = self._process.stdout.read().strip()
        self._process.wait()
        self._process.stdout.close()
        if rest:
            self.closed_by_server = json.loads(rest)["closed_by_server"]
        if self.closed_by_server:
            print(f"warning: the server closed {self.closed_by_server} idle connections meanwhile")
