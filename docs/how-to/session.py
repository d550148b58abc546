"""Runs the sessions that the how-to pages show, in a shell, and compares what is printed.

A session is a block behind `<!-- session -->`: lines that begin with `$ ` are commands, the lines
below each are what it prints. Where a line is `...` any lines may stand, within a line any text.
Behind `<!-- session: numbers differ -->` any number may stand for a number, with its unit.

Ports are those of the page. Here the system chooses them: a server in the background is started on
port 0 and says what it got; from then on that stands for the page's number, both ways.
"""

import os
import re
import select
import shutil
import subprocess
import time

SESSION = re.compile(r"^<!-- session(: numbers differ)? -->\n\n```text\n(.*?)^```",
                     re.DOTALL | re.MULTILINE)
SECONDS = 60  # the most that any one command may take
TOOLS = ("curl", "nc", "xxd", "systemd-analyze")  # that a machine may lack


def sessions_of(page):
    """[(line of the page, numbers differ, text)]"""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, match.start()) + 1, bool(match[1]), match[2])
            for match in SESSION.finditer(text)]


def steps_of(text):
    """[(command, the lines below it)]"""
    steps = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append([line[2:], []])
        elif steps[-1][0].endswith("\\"):
            steps[-1][0] += "\n" + line
        else:
            steps[-1][1].append(line)
    return [(command, lines) for command, lines in steps]


def lacking(text):
    """The first program that it needs and this machine lacks, or None."""
    return next((tool for tool in TOOLS if re.search(rf"(?:^|[|$] ?){tool} ", text, re.MULTILINE)
                 and not shutil.which(tool)), None)


def matcher(lines, numbers_differ):
    expression = ""
    for line in lines:
        if line == "...":
            expression += r"(?:.*\n)*?"
            continue
        text = re.escape(line)
        if numbers_differ:
            text = re.sub(r"(?:\\ )+", r"\\s+", text)
            text = re.sub(r"\d+(?:(?:\\.|,)\d+)*(?:ns|us|ms|s|kB|KB|MB|GB|k|M|%)?",
                          r"(?:>=)?\\d[\\d.,]*[a-zA-Z%]*", text)
            expression += r"\s*"
        expression += text.replace(re.escape("..."), ".*") + "[ ]*\n"
    return re.compile(expression)


class Shell:
    """A bash in a folder that has `build` and `docs`, as the checkout has."""

    def __init__(self, folder, build_root, source_root):
        self.folder = str(folder)
        os.symlink(build_root, os.path.join(self.folder, "build"))
        os.symlink(os.path.join(source_root, "docs"), os.path.join(self.folder, "docs"))
        self.output = os.path.join(self.folder, "output")  # of all, in the order of writing
        self.over, said_here = os.pipe()
        with open(self.output, "ab") as output:
            self.process = subprocess.Popen(
                ["bash", "--norc"], stdin=subprocess.PIPE, stdout=output, stderr=output,
                cwd=self.folder, start_new_session=True, pass_fds=[said_here])
        os.close(said_here)
        self.say_over = f"echo >&{said_here}"
        self.shown = 0  # bytes of the output
        self.ports = {}  # of the page: of the system

    def close(self):
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdin.close()
        os.close(self.over)

    def run(self, command, lines, numbers_differ):
        """Raises AssertionError unless it prints these lines, now or soon."""
        deadline = time.monotonic() + SECONDS
        wanted = matcher(lines, numbers_differ)
        servers = []
        if command.endswith(" &"):
            command, servers = self._on_port_0(command)
        self.process.stdin.write(f"{self._with_ports(command)}\n{self.say_over}\n".encode())
        self.process.stdin.flush()
        over, _, _ = select.select([self.over], [], [], SECONDS)
        assert over, f"$ {command}\ndoes not end; it printed\n{self._news(servers)}"
        os.read(self.over, 1)
        while not wanted.fullmatch(self._news(servers)):
            assert time.monotonic() < deadline, (
                f"$ {command}\nprinted\n{self._news(servers)}\ninstead of\n" + "\n".join(lines))
            time.sleep(0.01)
        self.shown = os.path.getsize(self.output)

    def _on_port_0(self, command):
        """The command, and the ports of the page that it will listen on."""
        servers = [port for port in re.findall(r"127\.0\.0\.1:(\d+)", command)
                   if port not in self.ports]
        for port in servers:
            command = command.replace(f"127.0.0.1:{port}", "127.0.0.1:0")
        return command, servers

    def _with_ports(self, command):
        for shown, real in self.ports.items():
            command = re.sub(rf"\b{shown}\b", real, command)
        return command

    def _news(self, servers):
        """What was printed since the last command."""
        with open(self.output, "rb") as file:
            file.seek(self.shown)
            text = file.read()
        real = re.findall(rb"listening on (?:\w+://)?127\.0\.0\.1:(\d+)\n", text)
        if len(real) == len(servers):
            self.ports.update(zip(servers, (port.decode() for port in real)))
        return self._as_shown(text)

    def _as_shown(self, output):
        text = output.decode("utf-8", errors="replace")
        for shown, real in self.ports.items():
            text = re.sub(rf"\b{real}\b", shown, text)
        return text + "\n" if text and not text.endswith("\n") else text
