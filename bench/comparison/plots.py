"""Plots as SVG: lines of dots on one axis, with intervals. They follow a light or a dark page."""

import html
import math

# As narrow as will do: on a phone they are shrunk, and are to be read there too.
WIDTH, LEFT, RIGHT = 480, 132, 18
LINE, TOP, BOTTOM = 26, 46, 34
COLORS = ("#0b6bcb", "#d9480f", "#7a4fbf")
DARK_COLORS = ("#5aa9f5", "#ff9a62", "#b79cf0")

STYLE = """\
text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1b2430; }
.soft { fill: #5d6b7c; } .grid { stroke: #dfe5ec; } .one { stroke: #98a4b3; stroke-width: 1.5; }
.ours { font-weight: 700; } .bar { stroke-width: 3; stroke-linecap: round; opacity: .55; }
%s
@media (prefers-color-scheme: dark) {
  text { fill: #e6ebf1; } .soft { fill: #9aa8b8; } .grid { stroke: #2c3642; }
  .one { stroke: #738193; } %s }
"""


def _style():
    def rules(colors):
        return " ".join(f".s{i} {{ fill: {color}; stroke: {color}; }}"
                        for i, color in enumerate(colors))
    return STYLE % (rules(COLORS), rules(DARK_COLORS))


class LogAxis:
    """Marks at parts of each power of ten, the fewer the more of these there are."""

    STEPS = ((0.4, (1, 1.2, 1.5, 2, 3, 5, 7)), (1.7, (1, 2, 5)), (2.2, (1, 3)), (math.inf, (1,)))

    def __init__(self, values, label):
        low, high = min(values), max(values)
        self._low, self._high = math.log10(low) - 0.05, math.log10(high) + 0.05
        self.marks = []
        steps = next(steps for most, steps in self.STEPS if self._high - self._low < most)
        for power in range(math.floor(self._low), math.ceil(self._high) + 1):
            for step in steps:
                value = round(step * 10.0 ** power, 12)
                if self._low <= math.log10(value) <= self._high:
                    self.marks.append((value, label(value)))

    def at(self, value):
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def dot_plot(title, lines, series, label, reference=None):
    """An SVG document.

    `lines`: [(name, [(value, low, high) or None for each of the series])], low and high may be
    None; `label(value)` names a mark of the axis; a line is drawn at `reference`.
    """
    values = [one for _, points in lines for point in points if point
              for one in point if one is not None and one > 0]
    axis = LogAxis(values + ([reference] if reference else []), label)
    height = TOP + LINE * len(lines) + BOTTOM
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
           f'width="{WIDTH}" height="{height}" role="img" aria-label="{html.escape(title)}">',
           f"<style>{_style()}</style>"]
    x = 14
    for i, name in enumerate(series):
        out.append(f'<circle class="s{i}" cx="{x}" cy="20" r="5"/>'
                   f'<text class="soft" x="{x + 10}" y="24.5">{html.escape(name)}</text>')
        x += 34 + 7.2 * len(name)
    foot = height - BOTTOM + 4
    for value, text in axis.marks:
        at = f"{axis.at(value):.1f}"
        out.append(f'<line class="grid" x1="{at}" x2="{at}" y1="{TOP - 8}" y2="{foot}"/>'
                   f'<text class="soft" x="{at}" y="{foot + 18}" text-anchor="middle">{text}'
                   "</text>")
    if reference:
        at = f"{axis.at(reference):.1f}"
        out.append(f'<line class="one" x1="{at}" x2="{at}" y1="{TOP - 8}" y2="{foot}"/>')
    for row, (name, points) in enumerate(lines):
        out.append(_line(axis, TOP + LINE * row + LINE / 2, name, points))
    return "\n".join(out) + "\n</svg>\n"


def _line(axis, y, name, points):
    ours = ' class="ours"' if name.startswith("edgewise") else ""
    out = [f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:g}" y2="{y:g}"/>'
           f'<text{ours} x="{LEFT - 14}" y="{y + 4.5:g}" text-anchor="end">{html.escape(name)}'
           "</text>"]
    # Intervals would lie upon each other.
    apart = 6 if any(point and point[1] for point in points) else 0
    shift = -apart / 2 * (len(points) - 1)
    for i, point in enumerate(points):
        if point is None or not point[0] or point[0] <= 0:
            continue
        value, low, high = point
        at = y + shift + apart * i
        if low and high:
            out.append(f'<line class="bar s{i}" x1="{axis.at(low):.1f}" x2="{axis.at(high):.1f}" '
                       f'y1="{at:g}" y2="{at:g}"/>')
        shown = f"{value:.3g}"
        out.append(f'<circle class="s{i}" cx="{axis.at(value):.1f}" cy="{at:g}" r="4.5">'
                   f"<title>{html.escape(name)}: {shown}</title></circle>")
    return "".join(out)
