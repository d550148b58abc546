"""The reasons for what is not covered, by the text of the line and not by its number.

coverage_reasons.txt is a list of entries with an empty line between them:

    file: reactor/reactor.cc        a path, or a pattern of paths such as reactor/kernel/*.cc
    line: if (error != Error::kNone some text of the line that is not covered; * is any text
    line: Rare(int a) { ... return  the lines from one to the next that has the second text
    why: words                      as many lines as it takes, the further ones indented

`line` may be given several times. Lines that begin with # are remarks.
"""

import collections
import fnmatch
import re

Reason = collections.namedtuple("Reason", "number file patterns why")


class Malformed(Exception):
    pass


def parse(text):
    reasons = []
    for match in re.finditer(r"(?:^[^\n]*\S[^\n]*\n)+", text, re.MULTILINE):
        number = text.count("\n", 0, match.start()) + 1
        fields = parse_fields(match.group(0), number)
        if not fields:
            continue
        if len(fields["file"]) != 1 or not fields["line"] or len(fields["why"]) != 1:
            raise Malformed(f"coverage_reasons.txt, line {number}: an entry has one file, some"
                            " lines and one why")
        reasons.append(Reason(number, fields["file"][0], fields["line"], fields["why"][0]))
    return reasons


def parse_fields(block, number):
    fields = collections.defaultdict(list)
    last = None
    for line in block.splitlines():
        field = re.fullmatch(r"(file|line|why): *(.*\S)", line)
        if field:
            last = field.group(1)
            fields[last].append(field.group(2))
        elif last == "why" and line.startswith(" "):
            fields[last][-1] += " " + line.strip()
        elif not line.startswith("#"):
            raise Malformed(f"coverage_reasons.txt, line {number}: neither file, line nor why:"
                            f" {line}")
    return fields


def plain(text):
    """Without what clang-format decides."""
    return " ".join(text.split())


def expression(pattern):
    return re.compile(".*".join(re.escape(part) for part in plain(pattern).split("*")))


def matching(pattern, source):
    """The numbers of the lines of `source`, a list, that a pattern means."""
    first, _, last = pattern.partition(" ... ")
    begins = [number for number, line in enumerate(source, 1)
              if expression(first).search(plain(line))]
    if not last:
        return set(begins)
    found = set()
    for begin in begins:
        end = next((number for number in range(begin, len(source) + 1)
                    if expression(last).search(plain(source[number - 1]))), None)
        found |= set(range(begin, end + 1)) if end else set()
    return found


class Reasons:
    """What the entries say about a tree: `why` of a line, and what is wrong with the entries."""

    def __init__(self, reasons, sources):
        """`sources`: path -> list of lines, of all files that count."""
        self._why = {}  # (path, number) -> Reason
        self.wrong = []
        for reason in reasons:
            files = fnmatch.filter(sources, reason.file)
            for pattern in reason.patterns:
                places = [(path, number) for path in files
                          for number in matching(pattern, sources[path])]
                if not places:
                    self.wrong.append(f"line {reason.number}: no line of {reason.file} has"
                                      f" '{pattern}'")
                for place in places:
                    self._why.setdefault(place, reason)

    def why(self, path, number):
        reason = self._why.get((path, number))
        return reason.why if reason else None

    def unneeded(self, missed):
        """Reasons none of whose lines is among `missed`, a set of (path, number)."""
        needed = {self._why[place].number for place in missed if place in self._why}
        everyone = {reason.number: reason for reason in self._why.values()}
        return [reason for number, reason in sorted(everyone.items()) if number not in needed]
