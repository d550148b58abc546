"""Starts the servers under measurement, pinned to a core, and stops them again."""

import os
import pathlib
import re
import select
import shlex
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 60  # a server under callgrind takes seconds to get up
STOP_SECONDS_MAX = 20
LISTENING = re.compile(r"listening on (?:(\w+)://)?\S*:(\d+)\s*$")


class MeasureError(Exception):
    """What stopped the measurement, in words for the person at the terminal."""


def find_program(build, name):
    """The program `name` somewhere under the build folder."""
    for path in sorted(pathlib.Path(build).rglob(name)):
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    raise MeasureError(f"no {name} under {build}: build first, or name the folder with --build")


class Recipe:
    """How to start a server: a name for tables, and a command line with the words {protocol} and
    {flags}, which may be missing."""

    def __init__(self, name, command):
        self.name = name
        self.command = command

    def words(self, protocol, flags=""):
        command = self.command.replace("{protocol}", protocol).replace("{flags}", flags)
        return shlex.split(command)


def floor_recipe(build):
    folder = pathlib.Path(find_program(build, "floor-echo")).parent
    return Recipe("floor", f"{shlex.quote(str(folder))}/floor-{{protocol}} 0")


def server_recipe(arguments):
    if arguments.server:
        return Recipe("server", arguments.server)
    program = shlex.quote(find_program(arguments.build, "edgewise-serve"))
    return Recipe("edgewise", f"{program} --listen {{protocol}}://127.0.0.1:0 {{flags}}")


def pin_to(core):
    """For subprocess.Popen: runs in the child before the program does."""
    return lambda: os.sched_setaffinity(0, {core})


class Server:
    """A running server. Use as a context manager: the process ends with the block.

    `prefix` goes before the command, such as ["valgrind", ...].
    """

    def __init__(self, recipe, protocol, core, flags="", prefix=()):
        self.name = recipe.name
        self.protocol = protocol
        self.words = list(prefix) + recipe.words(protocol, flags)
        self._core = core

    def __enter__(self):
        try:
            self._process = subprocess.Popen(
                self.words, stdout=subprocess.PIPE, preexec_fn=pin_to(self._core))
        except OSError as error:
            raise MeasureError(f"cannot start {self.words[0]}: {error}") from error
        try:
            self.port = self._read_port()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self._process.pid

    @property
    def url(self):
        return f"{self.protocol}://127.0.0.1:{self.port}"

    def stop(self):
        """Ends the process by SIGTERM, or by force if that does not help."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                print(f"warning: {self.name} did not end within {STOP_SECONDS_MAX} s of SIGTERM")
                self._process.kill()
                self._process.wait()
        self._process.stdout.close()

    def _read_port(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        text = ""
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self._process.stdout], [], [], 0.5)
            if not ready:
                continue
            chunk = os.read(self._process.stdout.fileno(), 4096).decode(errors="replace")
            if not chunk:
                raise MeasureError(f"{shlex.join(self.words)} ended before it was listening")
            text += chunk
            for line in text.split("\n")[:-1]:
                match = LISTENING.search(line)
                if match and match.group(1) in (None, self.protocol):
                    return int(match.group(2))
        raise MeasureError(f"{shlex.join(self.words)} printed no 'listening on' line")
