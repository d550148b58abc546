"""Whether all links of the built site lead somewhere: usage: links.py SITE

Every href and src of every page, with its anchor; links to other sites are not followed. Doxygen
answers for the anchors among its own pages (1.9.4 has some in its summaries that lead nowhere).
"""

import html.parser
import os
import re
import sys
from urllib.parse import unquote, urlsplit


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


def main():
    wrong = list(broken(os.path.normpath(sys.argv[1])))
    print("\n".join(wrong[:100]) or "every link leads somewhere")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
