"""What became of a mutant, as a line, and all of them as a table."""

import statistics


class Verdict:
    """`deaths`: for each start, a Death, or None where the budget was spent. `trouble`: why there
    could be no hunt."""

    def __init__(self, mutant, deaths, budget, seconds, trouble=""):
        self.mutant = mutant
        self.deaths = deaths
        self.budget = budget
        self.seconds = seconds
        self.trouble = trouble

    @property
    def killed(self):
        """More than half of the starts found it, so there is a median."""
        return 2 * sum(death is not None for death in self.deaths) > len(self.deaths)

    @property
    def word(self):
        if self.trouble:
            return "BROKEN"
        return "killed" if self.killed else "SURVIVED"

    def seeds(self):
        """Seeds to kill, ascending; where a start did not find it, one more than the budget."""
        return sorted(death.seeds if death else self.budget + 1 for death in self.deaths)

    @property
    def median(self):
        return statistics.median_high(self.seeds())

    @property
    def worst(self):
        return self.seeds()[-1]

    def shown(self, seeds):
        return f"> {self.budget}" if seeds > self.budget else str(seeds)

    def scenarios(self):
        """Those that noticed it, the most frequent first."""
        names = [death.scenario for death in self.deaths if death and death.scenario]
        return sorted(set(names), key=lambda name: (-names.count(name), name))

    def line(self):
        if self.trouble:
            return f"{self.word:9} {self.mutant.name}\n{self.trouble}"
        found = [death for death in self.deaths if death]
        text = (f"{self.word:9} {self.mutant.name:40} seeds: median {self.shown(self.median)},"
                f" worst {self.shown(self.worst)}")
        if found:
            first = min(found, key=lambda death: death.seeds)
            text += f"; {', '.join(self.scenarios()) or 'no scenario named'}: {first.what}"
        return f"{text} [{self.seconds:.0f} s]"


def table(verdicts):
    """Markdown: a row for each mutant, the hardest last."""
    lines = ["| mutant | what it puts back | noticed by | median | worst |",
             "|---|---|---|---:|---:|"]
    rows = sorted(verdicts, key=lambda verdict: (not verdict.trouble and verdict.median,
                                                 not verdict.trouble and verdict.worst,
                                                 verdict.mutant.name))
    for verdict in rows:
        what = verdict.mutant.what.replace("|", "\\|")
        median = worst = verdict.word
        if not verdict.trouble:
            median, worst = verdict.shown(verdict.median), verdict.shown(verdict.worst)
        noticed = ", ".join(verdict.scenarios())
        lines.append(f"| `{verdict.mutant.name}` | {what} | {noticed} | {median} | {worst} |")
    return "\n".join(lines) + "\n"


def summary(verdicts):
    """The last lines: how many seeds it takes, and how many were killed."""
    killed = [verdict for verdict in verdicts if not verdict.trouble and verdict.killed]
    lines = []
    if killed:
        medians = [verdict.median for verdict in killed]
        hardest = max(killed, key=lambda verdict: verdict.median)
        lines.append(f"seeds to kill: median of the medians {statistics.median_high(medians)},"
                     f" the hardest {hardest.median} ({hardest.mutant.name})")
    lines.append(f"{len(killed)} of {len(verdicts)} mutants killed")
    return "\n".join(lines)
