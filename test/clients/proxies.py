"""nginx and HAProxy, as real programs in front of a server."""

import contextlib
import shutil
import signal
import socket
import subprocess

from junit import Skip
from waiting import wait_until

START_SECONDS = 20
END_SECONDS = 20


def installed(name):
    """Its path; daemons may stand where only root's PATH looks."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        raise Skip(f"{name} is not installed")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


@contextlib.contextmanager
def running(name, config, folder, port):
    """Runs it with the text of a configuration that listens on the port; gives the process."""
    path = f"{folder}/{name}.conf"
    with open(path, "w", encoding="ascii") as file:
        file.write(config)
    words = {"nginx": ["-p", str(folder), "-c", path], "haproxy": ["-db", "-f", path]}[name]
    with open(f"{folder}/{name}.out", "w+b") as out:
        process = subprocess.Popen([installed(name), *words], stdout=out, stderr=out)
        try:
            wait_until(lambda: listens(port), f"{name} listens", START_SECONDS, 0.05)
            yield process
        except AssertionError:
            out.seek(0)
            print(out.read().decode(errors="replace"))
            raise
        finally:
            process.send_signal(signal.SIGCONT)  # a case may have stopped it
            process.terminate()
            process.wait(END_SECONDS)
