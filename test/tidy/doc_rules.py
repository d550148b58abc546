"""The documents say what the code says: shown files, state machines, kernel facts, and the map."""

import os
import re

import kernel_facts
import machines
from rule import Rule

ARCHITECTURE = "docs/ARCHITECTURE.md"
MAPPED = ("reactor/", "handlers/")

SHOWN = re.compile(r"<!-- file: (\S+) -->\s*```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)


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
RULES = [
    Rule("files that the documents show are shown as they are", check_shown_files,
         bad=[{"README.md": SHOW}, {"README.md": SHOW, "docs/a.cc": "int b;\n"},
              {"README.md": "<!-- file: docs/a.cc -->\ntext\n", "docs/a.cc": "int a;\n"}],
         good=[{"README.md": SHOW, "docs/a.cc": "int a;\n"}]),
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
