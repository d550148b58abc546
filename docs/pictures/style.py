"""How every picture looks: one style for light and dark, and a frame that knows its source.

A picture is an SVG that a page shows with <img>, so its style cannot meddle with the page's, and
the viewer's scheme decides between light and dark. It has no background of its own. It is drawn at
most WIDTH_MAX wide, so that its words can still be read on a phone.
"""

import hashlib
from xml.sax.saxutils import escape

FONT = 14
WIDTH_MAX = 520

# The kinds of shapes: plain, and three that stand out. Text on all of them has the colour of text.
STYLE = """
text { fill: #1b2430; font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans",
    sans-serif; }
.code { font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", monospace; }
.soft { fill: #4d5a69; }
.warn-text { fill: #a33206; }
.strong { font-weight: 600; }
.shape { fill: #eef2f7; stroke: #7c8a9a; stroke-width: 1.2; }
.main .shape, .main.shape { fill: #dcebfb; stroke: #0b6bcb; }
.warn .shape, .warn.shape { fill: #fde6da; stroke: #d9480f; }
.good .shape, .good.shape { fill: #dff3e4; stroke: #2b8a3e; }
.point .shape { fill: #1b2430; }
.area { fill: none; stroke: #98a4b3; stroke-dasharray: 5 4; }
.line { fill: none; stroke: #5d6b7c; stroke-width: 1.4; }
.main .line, .main.line { stroke: #0b6bcb; stroke-width: 2.2; }
.warn .line, .warn.line { stroke: #d9480f; }
.good .line, .good.line { stroke: #2b8a3e; }
.fill { fill: #0b6bcb; opacity: .13; }
.head { fill: #5d6b7c; stroke: none; }
.main .head, .main.head { fill: #0b6bcb; }
.warn .head, .warn.head { fill: #d9480f; }
.good .head, .good.head { fill: #2b8a3e; }
.grid { stroke: #ccd4dd; stroke-width: 1; }
.guide { stroke: #98a4b3; stroke-width: 1; stroke-dasharray: 2 4; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6ebf1; }
  .soft { fill: #a9b6c4; }
  .warn-text { fill: #ffa878; }
  .shape { fill: #222c38; stroke: #77869a; }
  .main .shape, .main.shape { fill: #17324e; stroke: #5aa9f5; }
  .warn .shape, .warn.shape { fill: #47271a; stroke: #ff9a62; }
  .good .shape, .good.shape { fill: #1b3a26; stroke: #69c67f; }
  .point .shape { fill: #e6ebf1; }
  .area { stroke: #5e6d7e; }
  .line { stroke: #9aa8b8; }
  .main .line, .main.line { stroke: #5aa9f5; }
  .warn .line, .warn.line { stroke: #ff9a62; }
  .good .line, .good.line { stroke: #69c67f; }
  .fill { fill: #5aa9f5; opacity: .2; }
  .head { fill: #9aa8b8; }
  .main .head, .main.head { fill: #5aa9f5; }
  .warn .head, .warn.head { fill: #ff9a62; }
  .good .head, .good.head { fill: #69c67f; }
  .grid { stroke: #333f4c; }
  .guide { stroke: #6b7a8b; }
}
"""


def fingerprint(source):
    """What a picture says it was made from: its source, and this style."""
    return hashlib.sha256((source + STYLE).encode()).hexdigest()[:32]


def frame(width, height, title, source, body):
    """The whole SVG. `title` is what is read to those who do not see it."""
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
            f' width="{width:g}" height="{height:g}" role="img">\n'
            f"<!-- Drawn by docs/pictures/draw.py; source {fingerprint(source)} -->\n"
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n{body}\n</svg>\n")
