"""Whether all links of the built site lead somewhere: usage: links.py SITE [TAGS]

Every href and src of every page, with its anchor; links to other sites are not followed. Doxygen
answers for the anchors among its own pages (1.9.4 has some in its summaries that lead nowhere).
TAGS, Doxygen's tag file: no document may link to the text of a header that the reference explains.
"""

import html.parser
import os
import re
import sys
from urllib.parse import unquote, urlsplit

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from reference import Reference  # noqa: E402


class Page(html.parser.HTMLParser):
    """What a page links to, and what can be linked to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], {"", "top"}
        with open(path, encoding="utf-8", errors="replace") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif name in ("href", "src", "data") and value and tag != "base":
                self.links.append((self.getpos()[0], value))


def pages_of(site):
    found = {}
    for folder, _, files in os.walk(site):
        for name in files:
            if name.endswith(".html"):
                path = os.path.join(folder, name)
                found[os.path.normpath(path)] = Page(path)
    return found


def broken(site):
    pages = pages_of(site)
    doxygen = os.path.join(site, "api", "")
    for path, page in sorted(pages.items()):
        for line, link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if parts.scheme == "site":
                    yield f"{path}:{line}: {link}"
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(path), unquote(parts.path))) \
                if parts.path else path
            if target in pages:
                both_doxygen = path.startswith(doxygen) and target.startswith(doxygen)
                if not both_doxygen and unquote(parts.fragment) not in pages[target].anchors:
                    yield f"{path}:{line}: no such anchor: {link}"
            elif not os.path.isfile(target) and not re.match(r"javascript:", link):
                yield f"{path}:{line}: no such file: {link}"


def into_listings(site, reference):
    """The links of documents to the text of a header that has a page in the reference."""
    listings = {os.path.normpath(os.path.join(site, place)): path for path in reference.headers
                for place in (f"source/{path}.html", reference.listing_of(path))}
    for path, page in sorted(pages_of(site).items()):
        if os.path.relpath(path, site).startswith(("api/", "source/")):
            continue  # these are about files
        for line, link in page.links:
            target = os.path.normpath(os.path.join(os.path.dirname(path),
                                                   unquote(urlsplit(link).path)))
            if target in listings:
                better = reference.place_of(listings[target])
                yield f"{path}:{line}: {link} is only a text: the reference has {better}"


def main():
    site = os.path.normpath(sys.argv[1])
    wrong = list(broken(site))
    if len(sys.argv) > 2:
        wrong += into_listings(site, Reference(sys.argv[2], os.path.join(HERE, "..", "..")))
    print("\n".join(wrong[:100]) or "every link leads somewhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
