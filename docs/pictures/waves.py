"""What happens over time: lanes below each other, from a .wave.

    title: what a screen reader says
    time: 12                            how many units the picture is long

    events: what happens                words at a time, with a line through all lanes below
      1 four bytes arrive
    steps: bytes in the socket          a quantity, from that time on
      1 4
    level: level-triggered: readable    up or down, from that time on
      1 up
    edges: edge-triggered: readable     an arrow; the words are optional
      1 report
    spans: the handler                  a bar from one time to another
      2-3 reads two
      4-6 waits [warn]

A text that ends in [main], [warn] or [good] has that colour. Lines that begin with # are remarks.
"""

import re
from xml.sax.saxutils import escape

from style import FONT, WIDTH_MAX, frame

LEFT, RIGHT = 14, 14
WIDTH = 480
ROW = 19  # of words
GLYPH = 0.53 * (FONT - 1)  # a word's width is guessed; see Lanes.events


class Lane:
    def __init__(self, kind, name):
        self.kind, self.name, self.entries = kind, name, []  # (begin, end, text, colour)


def parse(source):
    """(title, time, lanes). Raises ValueError."""
    title, time, lanes = "", 0.0, []
    for number, line in enumerate(source.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        head = re.fullmatch(r"(\w+): *(.*)", line)
        entry = re.fullmatch(r"\s+([\d.]+)(?:-([\d.]+))?(?: +(.*?))?(?: *\[(\w+)\])?\s*", line)
        if head and head.group(1) == "title":
            title = head.group(2)
        elif head and head.group(1) == "time":
            time = float(head.group(2))
        elif head and head.group(1) in DRAWN:
            lanes.append(Lane(*head.groups()))
        elif entry and lanes:
            begin, end, text, colour = entry.groups()
            lanes[-1].entries.append((float(begin), float(end or begin), text or "", colour or ""))
        else:
            raise ValueError(f"line {number}: neither a lane nor something in one: {line}")
    if not (title and time and lanes):
        raise ValueError("a title, a time and a lane are needed")
    return title, time, lanes


def text(x, y, words, classes="", anchor="start"):
    style = f' class="{classes}"' if classes else ""
    return (f'<text{style} x="{x:.1f}" y="{y:.1f}" font-size="{FONT - 1}"'
            f' text-anchor="{anchor}">{escape(words)}</text>')


class Lanes:
    """Draws from top to bottom; `y` is where the next lane begins."""

    def __init__(self, time):
        self.time, self.y, self.parts = time, 4.0, []
        self.guides, self.lines = [], []  # x of those that have begun; what is drawn of them

    def x(self, time):
        return LEFT + (WIDTH - LEFT - RIGHT) * time / self.time

    def add(self, part):
        self.parts.append(part)

    def draw(self, lane):
        self.y += ROW
        self.add(text(LEFT, self.y - 4, lane.name, "strong"))
        guides, top = list(self.guides), self.y
        DRAWN[lane.kind](self, lane)
        for x in guides:  # beside the lanes' names there are none
            self.guide(x, top, self.y + 4)
        self.y += 12

    def guide(self, x, top, bottom):
        self.lines.append(f'<line class="guide" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}"'
                          f' y2="{bottom:.1f}"/>')

    def events(self, lane):
        """Words as near to their time as there is room, in as few rows as will do."""
        rows = []  # where each row's last words end
        begins = []
        for begin, _, words, colour in lane.entries:
            width = GLYPH * len(words) + 8
            x = min(max(self.x(begin) - width / 2, LEFT), WIDTH - RIGHT - width)
            row = next((row for row, end in enumerate(rows) if end <= x), len(rows))
            rows[row:row + 1] = [x + width]
            y = self.y + ROW * row + 12
            begins.append((self.x(begin), y + 5))
            self.add(text(x + width / 2, y, words, f"{colour}-text" if colour else "", "middle"))
        self.y += ROW * len(rows)
        for x, y in begins:
            self.guide(x, y, self.y + 4)
            self.guides.append(x)

    def outline(self, points, top):
        """A step function: its area, and its line. `points` are (time, height from 0 to 1)."""
        bottom = self.y + top
        path, last = [], bottom
        for time, height in points:
            y = bottom - (top - 4) * height
            path.append(f"{self.x(time):.1f},{last:.1f} {self.x(time):.1f},{y:.1f}")
            last = y
        path.append(f"{self.x(self.time):.1f},{last:.1f}")
        line = " ".join(path)
        self.add(f'<polygon class="fill" points="{self.x(points[0][0]):.1f},{bottom:.1f} {line}'
                 f' {self.x(self.time):.1f},{bottom:.1f}"/>')
        self.add(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom:.1f}"'
                 f' y2="{bottom:.1f}"/>')
        self.add(f'<polyline class="main line" points="{line}"/>')

    def steps(self, lane):
        values = [(begin, float(words)) for begin, _, words, _ in lane.entries]
        most = max(value for _, value in values) or 1
        self.outline([(0, 0)] * (values[0][0] > 0) + [(t, v / most) for t, v in values], 46)
        for index, (begin, value) in enumerate(values):
            end = values[index + 1][0] if index + 1 < len(values) else self.time
            y = self.y + 46 - 42 * value / most
            y = y + 15 if value / most > 0.45 else y - 5
            self.add(text(self.x((begin + end) / 2), y, f"{value:g}", anchor="middle"))
        self.y += 46

    def level(self, lane):
        for _, _, words, _ in lane.entries:
            if words not in ("up", "down"):
                raise ValueError(f"a level is up or down, not '{words}'")
        points = [(begin, float(words == "up")) for begin, _, words, _ in lane.entries]
        self.outline([(0, 0)] * (points[0][0] > 0) + points, 26)
        self.y += 26

    def edges(self, lane):
        bottom = self.y + 26
        self.add(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom:.1f}"'
                 f' y2="{bottom:.1f}"/>')
        for begin, _, words, colour in lane.entries:
            x, top, style = self.x(begin), self.y + 2, colour or "main"
            self.add(f'<line class="{style} line" x1="{x:.1f}" x2="{x:.1f}" y1="{bottom:.1f}"'
                     f' y2="{top + 8:.1f}"/><polygon class="{style} head" points="{x:.1f},{top:.1f}'
                     f' {x - 5:.1f},{top + 10:.1f} {x + 5:.1f},{top + 10:.1f}"/>')
            if words:
                self.add(text(x + 9, bottom - 8, words, f"{colour}-text" if colour else ""))
        self.y += 26

    def spans(self, lane):
        for begin, end, words, colour in lane.entries:
            x, width = self.x(begin), self.x(end) - self.x(begin)
            self.add(f'<rect class="{colour} shape" x="{x:.1f}" y="{self.y + 2:.1f}" rx="4"'
                     f' width="{width:.1f}" height="24"/>')
            if width < GLYPH * len(words):
                raise ValueError(f"no room for '{words}' between {begin:g} and {end:g}")
            self.add(text(x + width / 2, self.y + 18.5, words, anchor="middle"))
        self.y += 28


DRAWN = {"events": Lanes.events, "steps": Lanes.steps, "level": Lanes.level, "edges": Lanes.edges,
         "spans": Lanes.spans}


def draw(source):
    """The SVG of a .wave."""
    assert WIDTH <= WIDTH_MAX
    title, time, lanes = parse(source)
    drawing = Lanes(time)
    for lane in lanes:
        drawing.draw(lane)
    return frame(WIDTH, round(drawing.y), title, source, "\n".join(drawing.lines + drawing.parts))
