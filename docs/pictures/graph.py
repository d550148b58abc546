"""Boxes and arrows: from a .dot by Graphviz, which lays out and measures, to our own style.

What a source may use: `class` on nodes, edges and clusters ("main", "warn", "good", "soft"; of a
node also "point"), labels with \\n or in Graphviz's HTML form (<b>, <i>, <font face="monospace">).
Its graph's `tooltip` is the picture's title. Colours and fonts in it are not heeded. Texts are
measured in a font that is as wide as DejaVu Sans, and so wider than what most systems show.
"""

import re
import subprocess
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

from style import FONT, WIDTH_MAX, frame

SVG = "{http://www.w3.org/2000/svg}"
# Graphviz sets lines as close as the letters let it. A font that is larger by a tenth, and narrower
# by as much, gives them air, and leaves the width as it is.
AIR = 1.1
DEFAULTS = [*(f"-{kind}fontname=DejaVu Sans Condensed" for kind in "GNE"),
            *(f"-{kind}fontsize={size * AIR}" for kind, size in
              (("G", FONT), ("N", FONT), ("E", FONT - 1))),
            "-Nshape=box", "-Nstyle=rounded", "-Nmargin=0.14,0.08", "-Nheight=0.4",
            "-Earrowsize=0.7", "-Gpad=0.06", "-Gdpi=72"]


def numbers(text):
    """Coordinates with one digit after the point."""
    return re.sub(r"-?\d+\.\d+", lambda match: f"{float(match.group(0)):.1f}".replace(".0", ""),
                  text)


def shape(element, style):
    """One drawn thing as ours; empty for what is not kept, such as the background."""
    tag = element.tag.removeprefix(SVG)
    if tag == "text":
        return words(element)
    if tag == "polygon":
        return f'<polygon class="{style}" points="{numbers(element.get("points"))}"/>'
    if tag == "polyline":
        return f'<polyline class="{style}" points="{numbers(element.get("points"))}"/>'
    if tag == "path":
        return f'<path class="{style}" d="{numbers(element.get("d"))}"/>'
    if tag == "ellipse":
        places = " ".join(f'{name}="{numbers(element.get(name))}"'
                          for name in ("cx", "cy", "rx", "ry"))
        return f'<ellipse class="{style}" {places}/>'
    return ""


def words(element):
    classes = []
    if "mono" in (element.get("font-family") or "").lower():
        classes.append("code")
    if element.get("font-weight") == "bold":
        classes.append("strong")
    if element.get("font-style") == "italic":
        classes.append("soft")
    attributes = f' class="{" ".join(classes)}"' if classes else ""
    for name in ("text-anchor", "x", "y"):
        attributes += f' {name}="{numbers(element.get(name))}"'
    attributes += f' font-size="{float(element.get("font-size")) / AIR:.3g}"'
    return f"<text{attributes}>{escape(element.text or '')}</text>"


def styles(kind):
    """The class of each kind of drawn thing in a node, an edge or a cluster."""
    if kind == "edge":
        return {"path": "line", "polygon": "head", "polyline": "line", "ellipse": "head"}
    own = "area" if kind == "cluster" else "shape"
    return dict.fromkeys(("path", "polygon", "polyline", "ellipse"), own)


def group(element):
    kind, *classes = element.get("class").split()
    parts = [shape(part, styles(kind).get(part.tag.removeprefix(SVG), ""))
             for part in element.iter() if part is not element]
    if "soft" in classes:
        parts = [part.replace("<text ", '<text class="soft" ', 1) if 'class="' not in
                 part.partition(">")[0] else part for part in parts]
    return f'<g class="{" ".join([kind] + classes)}">' + "".join(parts) + "</g>"


def draw(source):
    """The SVG of a .dot. Raises ValueError with what Graphviz or the house finds wrong."""
    done = subprocess.run(["dot", "-Tsvg", *DEFAULTS], input=source, capture_output=True, text=True,
                          check=False, timeout=60)
    if done.returncode != 0 or done.stderr:
        raise ValueError(done.stderr.strip())
    root = ElementTree.fromstring(done.stdout)
    graph = root.find(f"{SVG}g")
    width, height = (float(number) for number in root.get("viewBox").split()[2:])
    if width > WIDTH_MAX:
        raise ValueError(f"{width:.0f} wide; {WIDTH_MAX} are the most that a phone can show")
    link = graph.find(f".//{SVG}a")
    title = link.get("{http://www.w3.org/1999/xlink}title") if link is not None else None
    if not title:
        raise ValueError("the graph has no tooltip, which is what a screen reader says")
    order = {"cluster": 0, "edge": 1, "node": 2}
    groups = sorted((part for part in graph.iter(f"{SVG}g") if part.get("class") and
                     part.get("class").split()[0] in order),
                    key=lambda part: order[part.get("class").split()[0]])
    transform = numbers(graph.get("transform")).replace("scale(1 1) rotate(0) ", "")
    body = f'<g transform="{transform}">\n' + "\n".join(map(group, groups)) + "\n</g>"
    return frame(round(width), round(height), title, source, body)
