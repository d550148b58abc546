"""What a header looks like: guarded once, one class, named after it, and explained."""

import re

from rule import Rule
from tree import code_only

# Headers of several small types that only make sense side by side: a vocabulary.
VOCABULARY = {
    "reactor/kernel/io_result.h": "the answers of system calls",
    "reactor/kernel/epoll_event.h": "epoll's words",
    "reactor/kernel/kernel.h": "the seam, with the answers that its calls have",
    "reactor/kernel/text.h": "two functions",
    "reactor/kernel/time.h": "clocks and durations",
    "reactor/check.h": "macros",
    "reactor/kernel/sanitizer.h": "macros",
    "handlers/codec.h": "a concept and its values",
    "handlers/split_checker.h": "one function, CheckAllSplits, and its answer",
    "handlers/http/http_head_parser.h": "one function, ParseHttpHead, and its answer",
    "handlers/http/http_content_type.h": "one function, ContentTypeOf",
    "handlers/http/http_preconditions.h": "two functions and what they judge",
    "handlers/http/http_policy.h": "pure functions",
    "handlers/connection_state.h": "the states of both sides, their transitions and their join",
    "handlers/listener.h": "one function, OpenListener, and its options",
    "handlers/output_chunk.h": "a chunk, and the pool that it comes from",
    "handlers/http/http_request.h": "a request and its fields",
}
PUBLIC = ("reactor/", "handlers/")


def camel(path):
    name = path.rsplit("/", 1)[-1].split(".")[0]
    return name.replace("_", "").lower()


def top_level_types(code):
    """(keyword, name) of each type defined outside any other type or function."""
    types, containers = [], []
    start = 0
    for match in re.finditer(r"[{};]", code):
        token = match.group(0)
        if token == "{":
            header = re.sub(r"<[^<>]*>", "", code[start:match.start()])
            namespace = bool(re.search(r"\bnamespace\b", header))
            found = re.search(r"\b(enum class|enum|class|struct|union)\s+(?:\[\[\w+\]\]\s*)?"
                              r"([A-Z]\w*)\b(?![^{]*\()", header)
            if found and all(containers):
                types.append((found.group(1), found.group(2)))
            containers.append(namespace)
        elif token == "}" and containers:
            containers.pop()
        start = match.end()
    return types


def check_guard(tree):
    found = []
    for path in tree.select(endings=".h"):
        code = code_only(tree.text(path)).strip()
        if not code.startswith("#pragma once"):
            found.append(f"{path}:1: '#pragma once' is not the first thing after the comment")
        if re.search(r"^#\s*ifndef\s+\w+_H_?\b", code, re.MULTILINE):
            found.append(f"{path}:1: an include guard besides #pragma once")
    return found


def check_one_class(tree):
    found = []
    for path in tree.select(PUBLIC, ".h"):
        if path in VOCABULARY or path.endswith("/edgewise.h"):
            continue
        code = code_only(tree.text(path))
        classes = [name for keyword, name in top_level_types(code) if keyword == "class"]
        if len(classes) > 1:
            found.append(f"{path}:1: {len(classes)} classes ({', '.join(classes)}); one per header")
        names = re.findall(r"\b(?:class|struct|concept|using)\s+(?:\[\[\w+\]\]\s*)?([A-Z]\w*)",
                           code)
        names += re.findall(r"\b([A-Z]\w*)\s*\(", code)
        if camel(path) not in [name.lower() for name in names]:
            found.append(f"{path}:1: nothing in it is named after the file")
    return found


def check_opening(tree):
    return [f"{path}:1: opens with no comment that says what it is"
            for path in tree.select(PUBLIC, (".h", ".cc"))
            if not tree.text(path).startswith(("//", "/*"))]


ONCE = "// What it is.\n#pragma once\n"
RULES = [
    Rule("headers are guarded by #pragma once", check_guard,
         bad=[{"reactor/a.h": "int a;\n"}, {"test/a.h": "#ifndef A_H_\n#define A_H_\n#endif\n"},
              {"reactor/a.h": '#include "b.h"\n#pragma once\n'}],
         good=[{"reactor/a.h": ONCE + "int a;\n"}]),
    Rule("one class per header, named after it", check_one_class,
         bad=[{"reactor/a_b.h": ONCE + "class AB {};\nclass C {};\n"},
              {"handlers/a_b.h": ONCE + "namespace n {\nclass C {};\n}\n"}],
         good=[{"reactor/a_b.h": ONCE + "class C;\nstruct D {};\nclass AB { class E {}; };\n"},
               {"reactor/check_all.h": ONCE + "template <class T>\nvoid CheckAll(T t) {}\n"},
               {"reactor/state.h": ONCE + "enum class State { kA };\nclass Machine {};\n"}]),
    Rule("each source says what it is", check_opening,
         bad=[{"reactor/a.h": "#pragma once\n"}, {"handlers/a.cc": "int a;\n"}],
         good=[{"reactor/a.h": ONCE}]),
]
