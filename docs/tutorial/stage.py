"""What the experiments of the tutorial are made of: a server, its clients, and what /proc says."""

import fcntl
import os
import pathlib
import select
import signal
import socket
import struct
import sys
import termios

TESTS = pathlib.Path(__file__).resolve().parents[2] / "test"
sys.path[:0] = [str(TESTS), str(TESTS / "clients")]
from listening import SMALL_QUARANTINE, Listening  # noqa: E402  (the path comes first)
from waiting import wait_until  # noqa: E402

SECONDS = 60  # the most that any one answer may take
QUIET_SECONDS = 0.3  # for how long nothing must come where nothing is to come
BUFFER = 4096  # what steps 1 to 5 receive at once
BURST = bytes(range(250)) * 40  # 10,000 bytes
TICKS = os.sysconf("SC_CLK_TCK")
# Names of system calls by number; others need not be told apart.
CALLS = {"x86_64": {45: "recv", 232: "epoll_wait"}, "aarch64": {207: "recv", 22: "epoll_wait"}}


class Server(Listening):
    """A running step of the tutorial, on a port that the system chose; pages show it as 9000."""

    def __init__(self, build, say, step, *words):
        self.say = say
        say(" ".join([f"$ build/docs/tutorial-{step} 127.0.0.1:9000", *words, "&"]))
        super().__init__([os.path.join(build, "tutorial-" + step), "127.0.0.1:0", *words],
                         SMALL_QUARANTINE, start_new_session=True)
        self.pid = self.process.pid

    def __enter__(self):
        super().__enter__()
        self.say(self.line.replace(str(self.port), "9000"))
        return self

    def __exit__(self, *raised):
        try:
            os.killpg(self.pid, signal.SIGKILL)  # its children, too
        except ProcessLookupError:
            pass
        super().__exit__(*raised)

    def connect(self, name):
        return Peer(self, name)

    def read(self, file):
        return pathlib.Path(f"/proc/{self.pid}/{file}").read_text(encoding="ascii")

    def status(self, field):
        return self.read("status").partition(field + ":")[2].split()[0]

    def resident(self):
        return int(self.status("VmRSS")) * 1024

    def handles(self):
        """The client handles that the process has: its sockets, without the master socket."""
        sockets = 0
        for link in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                sockets += os.readlink(link).startswith("socket:")
            except FileNotFoundError:  # closed since the folder was read
                pass
        return sockets - 1

    def cpu_seconds(self):
        user, system = self.read("stat").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS

    def sleeps_in(self, call):
        """Whether it sleeps; in this call, where the system tells."""
        if self.status("State") != "S":
            return False
        try:
            number = int(self.read("syscall").split()[0])
        except (OSError, ValueError):
            return True
        return CALLS.get(os.uname().machine, {}).get(number, call) == call

    def await_sleep(self, call):
        wait_until(lambda: self.sleeps_in(call), f"the server sleeps in {call}", SECONDS)

    def naps(self):
        return self.status("voluntary_ctxt_switches")

    def hold(self):
        """The process is busy elsewhere: whatever arrives meanwhile arrives at once for it."""
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: self.status("State") == "T", "the server is stopped", SECONDS)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def queued(self):
        """Connections that wait in the master socket's queue."""
        return next(queue for local, remote, queue, _ in tcp_table()
                    if (local, remote) == (self.port, 0))


class Peer:
    """A client, with its end of the connection."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.socket = socket.create_connection(("127.0.0.1", server.port), SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, text):
        self.server.say(f"{self.name}: {text}")

    def send(self, data):
        self.socket.sendall(data)

    def finish(self):
        self.socket.shutdown(socket.SHUT_WR)

    def receive(self, size):
        """Exactly so many bytes, or fewer if the stream ends."""
        data = b""
        while len(data) < size:
            more = self.socket.recv(min(size - len(data), 1 << 20))
            if not more:
                break
            data += more
        return data

    def expect(self, answer):
        got = self.receive(len(answer))
        assert got == answer, f"{self.name} received {got[:80]!r}, not {answer[:80]!r}"

    def ask(self, request):
        self.send(request)
        self.expect(request[::-1])

    def unread(self):
        """(bytes that wait in the server's end of this connection, whether a process has it)"""
        return next(((queue, inode != 0) for local, remote, queue, inode in tcp_table()
                     if (local, remote) == (self.server.port, self.port)), (0, False))

    def on_the_way(self):
        """Bytes that the server's kernel has not acknowledged."""
        return struct.unpack("i", fcntl.ioctl(self.socket, termios.TIOCOUTQ, bytes(4)))[0]

    def await_unread(self, size):
        wait_until(lambda: self.unread()[0] == size, f"{size} bytes are unread", SECONDS)

    def await_taken(self):
        """The server has received all that was sent, and has had its say."""
        wait_until(lambda: self.on_the_way() == 0 and self.unread() == (0, True)
                   and self.server.sleeps_in("epoll_wait"), "it has received everything", SECONDS)
        assert not select.select([self.socket], [], [], 0)[0], "something came"

    def ended(self):
        """Whether the next that comes is the end."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def expect_nothing(self, call):
        """The server sleeps, stays asleep, and nothing comes."""
        self.server.await_sleep(call)
        naps = self.server.naps()
        came = select.select([self.socket], [], [], QUIET_SECONDS)[0]
        assert not came, f"{self.name} received something, where nothing was to come"
        assert self.server.sleeps_in(call) and self.server.naps() == naps, "the server woke up"


def tcp_table():
    """(local port, remote port, receive queue, inode) of each TCP socket; of a listener the queue
    is that of connections. An inode of 0: no process has a descriptor for it."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    for row in rows:
        local, remote = (int(row[i].split(":")[1], 16) for i in (1, 2))
        yield local, remote, int(row[4].split(":")[1], 16), int(row[9])


def frame(payload):
    return struct.pack(">I", len(payload)) + payload
