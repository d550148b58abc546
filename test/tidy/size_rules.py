"""How long things may be."""

import ast
import re

from rule import Rule
from tree import CPP, code_only, line_of

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 100

# Longer on purpose. Each with its own limit and the reason.
LONGER_FILES = {
    # The only file that may make system calls; each function is one call and its error table.
    "reactor/kernel/linux_kernel.cc": 450,
}


def check_file_length(tree):
    found = []
    for path in tree.sources():
        lines = tree.text(path).count("\n")
        limit = LONGER_FILES.get(path, FILE_LINES_MAX)
        if lines > limit:
            found.append(f"{path}:{lines}: {lines} lines; {limit} are the most")
    return found


def check_line_length(tree):
    found = []
    for path in tree.sources():
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            if len(line) > LINE_COLUMNS_MAX:
                found.append(f"{path}:{number}: {len(line)} columns;"
                             f" {LINE_COLUMNS_MAX} are the most")
    return found


CONTAINER = re.compile(r'\b(namespace|class|struct|union|enum|concept)\b|\bextern ""')


def function_bodies(code):
    """(first line, last line) of each function body outside any other, by counting braces."""
    bodies = []
    depth_of_body = None  # None while outside functions
    depth, begin, header_start = 0, 0, 0
    for match in re.finditer(r"[{};]|^[ \t]*#[^\n]*(?:\\\n[^\n]*)*", code, re.MULTILINE):
        token = match.group(0)
        if token == "{":
            header = code[header_start:match.start()]
            if depth_of_body is None and is_function(header):
                depth_of_body, begin = depth, match.start()
            depth += 1
        elif token == "}":
            depth -= 1
            if depth_of_body == depth:
                bodies.append((line_of(code, begin), line_of(code, match.start())))
                depth_of_body = None
        header_start = match.end()
    return bodies


def is_function(header):
    if not header.strip():  # after the braces of a constructor's last member
        return True
    outside_brackets = re.sub(r"\([^()]*\)", "()", re.sub(r"<[^<>;]*>", "", header))
    if CONTAINER.search(outside_brackets):
        return False
    return "(" in header and not re.search(r"(?<![=<>!+\-*/|&^])=\s*$", header)


def python_bodies(text):
    return [(node.lineno, node.end_lineno) for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def check_function_length(tree):
    found = []
    for path in tree.select(endings=CPP + (".py",)):
        text = tree.text(path)
        bodies = python_bodies(text) if path.endswith(".py") else function_bodies(code_only(text))
        for begin, end in bodies:
            if end - begin + 1 > FUNCTION_LINES_MAX:
                found.append(f"{path}:{begin}: a function of {end - begin + 1} lines;"
                             f" {FUNCTION_LINES_MAX} are the most")
    return found


def lines(count, line="  x();\n"):
    return line * count


RULES = [
    Rule("files are short", check_file_length,
         bad=[{"reactor/a.cc": lines(FILE_LINES_MAX + 1)}, {"test/a.py": lines(301, "x\n")}],
         good=[{"reactor/a.cc": lines(FILE_LINES_MAX)}]),
    Rule("lines are short", check_line_length,
         bad=[{"reactor/a.cc": "x" * 101}, {"test/run": "#!/bin/sh\n" + "x" * 101}],
         good=[{"reactor/a.cc": "x" * 100}, {"docs/a.md": "x" * 200}]),
    Rule("functions are short", check_function_length,
         bad=[{"a.cc": "void F() {\n" + lines(69) + "}\n"},
              {"a.cc": "namespace n {\nA::A(int b)\n    : b_{b} {\n" + lines(69) + "}\n}\n"},
              {"a.cc": "class C {\n void F() const {\n if (a) {" + lines(70) + "}\n}\n};\n"},
              {"a.cc": 'TEST_CASE("}") {\n' + lines(69) + "}\n"},
              {"a.py": "def f():\n" + lines(70, "    x()\n")}],
         good=[{"a.cc": "void F() {\n" + lines(68) + "}\nvoid G() {\n" + lines(68) + "}\n"},
               {"a.h": "class C {\n" + lines(90, "  void F();\n") + "};\n"},
               {"a.cc": "constexpr int kTable[] = {\n" + lines(90, "  F(1),\n") + "};\n"},
               {"a.py": "def f():\n" + lines(69, "    x()\n")}]),
]
