"""edgewise-serve as a child process: started on port 0, asked for its counters, stopped."""

import ctypes
import os
import re
import resource
import signal
import socket
import subprocess
import tempfile

from waiting import wait_until

ALL = ("http://127.0.0.1:0", "frame://127.0.0.1:0", "echo://127.0.0.1:0", "line://127.0.0.1:0")
SLOW_START_SECONDS = 30


class Server:
    """Use as a context manager: leaving it normally stops the server and demands a clean exit.

    `descriptors`: its limit of open files. `wrapper`: a command that runs it in its own process id.
    """

    def __init__(self, environment, *flags, listen=ALL, descriptors=None, wrapper=()):
        self.stderr_file = tempfile.TemporaryFile()
        arguments = [*wrapper, environment.binary]
        for url in listen:
            arguments += ["--listen", url]
        self.process = subprocess.Popen(
            [*arguments, *flags], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.stderr_file, text=True,
            preexec_fn=lambda: prepare_child(descriptors))
        self.urls = []
        try:
            for _ in listen:
                self.urls.append(self._read_url())
        except BaseException:
            self.kill()
            raise

    def _read_url(self):
        line = self.process.stdout.readline()
        found = re.match(r"listening on (\S+)$", line)
        if not found:
            self.process.wait(SLOW_START_SECONDS)
            raise AssertionError(f"no 'listening on' line but {line!r}; exit code"
                                 f" {self.process.returncode}; it said:\n{self.stderr()}")
        return found.group(1)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        try:
            if kind is None:
                code = self.stop()
                if code != 0:
                    raise AssertionError(f"the server ended with {code}; it said:\n{self.stderr()}")
                if re.search(r"runtime error|Sanitizer", self.stderr()):
                    raise AssertionError(f"a sanitizer complained:\n{self.stderr()}")
            elif issubclass(kind, AssertionError):
                state = self.process.poll()
                raise AssertionError(f"{value}\nserver (exit code so far: {state}) said:\n"
                                     f"{self.stderr()[-3000:]}") from value
        finally:
            self.kill()

    def url(self, scheme):
        return next(url for url in self.urls if url.startswith(scheme + "://"))

    def address(self, scheme):
        """(family, address) as the socket module wants them."""
        url = self.url(scheme)
        if "+unix" in scheme:
            return socket.AF_UNIX, url.split("://", 1)[1]
        host, port = re.fullmatch(r"\w+://(\[.*\]|[^:]*):(\d+)/?", url).groups()
        family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
        return family, (host.strip("[]"), int(port))

    def port(self, scheme):
        return self.address(scheme)[1][1]

    def connect(self, scheme, seconds=20, receive_buffer=None):
        family, address = self.address(scheme)
        peer = socket.socket(family, socket.SOCK_STREAM)
        if receive_buffer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        peer.settimeout(seconds)
        try:
            peer.connect(address)
        except BaseException:
            peer.close()
            raise
        if family != socket.AF_UNIX:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return peer

    def stderr(self):
        self.stderr_file.flush()
        size = os.fstat(self.stderr_file.fileno()).st_size
        return os.pread(self.stderr_file.fileno(), size, 0).decode(errors="replace")

    def counters(self):
        """Asks by SIGUSR1; {name: value}."""
        before = len(self.stderr())
        self.process.send_signal(signal.SIGUSR1)
        report = wait_until(
            lambda: re.search(r"(?s)counters of.*end of counters", self.stderr()[before:]),
            "counters on the standard error after SIGUSR1")
        return {name: int(value)
                for name, value in re.findall(r"(?m)^(\w+) (\d+)$", report.group(0))}

    def wait_for_counter(self, name, at_least=1, seconds=10):
        def reached():
            counters = self.counters()
            assert name in counters, f"no counter {name} among {sorted(counters)}"
            return counters[name] >= at_least
        wait_until(reached, f"counter {name} >= {at_least}", seconds, 0.02)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds=20):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server is still there after {seconds} s") from None

    def stop(self):
        if self.process.poll() is None:
            self.terminate()
        return self.wait()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def prepare_child(descriptors):
    """In the child: it dies with this process, and has as many descriptors as the test wants."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if descriptors:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
