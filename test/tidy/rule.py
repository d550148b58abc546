"""A rule of the house, as something that can be executed and that is itself tested."""

import os
import tempfile
from dataclasses import dataclass, field
from typing import Callable

from tree import Tree


class Skipped(Exception):
    """Raised by a rule that cannot be judged on this machine; the text says why."""


@dataclass
class Rule:
    """`check` answers violations, each "path:line: what is wrong".

    `bad` and `good` are small trees ({path: text}): each of `bad` must be caught, `good` must not.
    """

    name: str
    check: Callable[[Tree], list]
    bad: list = field(default_factory=list)
    good: list = field(default_factory=list)

    def self_test(self):
        """Answers what is wrong with the rule itself."""
        wrong = [] if self.bad else ["no example of a violation is given"]
        for files in self.bad:
            if not self.check_files(files):
                wrong.append(f"this violation is not caught: {files}")
        for files in self.good:
            found = self.check_files(files)
            if found:
                wrong.append(f"nothing is wrong here, but the rule says {found}: {files}")
        return wrong

    def check_files(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                os.makedirs(os.path.dirname(os.path.join(folder, path)) or folder, exist_ok=True)
                with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return self.check(Tree(folder))
