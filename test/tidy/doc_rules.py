"""The documents say what the code says: shown files and parts, state machines, facts, the map."""

import difflib
import os
import re

import kernel_facts
import machines
from rule import Rule

ARCHITECTURE = "docs/ARCHITECTURE.md"
MAPPED = ("reactor/", "handlers/")

SHOWN = re.compile(r"<!-- file: (\S+) -->\s*```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
PART = re.compile(r"(?P<announced><!-- (?P<kind>part|diff): (?P<words>[^\n]+) -->\s*```\w*\n)"
                  r"(?P<shown>.*?)^```", re.DOTALL | re.MULTILINE)


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


def check_machines(tree):
    found = []
    for path in tree.select(endings=".md"):
        text = tree.text(path)
        try:
            if machines.written(text, tree.text) != text:
                found.append(f"{path}: not the state machines of the headers; run 'python3"
                             f" test/tidy/machines.py --root . --write {path}'")
        except (OSError, machines.NoMachine) as why:
            found.append(f"{path}: a state machine that there is not: {why}")
    return found


def check_charts(tree):
    found = []
    for path in tree.select(endings=".dot"):
        text = tree.text(path)
        chart = machines.CHART.match(text)
        if not chart:
            continue
        try:
            machine = machines.read(tree.text(chart.group(2)), chart.group(1))
        except (OSError, machines.NoMachine) as why:
            found.append(f"{path}: a state machine that there is not: {why}")
            continue
        drawn, due = set(machines.drawn(text)), set(machines.arrows_of(machine))
        found += [f"{path}: no arrow for {arrow}" for arrow in sorted(due - drawn)]
        found += [f"{path}: an arrow for {arrow}, which there is not"
                  for arrow in sorted(drawn - due)]
    return found


def check_kernel_facts(tree):
    page = kernel_facts.PAGE
    if not tree.exists(page):
        return []
    text = tree.text(page)
    return [] if kernel_facts.written(text, tree) == text else [
        f"{page}: not the facts of {kernel_facts.FOLDER}; run 'python3 test/tidy/kernel_facts.py"
        " --root . --write'"]


def check_map(tree):
    if not tree.exists(ARCHITECTURE):
        return []
    text = tree.text(ARCHITECTURE).partition("## Map of the code")[2]
    named = set(re.findall(r"`(\w+)\.\w+`", text))
    return [f"{path}: not in the map of {ARCHITECTURE}"
            for path in tree.select(MAPPED, (".h", ".cc"))
            if os.path.basename(path).split(".")[0] not in named]


PAGE = ("<!-- machine: h/s.h kT cells -->\n\n| in | on `kE` |\n|---|---|\n"
        "| `kA` | **`kB`**: because |\n| `kB` | *never*: no |\n")
HEADER = ('enum class S { kA = 0, kB };\nenum class E { kE };\n'
          'TransitionRow<S, E>, 1> kTTransitions{{\n    {S::kA, E::kE, S::kB, "because"},\n}};\n'
          'ImpossibleRow<S, E>, 1> kTImpossible{{\n    {S::kB, E::kE, "no"},\n}};\n')
CHART = '// kTTransitions of h/s.h.\ndigraph {\n  kA -> kB [class=x label=" kE" weight=2]\n}\n'
FACTS = ("<!-- kernel facts: begin -->\n\n## Edges\n\n[a_test.cc](../test/kernel/a_test.cc)\n\n"
         "| fact | on |\n|---|---|\n| so it is | Linux |\n<!-- kernel facts: end -->\n")
FACT = '// Edges.\nLINUX_FACT(SoItIs,\n           "so it "\n           "is") {\n'
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
    Rule("state machines are shown as the code has them", check_machines,
         bad=[{"docs/a.md": PAGE}, {"docs/a.md": PAGE, "h/s.h": HEADER.replace("kB", "kC")},
              {"docs/a.md": PAGE, "h/s.h": "\n"}],
         good=[{"docs/a.md": PAGE, "h/s.h": HEADER},
               {"docs/a.md": PAGE + "\nMore.\n", "h/s.h": HEADER}]),
    Rule("state charts have the arrows of the code", check_charts,
         bad=[{"a.dot": CHART}, {"a.dot": CHART.replace("kE", "kF"), "h/s.h": HEADER},
              {"a.dot": CHART.replace("kA -> kB", "kB -> kA"), "h/s.h": HEADER}],
         good=[{"a.dot": CHART, "h/s.h": HEADER}, {"a.dot": "digraph {}\n"}]),
    Rule("the kernel facts of the page are those of the tests", check_kernel_facts,
         bad=[{kernel_facts.PAGE: FACTS},
              {kernel_facts.PAGE: FACTS, "test/kernel/a_test.cc": FACT.replace("so it", "it")}],
         good=[{kernel_facts.PAGE: FACTS, "test/kernel/a_test.cc": FACT}]),
    Rule("each file of the library is in the map", check_map,
         bad=[{ARCHITECTURE: "## Map of the code\n| `a.h` | x |\n", "reactor/b.cc": "// b\n"}],
         good=[{ARCHITECTURE: "## Map of the code\n| `a.h` `.cc` | x |\n",
                "reactor/a.cc": "// a\n"}]),
]
