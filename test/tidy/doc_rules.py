"""The documents say what the code says: shown files and parts of them, tables, and the map."""

import difflib
import os
import re

from rule import Rule

ARCHITECTURE = "docs/ARCHITECTURE.md"
STATES = "handlers/connection_state.h"
MAPPED = ("reactor/", "handlers/")

SHOWN = re.compile(r"<!-- file: (\S+) -->\s*```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
PART = re.compile(r"(?P<announced><!-- (?P<kind>part|diff): (?P<words>[^\n]+) -->\s*```\w*\n)"
                  r"(?P<shown>.*?)^```", re.DOTALL | re.MULTILINE)
COPIED = re.compile(r"<!-- table: (\S+) (\w+) -->\s*((?:\|[^\n]*\n)+)")
ROW = re.compile(r'\{\w+::(\w+),\s*\w+::(\w+),\s*\w+::(\w+),\s*"([^"]*)"\}')


def check_shown_files(tree):
    found = []
    for path in tree.select(endings=".md"):
        text = tree.text(path)
        blocks = list(SHOWN.finditer(text))
        if len(blocks) != len(re.findall(r"^<!-- file: ", text, re.MULTILINE)):
            found.append(f"{path}: a file is announced and no code block follows")
        for match in blocks:
            name, shown = match.groups()
            where = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
            if not tree.exists(name):
                found.append(f"{where}: no such file: {name}")
            elif tree.text(name) != shown:
                found.append(f"{where}: not what {name} says")
    return found


def part_of(tree, path, name):
    """What stands between the lines `// [name]` and `// [/name]`."""
    if not tree.exists(path):
        raise ValueError(f"no such file: {path}")
    match = re.search(rf"^// \[{name}\]\n(.*?)^// \[/{name}\]\n", tree.text(path),
                      re.DOTALL | re.MULTILINE)
    if match is None:
        raise ValueError(f"{path} has no part '{name}'")
    return match.group(1)


def wanted(tree, kind, words):
    """What `<!-- part: FILE NAME -->` or `<!-- diff: FILE FILE NAME -->` announces: a part, or what
    became of it, with every line of both. Raises ValueError if there is no such thing."""
    *paths, name = words.split()
    if len(paths) != {"part": 1, "diff": 2}[kind]:
        raise ValueError(f"not the words of a {kind}: {words}")
    parts = [part_of(tree, path, name).splitlines() for path in paths]
    if kind == "part":
        return "".join(line + "\n" for line in parts[0])
    every_line = max(len(part) for part in parts)
    lines = list(difflib.unified_diff(*parts, n=every_line, lineterm=""))[3:]
    if not lines:
        raise ValueError(f"the part '{name}' is the same in both files")
    return "".join(line.rstrip() + "\n" for line in lines)


def check_shown_parts(tree):
    found = []
    for path in tree.select(endings=".md"):
        text = tree.text(path)
        blocks = list(PART.finditer(text))
        if len(blocks) != len(re.findall(r"^<!-- (?:part|diff): ", text, re.MULTILINE)):
            found.append(f"{path}: a part is announced and no code block follows")
        for match in blocks:
            where = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
            try:
                if wanted(tree, match["kind"], match["words"]) != match["shown"]:
                    found.append(f"{where}: not what the files say; run test/tidy/show.py")
            except ValueError as why:
                found.append(f"{where}: {why}")
    return found


def check_tables(tree):
    found = []
    for path in tree.select(endings=".md"):
        for match in COPIED.finditer(tree.text(path)):
            name, table, lines = match.groups()
            if not tree.exists(name):
                found.append(f"{path}: no such file: {name}")
                continue
            code = tree.text(name).partition(table + "{{")[2].partition("}};")[0]
            rows = ROW.findall(code)
            shown = [tuple(cell.strip(" `") for cell in line.strip("|").split("|"))
                     for line in lines.strip().split("\n")[2:]]
            if not rows or rows != shown:
                found.append(f"{path}: not the rows of {table} in {name}")
    return found


def check_map(tree):
    if not tree.exists(ARCHITECTURE):
        return []
    text = tree.text(ARCHITECTURE).partition("## Map of the code")[2]
    named = set(re.findall(r"`(\w+)\.\w+`", text))
    return [f"{path}: not in the map of {ARCHITECTURE}"
            for path in tree.select(MAPPED, (".h", ".cc"))
            if os.path.basename(path).split(".")[0] not in named]


TABLE = ("<!-- table: h/s.h kT -->\n\n| from | event | to | why |\n|---|---|---|---|\n"
         "| `kA` | `kE` | `kB` | because |\n")
ROWS = 'kT{{\n    {S::kA, E::kE, S::kB, "because"},\n}};\n'
SHOW = "<!-- file: docs/a.cc -->\n\n```cpp\nint a;\n```\n"
PARTED = "// [f]\nint a;\n\nint c;\n// [/f]\n"
A_PART = "<!-- part: a.cc f -->\n\n```cpp\nint a;\n\nint c;\n```\n"
A_DIFF = "<!-- diff: a.cc b.cc f -->\n\n```diff\n-int a;\n+int b;\n\n int c;\n```\n"
RULES = [
    Rule("files that the documents show are shown as they are", check_shown_files,
         bad=[{"README.md": SHOW}, {"README.md": SHOW, "docs/a.cc": "int b;\n"},
              {"README.md": "<!-- file: docs/a.cc -->\ntext\n", "docs/a.cc": "int a;\n"}],
         good=[{"README.md": SHOW, "docs/a.cc": "int a;\n"}]),
    Rule("parts of files, and their changes, are shown as they are", check_shown_parts,
         bad=[{"a.md": A_PART}, {"a.md": A_PART, "a.cc": "int a;\n"},
              {"a.md": A_PART, "a.cc": PARTED.replace("int a", "int x")},
              {"a.md": "<!-- part: a.cc f -->\ntext\n", "a.cc": PARTED},
              {"a.md": A_PART.replace(" f ", " "), "a.cc": PARTED},
              {"a.md": A_DIFF, "a.cc": PARTED, "b.cc": PARTED},
              {"a.md": A_DIFF.replace("+int b;\n", ""), "a.cc": PARTED,
               "b.cc": PARTED.replace("int a", "int b")}],
         good=[{"a.md": A_PART, "a.cc": PARTED},
               {"a.md": A_DIFF, "a.cc": PARTED, "b.cc": PARTED.replace("int a", "int b")}]),
    Rule("tables copied from the code agree with it", check_tables,
         bad=[{"docs/a.md": TABLE}, {"docs/a.md": TABLE, "h/s.h": ROWS.replace("kB", "kC")}],
         good=[{"docs/a.md": TABLE, "h/s.h": ROWS}]),
    Rule("each file of the library is in the map", check_map,
         bad=[{ARCHITECTURE: "## Map of the code\n| `a.h` | x |\n", "reactor/b.cc": "// b\n"}],
         good=[{ARCHITECTURE: "## Map of the code\n| `a.h` `.cc` | x |\n",
                "reactor/a.cc": "// a\n"}]),
]
