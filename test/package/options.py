"""The options of edgewise-serve and edgewrk: as --help says them, as the manual pages do, and as
the shells complete them."""

import re
import subprocess

LONG = re.compile(r"--([a-z][\w-]*)")


class Options:
    """What one source says. `values` has the long options that take one, `defaults` what it is."""

    def __init__(self, long, short=(), values=(), defaults=None):
        self.long, self.short, self.values = set(long), set(short), set(values)
        self.defaults = defaults or {}


def said_by(program):
    return subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout


def serve_help(text):
    """Abseil's flags: --name=default. --listen is shown with what it takes, --help is not shown."""
    defaults = dict(re.findall(r"--([a-z_]+)=([\w.]*)", text))
    return Options({*LONG.findall(text), "help"}, "h", {*defaults, "listen"}, defaults)


def edgewrk_help(text):
    """Each option begins a line: -c, --connections <N>."""
    rows = re.findall(r"^ +(?:-(\w), )?(?: +)?--([\w-]+)( *<)?", text, re.MULTILINE)
    return Options([long for _, long, _ in rows], [short for short, _, _ in rows if short],
                   [long for _, long, value in rows if value])


HELP = {"edgewise-serve": serve_help, "edgewrk": edgewrk_help}


def manual(path):
    """The tags of its lists of options: .It Fl c , Fl -connections Ar n"""
    long, short, values, defaults = [], [], [], {}
    with open(path, encoding="utf-8") as file:
        rows = re.findall(r"^\.It (Fl .*)$", file.read(), re.MULTILINE)
    for row in rows:
        name = re.search(r"Fl -([\w-]+)", row).group(1)
        long.append(name)
        short += re.findall(r"Fl (\w)\b", row)
        if re.search(r"Fl -[\w-]+ (Ar|Cm|Ns =)", row):
            values.append(name)
        default = re.search(r" Ns =([\w.]*)( Ns Ar \w+)?$", row)
        if default:
            defaults[name] = default.group(1)
    return Options(long, short, values, defaults)


def shell(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout.split("\n")


def bash(program, path):
    """What stands to choose from after "--", and after "-" for single letters."""
    found = []
    for typed in ("--", "-"):
        found += shell(["bash", "--norc", "-c", f"""
            compopt() {{ :; }}
            source '{path}'
            COMP_WORDS=({program} {typed}) COMP_CWORD=1
            $(complete -p {program} | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            printf '%s\\n' "${{COMPREPLY[@]}}" """])
    long = [word[2:].rstrip("=") for word in found if word.startswith("--")]
    short = [word[1] for word in found if re.fullmatch("-[A-Za-z]", word)]
    return Options(long, short)


def fish(program, path):
    long, short, values = [], [], []
    with open(path, encoding="utf-8") as file:
        text = file.read().replace("\\\n", "")
    for row in re.findall(rf"^complete -c {program} (.*)$", text, re.MULTILINE):
        name = re.search(r"-l (\S+)", row)
        if name:
            long.append(name.group(1))
            short += re.findall(r"-s (\w)", row)
            if re.search(r" -[xr] ", row):
                values.append(name.group(1))
    return Options(long, short, values)


def fish_offers(program, path):
    return {line.split("\t")[0][2:].rstrip("=") for line in
            shell(["fish", "--no-config", "-c", f"source '{path}'; complete -C '{program} --'"])
            if line.startswith("--")}


def zsh_rows(path):
    """The specifications that _arguments is given, by zsh itself."""
    return shell(["zsh", "-f", "-c",
                  f"_arguments() {{ print -rl -- \"$@\" }}; f() {{ source '{path}' }}; f"])


def zsh(rows):
    long, short, values = [], [], []
    for row in rows:
        found = re.match(r"(?:\*|\([^)]*\))*-(-[\w-]+|\w)([=+])?\[[^]]*\](:)?", row)
        if not found:
            continue
        name = found.group(1)
        if name.startswith("-"):
            long.append(name[1:])
            if found.group(3):
                values.append(name[1:])
        else:
            short.append(name)
    return Options(long, short, values)
