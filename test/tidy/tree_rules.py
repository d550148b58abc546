"""The shape of the tree, the links in its documents, and the formatter's verdict."""

import os
import re
import shutil
import subprocess

from rule import Rule, Skipped
from tree import CPP

FOLDERS = {"reactor", "handlers", "bench", "test", "docs", "subprojects"}
DOCUMENTS = re.compile(r"(README|LICENSE|CHANGELOG|CONTRIBUTING|SECURITY)(\.md|\.txt)?")
# Another version of the formatter lays out some constructs otherwise; this one is the judge.
CLANG_FORMAT_VERSION = "14"


def check_top_level(tree):
    found = []
    for name in sorted({path.split("/")[0] for path in tree.paths}):
        fits = (name.startswith(".") or DOCUMENTS.fullmatch(name) or
                name in FOLDERS | {"meson.build", "meson_options.txt"})
        if not fits:
            found.append(f"{name}: nobody looks for this at the top of the tree")
    found += [f"{path}: subprojects/ holds wrap files and their patches only"
              for path in tree.select(("subprojects/",))
              if not path.endswith(".wrap") and not path.startswith("subprojects/packagefiles/")]
    return found


def without_code_blocks(text):
    keep_lines = lambda match: "\n" * match.group(0).count("\n")
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", keep_lines, text,
                                           flags=re.DOTALL | re.MULTILINE))


def anchors(text):
    """The names that headings get where Markdown is shown."""
    names = set()
    for heading in re.findall(r"^#+ +(.+?) *#*$", text, re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        names.add(name)
    return names | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def check_links(tree):
    found = []
    for path in tree.select(endings=".md"):
        text = without_code_blocks(tree.text(path))
        links = list(re.finditer(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)", text))
        links += list(re.finditer(r"^\[[^\]]+\]:\s+(\S+)", text, re.MULTILINE))
        for match in links:
            target, _, anchor = match.group(1).partition("#")
            if re.match(r"[a-z]+:", match.group(1)):
                continue
            file = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
            where = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
            if not tree.exists(file):
                found.append(f"{where}: no such file: {match.group(1)}")
            elif anchor and file.endswith(".md") and anchor not in anchors(tree.text(file)):
                found.append(f"{where}: no such heading: {match.group(1)}")
    return found


def clang_format():
    for name in (f"clang-format-{CLANG_FORMAT_VERSION}", "clang-format"):
        program = shutil.which(name)
        if program:
            version = subprocess.run([program, "--version"], capture_output=True, text=True,
                                     check=False).stdout
            if f"version {CLANG_FORMAT_VERSION}." in version:
                return program
    raise Skipped(f"no clang-format {CLANG_FORMAT_VERSION} here (the version that is the judge)")


def check_format(tree):
    program = clang_format()
    files = tree.select(endings=CPP)
    if not files:
        return []
    style = [] if tree.exists(".clang-format") else ["--style={BasedOnStyle: Google}"]
    run = subprocess.run([program, "--dry-run", "-Werror", "--ferror-limit=1", *style, *files],
                         cwd=tree.root, capture_output=True, text=True, check=False)
    wrong = re.findall(r"^(\S+:\d+):\d+: error: ", run.stderr, re.MULTILINE)
    found = [f"{place}: not as clang-format has it; run '{os.path.basename(program)} -i'"
             for place in wrong]
    return found or ([run.stderr] if run.returncode else [])


RULES = [
    Rule("nothing stray at the top of the tree", check_top_level,
         bad=[{"src/a.cc": ""}, {"Makefile": ""}, {"README.md": "", "notes.txt": ""},
              {"subprojects/a/meson.build": ""}],
         good=[{"README.md": "", "LICENSE": "", ".gitignore": "", "meson.build": "",
                "test/a.cc": "", "subprojects/a.wrap": ""}]),
    Rule("links in the documents lead somewhere", check_links,
         bad=[{"README.md": "[a](docs/a.md)\n"}, {"docs/a.md": "see [b](#nothing)\n"},
              {"docs/a.md": "# A\n", "README.md": "[a](docs/a.md#b)\n"},
              {"docs/a.md": "![picture](picture.svg)\n"}, {"a.md": "[a]\n\n[a]: b.md\n"}],
         good=[{"docs/a.md": "# A b!\n[x](../README.md) [y](#a-b) [z](https://example.com)\n",
                "README.md": "[a](docs/a.md#a-b \"title\")\n```\n[no](link.md)\n```\n"}]),
    Rule("the sources are as clang-format has them", check_format,
         bad=[{"a.cc": "int  a ;\n"}], good=[{"a.cc": "int a;\n"}]),
]
