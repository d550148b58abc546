"""Starting: what it prints, and what it says when it cannot."""

import os
import re
import shutil
import signal
import socket
import subprocess

from cases import Skip, case, check, equal
from server import Server
from stream import still_serves


def failing(env, *arguments, wrapper=()):
    """Runs a server that must not start; answers what it said."""
    done = subprocess.run([*wrapper, env.binary, *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=20)
    said = done.stdout + done.stderr
    check(done.returncode > 0, f"{arguments} ended with {done.returncode}, and said: {said}")
    check("CHECK failed" not in said and "terminate called" not in said, f"it aborted: {said}")
    check(done.stderr.strip(), "nothing on the standard error")
    return done.stderr


def says(text, *patterns):
    for pattern in patterns:
        check(re.search(pattern, text, re.IGNORECASE), f"nothing like {pattern!r} in: {text}")


@case("port 0 is chosen by the system, and printed for each listener in order")
def prints_ports(env):
    with Server(env) as server:
        equal([url.split("://")[0] for url in server.urls], ["http", "frame", "echo", "line"],
              "the schemes")
        ports = [server.port(scheme) for scheme in ("http", "frame", "echo", "line")]
        check(0 not in ports and len(set(ports)) == 4, f"the ports {ports}")


@case("--help teaches and succeeds")
def help_text(env):
    done = subprocess.run([env.binary, "--help"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False, timeout=20)
    equal(done.returncode, 0, "the exit code of --help")
    says(done.stdout, "--listen", "http://", "frame://", r"echo\+unix", "--threads", "--spin")
    check(len(done.stdout.splitlines()) >= 15, "less than 15 lines of help")


@case("a port in use is an error that names the address, the cause and what to do")
def port_in_use(env):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = failing(env, "--listen", f"echo://127.0.0.1:{port}")
        says(text, str(port), "in use|EADDRINUSE", "another|other|stop|choose|ss -")


@case("two servers on one port: the second says that it is in use")
def second_server(env):
    with Server(env) as server:
        says(failing(env, "--listen", f"echo://127.0.0.1:{server.port('echo')}"), "in use")
        says(failing(env, "--threads=2", "--listen", f"echo://127.0.0.1:{server.port('echo')}"),
             "in use")
        still_serves(server)


@case("an address that this machine does not have is an error that names it")
def foreign_address(env):
    says(failing(env, "--listen", "echo://192.0.2.1:0"), r"192\.0\.2\.1", "address")


@case("a listener that cannot be read is an error that shows a right one")
def bad_urls(env):
    for url in ("echo:/127.0.0.1:0", "gopher://127.0.0.1:0", "echo://127.0.0.1", "127.0.0.1:80",
                "echo://127.0.0.1:70000", "echo://example.com:80", "echo+unix://", "http://[::1:80",
                ""):
        text = failing(env, "--listen", url)
        address = url.split("://")[-1]
        check(address in text, f"{address!r} of {url!r} is not named in: {text}")
        says(text, r"127\.0\.0\.1:\d+|there are http, frame|unix:/")


@case("a flag that does not exist, or a value that makes no sense, is an error that names it")
def bad_flags(env):
    listen = ("--listen", "echo://127.0.0.1:0")
    for flag in ("--no_such_flag=1", "--threads=none", "--threads=0", "--idle_timeout=soon",
                 "--frame_bytes_max=-1"):
        says(failing(env, *listen, flag), flag.split("=")[0].lstrip("-").replace("_", "."))


@case("a unix socket in a folder that is not there is an error that names the path")
def missing_folder(env):
    path = f"{env.folder}/nowhere/edgewise.sock"
    says(failing(env, "--listen", f"echo+unix://{path}"), re.escape(path))


@case("a unix path that is too long is an error that says how long it may be")
def long_path(env):
    says(failing(env, "--listen", "echo+unix:///" + "x" * 200), "107")


@case("a folder that may not be written to is an error that says so")
def no_access(env):
    folder = f"{env.folder}/closed"
    os.mkdir(folder, 0o555)
    wrapper, binary = (), env.binary
    if os.geteuid() == 0:
        env.need("setpriv")
        binary = shutil.copy(env.binary, env.folder)
        os.chmod(env.folder, 0o755)
        wrapper = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        probe = subprocess.run([*wrapper, binary, "--help"], capture_output=True, check=False)
        if probe.returncode != 0:
            raise Skip("another user cannot run the binary from the temporary folder")
    done = subprocess.run([*wrapper, binary, "--listen", f"echo+unix://{folder}/a.sock"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=20)
    check(done.returncode > 0, f"it ended with {done.returncode}")
    says(done.stderr, "permission|EACCES", re.escape(folder))


@case("a unix socket left behind by a dead server is taken over; one in use is not")
def stale_path(env):
    path = f"{env.folder}/edgewise.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    with Server(env, listen=(f"line+unix://{path}",)) as server:
        still_serves(server, "line+unix")
        says(failing(env, "--listen", f"line+unix://{path}"), "in use")
        still_serves(server, "line+unix")


@case("a file that is no socket is not removed for a unix listener")
def not_a_socket(env):
    path = f"{env.folder}/precious"
    with open(path, "w", encoding="ascii") as file:
        file.write("keep me")
    says(failing(env, "--listen", f"echo+unix://{path}"), re.escape(path))
    with open(path, encoding="ascii") as file:
        equal(file.read(), "keep me", "what the file holds")


@case("SIGUSR1 prints the counters, and the counts are right")
def counters(env):
    with Server(env) as server:
        before = server.counters()
        for scheme in ("frame", "line"):
            still_serves(server, scheme)
        server.wait_for_counter("connections_closed", 2)
        after = server.counters()
        equal(after["connections_opened"] - before["connections_opened"], 2, "opened")
        equal(after["frames"] - before["frames"], 2, "frames")
        equal(after["bytes_received"], (4 + 13) + 14, "bytes received")
        equal(after["bytes_sent"], (4 + 13) + 14, "bytes sent")
        for name in ("rounds", "events", "upcalls", "preemptions", "accepted", "would_blocks"):
            check(name in after, f"no counter {name} among {sorted(after)}")
        equal(after["lost_edges"], 0, "lost edges")


@case("a signal that comes right after the first line of output is handled, not fatal")
def early_signal(env):
    for number in (signal.SIGUSR1, signal.SIGTERM) * 10:
        process = subprocess.Popen([env.binary, "--listen", "echo://127.0.0.1:0"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        with process:
            process.stdout.readline()
            process.send_signal(number)
            if number == signal.SIGUSR1:
                process.send_signal(signal.SIGTERM)
            equal(process.wait(20), 0, f"the exit code after an early {number.name}")
