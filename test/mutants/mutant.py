"""A mutant: a small patch that puts a bug back which real reactors have shipped."""

import os
import re
import subprocess


class Mutant:
    """A patch file. The lines before the diff say what it is:

        # What the bug is, in a sentence or two.
        # Shipped by: who had it (may be missing).
        # Noticed by: the scenarios that should.
    """

    def __init__(self, path):
        self.name = os.path.basename(path).removesuffix(".patch")
        self.path = os.path.abspath(path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        words = {"": "", "Shipped by": "", "Noticed by": ""}
        topic = ""
        for line in re.findall(r"^#\s*(.*)$", text.partition("\n--- ")[0], re.MULTILINE):
            found = re.match(r"(Shipped by|Noticed by): (.*)", line)
            topic, line = found.groups() if found else (topic, line)
            words[topic] = f"{words[topic]} {line}".strip()
        self.what, self.shipped, self.noticed = words.values()
        self.files = re.findall(r"^\+\+\+ b/(\S+)", text, re.MULTILINE)

    def applied_to(self, tree):
        return Applied(self, tree)


class Applied:
    """Within it the tree is mutated; after it the tree is as it was. DoesNotApply if that fails."""

    def __init__(self, mutant, tree):
        self.mutant = mutant
        self.tree = tree
        self.before = {}

    def __enter__(self):
        for name in self.mutant.files:
            with open(os.path.join(self.tree, name), "rb") as file:
                self.before[name] = file.read()
        run = subprocess.run(
            ["patch", "-p1", "--batch", "--forward", "--no-backup-if-mismatch", "-r", "-",
             "-d", self.tree, "-i", self.mutant.path],
            capture_output=True, text=True, check=False)
        if run.returncode != 0:
            self.restore()
            raise DoesNotApply(f"{self.mutant.path} does not apply any more:\n{run.stdout}"
                               f"{run.stderr}Write it anew against the present tree.")
        return self

    def __exit__(self, *unused):
        self.restore()

    def restore(self):
        """Writes anew, not with old times, so that the next build sees a change."""
        for name, content in self.before.items():
            with open(os.path.join(self.tree, name), "wb") as file:
                file.write(content)


class DoesNotApply(Exception):
    pass


def mutants_in(folder):
    return [Mutant(os.path.join(folder, name)) for name in sorted(os.listdir(folder))
            if name.endswith(".patch")]
