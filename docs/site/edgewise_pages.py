"""Makes the tree's Markdown, which is written for a repository viewer, into a site.

- The side bar comes from docs/README.md: each heading below `## The map` is a group, each page that
  is linked there first an entry. A README.md in a folder heads the folder's other pages: those that
  it links in that order, then the rest by name. What is in neither goes to a group at the end.
- A link to a header leads to where the reference has what the header is about, or what the words of
  the link name in it (reference.py); to a header that is not in it, or to another file that is no
  page, to a page with its text; to a folder, to its README.md, else to a list of its files, from
  which headers, too, lead to their texts.
"""

import html
import os
import posixpath
import re

from docutils import nodes
from mend_theme import mend
from pygments.lexers.special import TextLexer
from reference import Reference
from sphinx.util import logging

logger = logging.getLogger(__name__)

MAP = "## The map\n"
SCHEME = "site:"
UNCOLOURED = ("strace", "haproxy")  # languages that Pygments does not know
PICTURE_WIDTH = 560  # of docs/pictures none is wider
LINK = re.compile(r"(?<!!)(\[(?:[^\[\]]|\[[^\]]*\])*\]\()([^)\s]+)(\))")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
LANGUAGES = {".cc": "cpp", ".h": "cpp", ".py": "python", ".sh": "bash", ".js": "javascript",
             ".lua": "lua", ".patch": "diff", ".json": "json"}


ENTRANCE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Edgewise</title>
<meta http-equiv="refresh" content="0; url={front}">
<a href="{front}">Edgewise: the documents</a></html>
"""


def is_elsewhere(target):
    return target.startswith("#") or re.match(r"[a-z]+:", target)


def links_of(text, folder):
    """The paths, from the root, that a page links to in its own text."""
    found = []
    for match in LINK.finditer(text):
        target = match.group(2).partition("#")[0]
        if target and not is_elsewhere(target):
            found.append(posixpath.normpath(posixpath.join(folder, target)))
    return found


class Tree:
    """The checkout: what is a page in it, and what is not."""

    def __init__(self, app):
        self.root = app.srcdir
        self.pages = app.env.found_docs

    def page_of(self, path):
        """The document at a path, or that of the folder there; None if it is none."""
        name = path[:-3] if path.endswith(".md") else posixpath.join(path, "README")
        return name if name in self.pages else None

    def text_of(self, page):
        with open(os.path.join(self.root, page + ".md"), encoding="utf-8") as file:
            return file.read()

    def linked(self, text, folder):
        """The pages that are linked, each once, in order."""
        pages = [self.page_of(path) for path in links_of(text, folder)]
        return list(dict.fromkeys(page for page in pages if page))

    def below(self, head):
        """What a folder's README.md heads."""
        folder = posixpath.dirname(head)
        if not folder or folder == "docs" or posixpath.basename(head) != "README":
            return []
        rest = [page for page in sorted(self.pages) if page.startswith(folder + "/")
                and page != head and self.head_of(page) == head]
        first = [page for page in self.linked(self.text_of(head), folder) if page in rest]
        return first + [page for page in rest if page not in first]

    def head_of(self, page):
        """The README.md that heads a page: of its folder, or of the one above."""
        folder = posixpath.dirname(page)
        if posixpath.basename(page) == "README":
            folder = posixpath.dirname(folder)
        while folder and folder != "docs":
            if f"{folder}/README" in self.pages:
                return f"{folder}/README"
            folder = posixpath.dirname(folder)
        return None

    def groups(self, front):
        """The side bar: [(caption, pages)]."""
        text = self.text_of(front).partition(MAP)[2]
        text = re.split(r"^## ", text, flags=re.MULTILINE)[0]
        parts = re.split(r"^### +(.+)$", text, flags=re.MULTILINE)
        listed, groups = {front}, []
        for caption, part in zip(parts[1::2], parts[2::2]):
            pages = [page for page in self.linked(part, posixpath.dirname(front))
                     if page not in listed and not self.head_of(page)]
            listed.update(pages)
            groups.append((caption, pages))
        rest = [page for page in sorted(self.pages)
                if page not in listed and not self.head_of(page)]
        return [(caption, pages) for caption, pages in groups + [("More", rest)] if pages]


def toctree(pages, caption=""):
    lines = ["", "```{toctree}", ":hidden:"] + ([f":caption: {caption}"] if caption else [])
    return "\n".join(lines + [""] + ["/" + page for page in pages] + ["```", ""])


def rewrite_links(app, page, text):
    """Marks the links to what is no page; the lines stay where they are."""
    folder = posixpath.dirname(page)
    tree = Tree(app)
    code = [match.span() for match in CODE.finditer(text)]

    def replace(match):
        begin, target, end = match.groups()
        if is_elsewhere(target) or any(a <= match.start(2) < b for a, b in code):
            return match.group(0)
        path = posixpath.normpath(posixpath.join(folder, target.partition("#")[0]))
        if tree.page_of(path):
            at = os.path.relpath(tree.page_of(path), folder or ".")
            fragment = "#" + target.partition("#")[2] if "#" in target else ""
            return f"{begin}{at}.md{fragment}{end}"
        if not os.path.exists(os.path.join(app.srcdir, path)):
            logger.warning("no such file: %s", target, location=page)
            return match.group(0)
        return f"{begin}{SCHEME}{path}{end}"

    return LINK.sub(replace, text)


def source_read(app, page, source):
    text = rewrite_links(app, page, source[0])
    tree = Tree(app)
    if page == app.config.root_doc:
        for caption, pages in tree.groups(page):
            text += toctree(pages, caption)
    elif tree.below(page):
        text += toctree(tree.below(page))
    source[0] = text


def read_reference(app):
    app.edgewise_reference = Reference(app.config.edgewise_tags, app.srcdir)
    app.edgewise_sources = set()


def listing_of(app, path):
    """Where the text of a file, or the list of a folder, is on the site."""
    listing = app.edgewise_reference.listing_of(path)
    if listing:
        return listing
    app.edgewise_sources.add(path)
    return f"source/{path}.html"


def resolve_links(app, doctree, page):
    for node in doctree.findall(nodes.reference):
        uri = node.get("refuri", "")
        if uri.startswith(SCHEME):
            path = uri[len(SCHEME):]
            place = app.edgewise_reference.place_of(path, node.astext()) or listing_of(app, path)
            node["refuri"] = posixpath.relpath(place, posixpath.dirname(page) or ".")


def mark_wide_pictures(app, doctree, _page):
    """A picture that is wider than PICTURE_WIDTH would be too small to read on a phone."""
    for node in doctree.findall(nodes.image):
        path = os.path.join(app.srcdir, node["uri"])
        if path.endswith(".svg") and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                width = re.search(r'<svg[^>]* width="(\d+)', file.read(2000))
            if width and int(width.group(1)) > PICTURE_WIDTH:
                node["classes"].append("wide-picture")
                node.parent["classes"].append("wide-picture-box")


def files_in(app, folder):
    for base, folders, files in os.walk(os.path.join(app.srcdir, folder)):
        folders[:] = sorted(name for name in folders if not name.startswith(("__", ".")))
        for name in sorted(files):
            yield posixpath.relpath(os.path.join(base, name), app.srcdir)


def folder_body(app, folder):
    items = []
    for path in files_in(app, folder):
        place = posixpath.relpath(listing_of(app, path), posixpath.dirname(f"source/{folder}"))
        items.append(f'<li><a href="{html.escape(place)}">{html.escape(path)}</a></li>')
    return "<ul>\n" + "\n".join(items) + "\n</ul>"


def file_body(app, path):
    with open(os.path.join(app.srcdir, path), encoding="utf-8", errors="replace") as file:
        text = file.read()
    language = LANGUAGES.get(os.path.splitext(path)[1], "text")
    if language == "text" and text.startswith("#!"):
        language = "bash" if "sh" in text.split("\n", 1)[0] else "python"
    block = app.builder.highlighter.highlight_block(text, language, force=True)
    return f'<div class="highlight-{language} notranslate">{block}</div>'


def source_pages(app):
    """A page for each file that is linked; folders come first, for they link more."""
    is_folder = lambda path: os.path.isdir(os.path.join(app.srcdir, path))
    bodies = {path: folder_body(app, path) for path in sorted(app.edgewise_sources)
              if is_folder(path)}
    for path in sorted(app.edgewise_sources - set(bodies)):
        bodies[path] = file_body(app, path)
    for path, body in bodies.items():
        title = f'<h1><code class="docutils literal">{html.escape(path)}</code></h1>\n'
        yield f"source/{path}", {"parents": [], "title": path, "body": title + body}, "page.html"


def finish(app, failure):
    if failure is None and app.builder.format == "html":
        mend(os.path.join(app.outdir, "_static"))
        with open(os.path.join(app.outdir, "index.html"), "w", encoding="utf-8") as file:
            file.write(ENTRANCE.format(front=app.config.root_doc + ".html"))


def setup(app):
    app.add_config_value("edgewise_tags", "", "env")
    for language in UNCOLOURED:
        app.add_lexer(language, TextLexer)
    app.connect("builder-inited", read_reference)
    app.connect("source-read", source_read)
    app.connect("doctree-resolved", resolve_links)
    app.connect("doctree-resolved", mark_wide_pictures)
    app.connect("html-collect-pages", source_pages)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": False}
