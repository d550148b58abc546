#!/usr/bin/env python3
"""Doxygen's filter: makes the plain comments of a header into its kind. No line moves.

usage: comments.py HEADER (relative to the root of the tree); writes to standard output.

A comment is documentation if it stands directly before a declaration, or behind one on its line, at
the level of a namespace, a class or an enum. The comment that opens a header is about the file, and
also about the type that the header is named after; that one's own comment, if it has any, follows.
Lines indented by three or more are code, or a table. REQUIRES, Threading and their like begin a
paragraph. Names such as \\inset{x} are aliases of the Doxyfile: they stand for several lines, which
a filter that keeps the lines where they are cannot write.

A comment that ends with a colon is about all the declarations below it, up to an empty line, the
next comment or the end of the scope; one that has a comment behind it on its line has its own. What
the language or its library says already is said here, once: what `= default` makes, and the names
that a container, an iterator or a clock must have (STANDARD).
"""

import os
import re
import sys

sys.dont_write_bytecode = True
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "test", "tidy"))

from tree import code_only, shows_code, without_comments  # noqa: E402

# Which group a header belongs to: the first that its path begins with. start.dox describes them.
GROUPS = [
    ("handlers/http/", "http"),
    ("handlers/server", "serve"), ("handlers/service", "serve"), ("handlers/worker", "serve"),
    ("handlers/listener", "serve"), ("handlers/access_log", "serve"),
    ("handlers/admissions", "serve"), ("handlers/acceptor", "serve"),
    ("handlers/memory_guard", "serve"), ("handlers/edge_audit", "serve"),
    ("handlers/edgewise", "serve"),
    ("handlers/", "connections"),
    ("reactor/kernel/simulated/", "simulation"),
    ("reactor/kernel/recorded/", "recording"),
    ("reactor/kernel/", "kernel"),
    ("reactor/", "reactor"),
]
TITLES = ("Threading", "Thread safety", "Threads", "Ownership", "Lifetime of views", "Lifetime",
          "Reentrancy", "Limits")
PARAGRAPH = re.compile(rf"(^|(?<=[.)] ))({'|'.join(TITLES)}): ")
NOT_DOCUMENTED = re.compile(r"\s*($|\}|#(?!define|if defined)|(public|protected|private):|"
                            r"friend\b|namespace\b|//)")
DEFAULTED = re.compile(r"\s*\S.*= default;")
STANDARD = re.compile(
    r"\s*(constexpr |static |const )*("
    r"using (\w+_iterator|iterator_\w+|\w+_type|pointer|reference|rep|period|duration) =|"
    r"constexpr bool is_steady\b|"
    r"[\w:<>*&]+ (operator(\*|->|\+\+)|begin|end|size|empty|capacity|data)\()|"
    r"\s*friend bool operator==\(.*\{$")
BY_ITSELF = [(DEFAULTED, "As the compiler makes it, from all members."),
             (STANDARD, "As the standard library has it.")]
TYPE = re.compile(r"(?:template\s*<.*>\s*)?\b(class|struct|union|enum class|enum)\s+"
                  r"(?:\[\[\w+\]\]\s*)?(\w+)[^;()]*$")


def kind_of_scope(header):
    """What a brace opens, by the code before it: namespace, enum, type, or something else."""
    header = re.sub(r"__attribute__\(\(\w+\)\)", "", header)
    header = re.sub(r"<[^<>]*>", "", re.sub(r"<[^<>]*>", "", header))
    if re.search(r"\bnamespace\b", header):
        return "namespace"
    if re.search(r"\benum\b", header):
        return "enum"
    if re.search(r"\b(class|struct|union)\b(?![^{]*\()", header):
        return "type"
    return "code"


def scopes(code):
    """For each line, the kinds of the scopes that it begins in."""
    found, stack, header, parentheses = [], [], "", 0
    for line in code.split("\n"):
        found.append(tuple(stack) + (("code",) if parentheses else ()))
        if line.lstrip().startswith("#"):
            continue
        for char in line:
            if char == "{":
                stack.append(kind_of_scope(header))
            elif char == "}" and stack:
                stack.pop()
            parentheses += (char == "(") - (char == ")")
            header = "" if char in ";{}" else header + char
        header += " "
    return found


def escape(text):
    """Words as words: what Doxygen would take for a command or a tag is told not to be one."""
    def plain(part):
        # Between double quotes it looks for tags alone.
        special = r"([<>&])" if part.startswith('"') else r"([\\@<>&#%|$]|::)"
        return part if part.startswith("`") else re.sub(special, r"\\\1", part)
    return "".join(plain(part) for part in re.split(r"""(`[^`]*`|"[^"\n]*")""", text))


def said(text):
    """One line of prose, with the house's words for paragraphs."""
    text = escape(text)
    text = PARAGRAPH.sub(r"\\titled{\2}", text)
    return re.sub(r"(^|(?<= ))REQUIRES: ", r"\\required ", text)


def is_indented(text):
    return text.startswith("   ")


def converted(texts):
    """The lines of a comment (without their slashes), as Doxygen's. As many as before."""
    lines, index = [], 0
    while index < len(texts):
        if not is_indented(texts[index]):
            lines.append(said(texts[index].removeprefix(" ")))
            index += 1
            continue
        end = index
        while end < len(texts) and (is_indented(texts[end]) or
                                    (not texts[end].strip() and end + 1 < len(texts)
                                     and is_indented(texts[end + 1]))):
            end += 1
        block = [text[3:] for text in texts[index:end]]
        is_code = shows_code("\n".join(block))
        begin, close = ("@code{.cpp}", "@endcode") if is_code else ("@code{.unparsed}", "@endcode")
        if lines:
            lines[-1] += " " + begin
        else:
            block[0] = begin + " " + block[0]
        block[-1] += " " + close
        lines += block
        index = end
    return lines


class Header:
    def __init__(self, path, text):
        self.path = path
        self.lines = text.split("\n")
        self.bare = [line.rstrip() for line in without_comments(text).split("\n")]
        self.code = code_only(text).split("\n")
        self.scopes = scopes("\n".join(self.code))
        self.group = next((group for begin, group in GROUPS if path.startswith(begin)), None)
        self.out = list(self.lines)
        self.introduced = -1  # the line of a type whose own comment follows the header's

    def in_namespace(self, number):
        return all(kind == "namespace" for kind in self.scopes[number])

    def documents(self, number):
        return "code" not in self.scopes[number]

    def namespace(self):
        names = re.findall(r"^namespace ([\w:]+) \{", "\n".join(self.code), re.MULTILINE)
        return names[0] if names else ""

    def block_end(self, begin):
        end = begin
        while end < len(self.lines) and re.match(r"\s*//", self.lines[end]):
            end += 1
        return end

    def texts(self, begin, end):
        return [re.sub(r"^\s*//", "", line) for line in self.lines[begin:end]]

    def declared(self, number):
        """(kind, name) of the type that a line defines, or None."""
        match = TYPE.match(self.code[number].split("{")[0].split(" : ")[0].rstrip())
        if match and ("{" in self.code[number] or not self.code[number].rstrip().endswith(";")):
            return match.groups()
        return None

    def main_type(self):
        """(line, kind, name, has a comment) of the type that the header is named after, or None."""
        stem = os.path.basename(self.path).removesuffix(".h").replace("_", "")
        for number in range(len(self.lines)):
            found = self.declared(number) if self.in_namespace(number) else None
            if found and found[1].lower() == stem:
                before = number - 1
                while re.match(r"\s*template\b", self.lines[before]):
                    before -= 1
                return (number, *found, bool(re.match(r"\s*//", self.lines[before])))
        return None

    def open(self):
        """The comment at the top. The line of #pragma once, which Doxygen does not need, is lent to
        it: what the comment is about has to stand on a line of its own."""
        end = self.block_end(0)
        texts = self.texts(0, end)
        lines = converted(texts)
        if PARAGRAPH.match(texts[0].strip()):  # a class may have such a name
            lines[0] = escape(texts[0].strip())
        main = self.main_type()
        if main and not main[3]:
            kind = "enum" if main[1].startswith("enum") else main[1]
            about = f"\\{kind} {self.namespace()}::{main[2]}"
            first = re.split(r"(?<=[.:]) (?=[A-Z])", lines[0])[-1]
            lines[-1] += f" \\inset{{{self.group}}}"
            after = next(n for n in range(end, len(self.lines)) if not self.lines[n].strip())
            self.out[after] = f"/** \\brief {first} \\file {self.path} */"
        else:
            about = f"\\file {self.path}"
            self.introduced = main[0] if main else -1
        if self.lines[end] == "#pragma once":
            self.out[:end + 1] = ["/// " + line for line in [about] + lines]
        return end + 1

    def comment(self, begin, end):
        """A block before a declaration."""
        if NOT_DOCUMENTED.match(self.lines[end]) or not self.documents(end):
            return
        lines = converted(self.texts(begin, end))
        if end <= self.introduced and \
                all("template" in line for line in self.lines[end:self.introduced]):
            lines[0] = f"\\likefile{{{self.path}}} {lines[0]}"
        if self.in_namespace(end):
            lines[-1] += f" \\inset{{{self.group}}}"
        indent = re.match(r"\s*", self.lines[begin]).group(0)
        if self.lines[end - 1].endswith(":") and not any(map(is_indented, self.texts(begin, end))):
            lines = [re.sub(r":(?=$| \\inset)", ".", lines[-1]) if line is lines[-1] else line
                     for line in lines]
            self.share(end, " ".join(lines))
        self.out[begin:end] = [f"{indent}/// {line}" for line in lines]

    def begins_declaration(self, number):
        """A line of its own scope, where the one before has come to its end."""
        before = self.code[number - 1].rstrip()
        return (self.documents(number) and self.code[number].strip() != ""
                and not re.match(r"\s*(\}|#|(public|protected|private):)", self.code[number])
                and (not before or before.startswith("#") or before[-1] in ";{},:"))

    def prefix(self, number, text):
        indent = re.match(r"\s*", self.lines[number]).group(0)
        self.out[number] = f"{indent}/** {text} */ " + self.out[number].removeprefix(indent)

    def share(self, first, text):
        """The comment above line `first` is about what follows it, too."""
        for number in range(first + 1, len(self.lines)):
            line, scope = self.lines[number], self.scopes[number]
            if not line.strip() or re.match(r"\s*//", line) or len(scope) < len(self.scopes[first]):
                return
            if scope == self.scopes[first] and self.begins_declaration(number) and \
                    line.rstrip() == self.bare[number]:
                self.prefix(number, text)

    def say_what_goes_without_saying(self):
        for number, line in enumerate(self.lines):
            if "type" in self.scopes[number] and self.out[number] == line == self.bare[number] and \
                    self.begins_declaration(number) and \
                    not re.match(r"\s*//", self.lines[number - 1]):
                for pattern, text in BY_ITSELF:
                    if pattern.match(line):
                        self.prefix(number, text)
                        break

    def behind(self, number):
        """A comment behind a declaration, with the lines that go on with it. Answers the next."""
        column = self.lines[number].index("//", len(self.bare[number]))
        end = number + 1
        while end < len(self.lines) and re.match(rf"\s{{{column}}}//", self.lines[end]):
            end += 1
        if column > 0 and re.search(r"[;,}\w]$", self.bare[number]) and self.documents(number) and \
                not re.match(r"\s*(\}|friend|namespace|#)", self.lines[number]):
            for at in range(number, end):
                text = said(self.lines[at][column + 2:].strip())
                self.out[at] = self.lines[at][:column] + "///< " + text
        return end

    def convert(self):
        number = self.open() if self.lines[0].startswith("//") else 0
        while number < len(self.lines):
            line = self.lines[number]
            if re.match(r"\s*//", line):
                end = self.block_end(number)
                self.comment(number, end)
                number = end
            elif len(line) > len(self.bare[number]) and "//" in line:
                number = self.behind(number)
            else:
                if self.in_namespace(number) and self.declared(number) and \
                        not re.match(r"\s*(//|template)", self.lines[number - 1]):
                    self.out[number] = f"/** \\inset{{{self.group}}} */ " + self.out[number]
                number += 1
        self.say_what_goes_without_saying()
        assert len(self.out) == len(self.lines)
        return "\n".join(self.out)


def main():
    path = os.path.relpath(sys.argv[1], ROOT)
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    sys.stdout.write(Header(path, text).convert() if path.endswith(".h") else text)


if __name__ == "__main__":
    main()
