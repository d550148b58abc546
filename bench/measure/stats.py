"""The few statistics that the tools share."""

import random
import statistics

RESAMPLES = 5000


def median(values):
    return statistics.median(values)


class Ratio:
    """The median of ratios, one for each block, with a bootstrap 95 % interval over the blocks."""

    def __init__(self, ratios, seed=0):
        self.value = statistics.median(ratios)
        chance = random.Random(seed)
        medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios)))
                         for _ in range(RESAMPLES))
        self.low = medians[int(0.025 * RESAMPLES)]
        self.high = medians[int(0.975 * RESAMPLES)]

    def __str__(self):
        mark = "~" if self.low <= 1 <= self.high else " "
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}] {mark}"

    def as_json(self):
        return {"value": self.value, "low": self.low, "high": self.high}
