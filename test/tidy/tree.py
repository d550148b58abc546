"""The checkout as the tidy rules see it: a list of text files, and C++ with the noise taken out."""

import os
import re
import subprocess

CPP = (".h", ".cc")


class Tree:
    """Files below `root` that belong to the project, by path relative to it."""

    def __init__(self, root):
        self.root = root
        self.paths = sorted(list_paths(root))
        self._texts = {}

    def text(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding="utf-8", errors="replace") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def select(self, under=("",), endings=None):
        """Paths that start with one of `under` and end with one of `endings`."""
        return [path for path in self.paths
                if path.startswith(tuple(under)) and (endings is None or path.endswith(endings))]

    def sources(self):
        """Everything that people wrote as code: C++, Python, Lua, shell, build files."""
        return [path for path in self.paths
                if path.endswith(CPP + (".py", ".lua", ".sh", "meson.build", "meson_options.txt"))
                or self.is_script(path)]

    def is_script(self, path):
        return "." not in os.path.basename(path) and self.text(path).startswith("#!")


def list_paths(root):
    """What git tracks or would track; every file that is not hidden where git cannot say."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], capture_output=True, check=True).stdout.decode()
        top = subprocess.run(["git", "-C", root, "-c", "safe.directory=*", "rev-parse",
                              "--show-toplevel"], capture_output=True, check=True).stdout.decode()
        if os.path.realpath(top.strip()) == os.path.realpath(root):
            return [path for path in set(listed.split("\0"))
                    if path and is_text(os.path.join(root, path))]
    except (OSError, subprocess.CalledProcessError):
        pass
    paths = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders
                      if not re.match(r"build|__pycache__|node_modules|\.git$|\.cache$", name)]
        paths += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return [path for path in paths if is_text(os.path.join(root, path))]


def is_text(path):
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return b"\0" not in file.read(4096)


NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)
COMMENT = re.compile(
    r'(?P<keep>R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*")'
    r'|//[^\n]*|/\*.*?\*/', re.DOTALL)


def code_only(text):
    """C++ without comments, with empty strings and characters; lines stay where they are."""
    def replace(match):
        found = match.group(0)
        lines = "\n" * found.count("\n")
        if found.startswith(("//", "/*")):
            return lines
        return '""' + lines
    return NOISE.sub(replace, text)


def without_comments(text):
    """C++ without comments, its strings untouched."""
    return COMMENT.sub(lambda match: match.group("keep") or "\n" * match.group(0).count("\n"), text)


def shows_code(comment):
    """Whether indented lines of a comment, without their slashes, are C++ and no table or prose."""
    return bool(re.search(r"[;{][ \t]*$", without_comments(comment), re.MULTILINE))


def line_of(text, position):
    return text.count("\n", 0, position) + 1
