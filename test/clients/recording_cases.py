"""--record and --replay: what happened to a server happens to it again, alone."""

import os
import re
import resource
import signal
import subprocess

from cases import case, check, equal, run
from server import ALL, Server
from startup_cases import failing, says
from stream import still_serves

PROTOCOLS = ("frame", "echo", "line")


def use(server):
    """A bit of everything, and counters in the log at the end of it."""
    for scheme in PROTOCOLS * 3:
        still_serves(server, scheme)
    run("curl", "-sS", server.url("http") + "/plaintext")
    run("curl", "-sS", "-d", "hello", server.url("http") + "/echo")
    with server.connect("frame") as peer:
        peer.sendall(b"\0\0\0\x09half")
    server.wait_for_counter("connections_closed", len(PROTOCOLS) * 3 + 3)


def replay(env, path, *flags):
    """(exit code, standard output, standard error without its first line) of a replay."""
    listens = [word for url in ALL for word in ("--listen", url)]
    done = subprocess.run([env.binary, *listens, *flags, "--replay", path], check=False,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=50,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
    first, _, rest = done.stderr.partition("\n")
    says(first, r"^replaying \d+ calls, .*--record")
    return done.returncode, done.stdout, rest


@case("a recorded server runs again alone: the same addresses, the same counters, the same end")
def recorded_and_replayed(env):
    env.need("curl")
    for threads in ("--threads=1", "--threads=2"):
        path = f"{env.folder}/{threads}.ewr"
        with Server(env, threads, "--record", path) as server:
            use(server)
            equal(server.stop(), 0, "the exit code")
            code, output, said = replay(env, path, threads)
            equal(code, 0, "the exit code of the replay")
            equal(said, server.stderr(), "what the replay logged")
            equal(re.findall(r"listening on (\S+)", output), server.urls, "where it listened")


@case("a server that is killed leaves a recording that leads to the call where it died")
def killed_and_replayed(env):
    env.need("curl")
    path = f"{env.folder}/killed.ewr"
    server = Server(env, "--record", path)
    try:
        use(server)
        server.kill()
        for _ in range(3):
            code, _, said = replay(env, path)
            equal(code, -signal.SIGABRT, "how the replay ends")
            check(said.startswith(server.stderr()), f"the replay logged: {said}")
            says(said[len(server.stderr()):],
                 r"^edgewise: the replay stops at call \d+ .*: the recording breaks off here")
    finally:
        server.kill()


@case("a replay with other flags than were recorded says at which call they part")
def other_flags(env):
    path = f"{env.folder}/other.ewr"
    with Server(env, "--record", path) as server:
        still_serves(server)
        equal(server.stop(), 0, "the exit code")
    code, _, said = replay(env, path, "--bulk_bytes_max=5000")
    equal(code, -signal.SIGABRT, "how the replay ends")
    says(said, r"recorded was thread 0: Receive\(\d+, 16384 bytes\)",
         r"the program called Receive\(\d+, 5000 bytes\)")


@case("--print_recording shows each call; files that are no recordings are named")
def printed(env):
    path = f"{env.folder}/printed.ewr"
    with Server(env, "--record", path) as server:
        still_serves(server)
        equal(server.stop(), 0, "the exit code")
    text = run(env.binary, "--print_recording", path).decode()
    says(text, r"^recorded by: .*--record", r"\n\d+ t0 Listen\(\d+, 4096\) = ok\n",
         r"\n\d+ t0 Receive\(\d+, 16384 bytes\) = \d+ \"", r"\nthe end\n$")
    listen = ("--listen", "echo://127.0.0.1:0")
    says(failing(env, *listen, "--record", path), re.escape(path), "EEXIST")
    says(failing(env, *listen, "--replay", f"{env.folder}/none"), "none", "ENOENT")
    with open(path, "r+b") as file:
        file.seek(-2, os.SEEK_END)  # in the checksum of the end
        file.write(b"??")
    says(failing(env, *listen, "--replay", path), re.escape(path), "damaged at byte")
    says(failing(env, *listen, "--replay", path, "--record", path), "not both")
