"""Starts the servers under measurement, pinned to a core, and stops them again."""

import os
import pathlib
import re
import select
import shlex
import signal
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 60  # a server under callgrind takes seconds to get up
STOP_SECONDS_MAX = 20
ERROR_BYTES_MAX = 500
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

    def server(self, protocol, core, flags="", prefix=()):
        """A Server of it, not started yet."""
        return Server(self, protocol, core, flags, prefix)


def floor_recipe(build):
    folder = pathlib.Path(find_program(build, "floor-echo")).parent
    return Recipe("floor", f"{shlex.quote(str(folder))}/floor-{{protocol}} 0")


def server_recipe(arguments):
    if arguments.server:
        return Recipe("server", arguments.server)
    program = shlex.quote(find_program(arguments.build, "edgewise-serve"))
    return Recipe("edgewise", f"{program} --listen {{protocol}}://127.0.0.1:0 {{flags}}")


_outranking = False


def outrank_others():
    """From now on, what is started by pin_to outranks other work on the machine. Needs root."""
    global _outranking
    _outranking = True


def pin_to(core):
    """For subprocess.Popen: runs in the child before the program does."""
    def prepare():
        os.sched_setaffinity(0, {core})
        if _outranking:
            # Nice values count only within a session where the kernel groups tasks by session;
            # then the session has a value of its own. Real-time priority is no way out: the kernel
            # stops it for 50 ms in each second.
            os.setpriority(os.PRIO_PROCESS, 0, -20)
            os.setsid()
            if os.path.exists("/proc/self/autogroup"):
                with open("/proc/self/autogroup", "w", encoding="ascii") as file:
                    file.write("-20")
    return prepare


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
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(self.words, stdout=subprocess.PIPE,
                                             stderr=self._errors, preexec_fn=pin_to(self._core))
        except (OSError, subprocess.SubprocessError) as error:
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
        self._errors.close()

    def last_words(self):
        """The end of what the server said on standard error."""
        self._errors.seek(0)
        return self._errors.read()[-ERROR_BYTES_MAX:].decode(errors="replace").strip()

    def _read_port(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        text = ""
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self._process.stdout], [], [], 0.5)
            if not ready:
                continue
            chunk = os.read(self._process.stdout.fileno(), 4096).decode(errors="replace")
            if not chunk:
                raise MeasureError(f"{shlex.join(self.words)} ended before it was listening: "
                                   f"{self.last_words()}")
            text += chunk
            for line in text.split("\n")[:-1]:
                match = LISTENING.search(line)
                if match and match.group(1) in (None, self.protocol):
                    return int(match.group(2))
        raise MeasureError(f"{shlex.join(self.words)} printed no 'listening on' line")
