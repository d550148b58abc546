"""Words that do not stand in this tree, and white space."""

import re

from rule import Rule
from tree import CPP, code_only, line_of

C_LIKE = CPP
TEST_CODE = CPP + (".py",)

# (what, where, endings, may strings and comments hold it, why not)
BANNED = [
    (r"\bshared_ptr\b|\bmake_shared\b|\benable_shared_from_this\b|\bshared_from_this\b|"
     r"\bweak_ptr\b", ("reactor/", "handlers/"), C_LIKE, "code",
     "one owner; membership by intrusive hooks, weak names by ConnectionRef"),
    (r"\busing\s+namespace\s+std\b", ("",), C_LIKE, "code", "name what is used"),
    (r"\bsleep_for\b|\bsleep_until\b|\busleep\b|\bnanosleep\b|\bsleep\s*\(", ("test/",), TEST_CODE,
     "code", "await an event, or poll with a deadline"),
    (r"\brandom_device\b|_clock::now\b", ("reactor/", "handlers/"), C_LIKE, "code",
     "chance and time come from the Kernel"),
    (r"\bdynamic_cast\b", ("reactor/", "handlers/"), C_LIKE, "code", "use an interface"),
    (r"\bTO" r"DO\b(?!\([^)]+\): \S)|\bFIX" r"ME\b|\bXX" r"X\b", ("",), None, "all",
     "say why it is not done, as TO" "DO(reason): what"),
    (r"(?<![\w.])/(work|home|root|Users|mnt|workspace)/\w", ("",), None, "all",
     "a path of one machine"),
]
# The one place that waits by looking again and again, for all others to use.
SLEEP_HELPERS = ("test/clients/waiting.py",)


def check_words(tree):
    found = []
    for pattern, under, endings, scope, why in BANNED:
        for path in tree.select(under, endings):
            if "sleep" in pattern and path in SLEEP_HELPERS or path.endswith(".lock"):
                continue
            text = tree.text(path)
            if scope == "code":
                text = re.sub(r"#[^\n]*", "", text) if path.endswith(".py") else code_only(text)
            for match in re.finditer(pattern, text):
                if path.startswith("test/tidy/"):
                    continue  # its examples of violations
                found.append(f"{path}:{line_of(text, match.start())}: '{match.group(0)}': {why}")
    return found


def check_white_space(tree):
    found = []
    for path in tree.paths:
        text = tree.text(path)
        if path.startswith("test/fuzz/corpus/") or ".patch" in path:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip(" \t\r"):
                found.append(f"{path}:{number}: white space at the end of the line")
            if "\t" in line and path.endswith(CPP + (".py", "meson.build")):
                found.append(f"{path}:{number}: a tab")
        if text and not text.endswith("\n"):
            found.append(f"{path}: no newline at the end")
    return found


RULES = [
    Rule("no banned words", check_words,
         bad=[{"reactor/a.h": "std::shared_ptr<A> a;\n"},
              {"handlers/a.h": "class A : std::enable_shared_from_this<A> {};\n"},
              {"handlers/a.h": "auto t = std::chrono::steady_clock::now();\n"},
              {"bench/a.cc": "using  namespace std;\n"},
              {"test/a.cc": "std::this_thread::sleep_for(1ms);\n"},
              {"test/a.py": "time.sleep(1)\n"},
              {"reactor/a.cc": "// TO" "DO make it work\n"},
              {"docs/a.md": "see /wo" "rk/notes\n"}, {"bench/a.py": "open('/ho" "me/me/x')\n"}],
         good=[{"bench/a.cc": "std::shared_ptr<A> a;\n"},
               {"reactor/a.cc": "// no shared_ptr here\n"},
               {"reactor/a.cc": "// TO" "DO(needs kernel 6.9): use it\n"},
               {"test/a.py": "# no sleep() here\n"}]),
    Rule("no stray white space", check_white_space,
         bad=[{"a.cc": "int a; \n"}, {"a.md": "a\t\n"}, {"a.py": "a"}, {"a.cc": "\tint a;\n"}],
         good=[{"a.cc": "int a;\n\nint b;\n"}, {"a.md": ""}]),
]
