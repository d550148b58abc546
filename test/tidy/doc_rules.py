"""The documents say what the code says: shown files, copied tables, and the map."""

import os
import re

from rule import Rule

ARCHITECTURE = "docs/ARCHITECTURE.md"
STATES = "handlers/connection_state.h"
MAPPED = ("reactor/", "handlers/")

SHOWN = re.compile(r"<!-- file: (\S+) -->\s*```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
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
RULES = [
    Rule("files that the documents show are shown as they are", check_shown_files,
         bad=[{"README.md": SHOW}, {"README.md": SHOW, "docs/a.cc": "int b;\n"},
              {"README.md": "<!-- file: docs/a.cc -->\ntext\n", "docs/a.cc": "int a;\n"}],
         good=[{"README.md": SHOW, "docs/a.cc": "int a;\n"}]),
    Rule("tables copied from the code agree with it", check_tables,
         bad=[{"docs/a.md": TABLE}, {"docs/a.md": TABLE, "h/s.h": ROWS.replace("kB", "kC")}],
         good=[{"docs/a.md": TABLE, "h/s.h": ROWS}]),
    Rule("each file of the library is in the map", check_map,
         bad=[{ARCHITECTURE: "## Map of the code\n| `a.h` | x |\n", "reactor/b.cc": "// b\n"}],
         good=[{ARCHITECTURE: "## Map of the code\n| `a.h` `.cc` | x |\n",
                "reactor/a.cc": "// a\n"}]),
]
