"""The site that docs/build makes, in a real browser, dark and light, wide and on a phone.

usage: site_test.py --root CHECKOUT [--junit FILE] [--site FOLDER]
--site: one that is built already. Skipped where Sphinx, Doxygen or Chromium is not installed.
"""

import argparse
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), HERE]

from browser import Browser  # noqa: E402
from junit import Report, Skip  # noqa: E402
from measures import ASIDE, CONTRAST, FOUND, LINKS, PICTURES, PICTURE_TEXT  # noqa: E402

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
CONTRAST_MIN = 4.5
BUILD_SECONDS = 400


def build(root):
    """Makes the site; answers where it is."""
    done = subprocess.run([os.path.join(root, "docs", "build"), "--no-setup"], capture_output=True,
                          check=False, timeout=BUILD_SECONDS, text=True, stdin=subprocess.DEVNULL)
    if done.returncode == 77:
        raise Skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    return os.path.join(root, "build-docs", "site")


def pages_of(site):
    """All documents; of the sources and of the reference, many pages of few kinds, a sample."""
    found = []
    for folder, _, files in os.walk(site):
        paths = [os.path.join(folder, name) for name in files if name.endswith(".html")]
        found += [path for path in paths if is_looked_at(os.path.relpath(path, site))]
    return sorted(found)


def is_looked_at(name):
    if name.startswith("source/"):
        return zlib.crc32(name.encode()) % 4 == 0
    if not name.startswith("api/"):
        return True
    if name.startswith("api/search/"):
        return False  # frames of other pages
    if re.match(r"api/(index|group_|classedgewise_1_1(Connection|Server|Kernel|Reactor)\.)", name):
        return True
    many = name.endswith(("-members.html", "_source.html", "_8h.html"))
    return zlib.crc32(name.encode()) % (24 if many else 6) == 0


def headers_of(site):
    """The headers of which Doxygen wrote a page, by its titles: URL of the text -> path."""
    pages, texts = set(), {}
    for name in glob.glob(f"{site}/api/*.html"):
        with open(name, encoding="utf-8", errors="replace") as file:
            title = re.search(r"<title>\S+: (\S+\.h) (File Reference|Source File)</title>",
                              file.read(2000))
        if title and title.group(2) == "File Reference":
            pages.add(title.group(1))
            texts[f"file://{site}/source/{title.group(1)}.html"] = title.group(1)
        elif title:
            texts[f"file://{name}"] = title.group(1)
    return {url: path for url, path in texts.items() if path in pages}


def headers_without_a_word(site):
    """Those of which the list of the files does not say what they are."""
    with open(os.path.join(site, "api", "files.html"), encoding="utf-8") as file:
        return re.findall(r'>([^<>]+\.h)</a></td><td class="desc">\s*</td>', file.read())


def plain(name):
    """A file's name and its class's, made equal."""
    return name.removesuffix(".h").rpartition("::")[2].replace("_", "").lower()


def missed(words, found):
    """What a reader who follows `words` into the reference misses there; empty: nothing."""
    if not found["explained"] and not found["anchor"]:
        return "an explanation"
    if found["anchor"] and not found["isSeen"]:
        return "what is at the anchor, which is not in sight"
    if "File Reference" in found["title"] and plain(words) in map(plain, found["classes"]):
        return "the class, of which there is a page"
    if re.fullmatch(r"[\w:]+", words) and \
            plain(words) not in plain(found["named"] or found["title"].replace(" ", "")):
        return "the name"
    return ""


class Site:
    """The built site and a browser; what was found wrong, by kind."""

    def __init__(self, site, browser):
        self.site, self.browser = site, browser
        self.pages = pages_of(site)
        self.own = f"file://{site}/"
        self.said, self.asked, self.aside, self.dim, self.shown = [], [], [], [], []
        self.pictures = set()
        self.texts = headers_of(site)
        self.listed, self.to_reference = [], set()  # links to texts of headers; (url, words)

    def visit(self, path):
        name = os.path.relpath(path, self.site)
        complaints, asked = self.browser.open(f"file://{path}")
        self.said += [f"{name}: {text}" for text in complaints]
        self.asked += [f"{name}: {url}" for url in asked
                       if not url.startswith((self.own, "data:", "about:"))]
        for scheme in SCHEMES:  # where a page breaks its lines does not depend on it
            self.browser.look_like(scheme, WIDTHS[0])
            self.dim += [f"{name}, {scheme}: {text}" for text in
                         self.browser.evaluate(CONTRAST % CONTRAST_MIN)]
        for width in WIDTHS:
            self.browser.look_like(SCHEMES[-1], width)
            self.aside += [f"{name}, {width} wide: {text}" for text in self.browser.evaluate(ASIDE)]
        for picture in self.browser.evaluate(PICTURES):
            if picture["width"] < 10 or picture["shown"] < 10 or not picture["alt"]:
                self.shown.append(f"{name}: {picture}")
            if picture["url"].endswith(".svg"):
                self.pictures.add(picture["url"])
        if not name.startswith(("api/", "source/")):
            self.follow(name, self.browser.evaluate(LINKS))

    def follow(self, name, links):
        for link in links:
            if link["url"].partition("#")[0] in self.texts:
                self.listed.append(f"{name}: {link['words']}: {link['url']}")
            elif link["url"].startswith(self.own + "api/"):
                self.to_reference.add((link["url"], link["words"]))

    def read_reference(self):
        """What is not to be found where the documents link into the reference."""
        self.browser.look_like(SCHEMES[0], WIDTHS[0])
        found = []
        for url, words in sorted(self.to_reference):
            self.browser.open("about:blank")  # another anchor of the same page would not load it
            self.browser.open(url)
            lack = missed(words, self.browser.evaluate(FOUND))
            found += [f"{words}, {url}: {lack}"] if lack else []
        return found

    def read_pictures(self):
        """What is written in each, against what it is written on, in both schemes."""
        found = []
        for url in sorted(self.pictures):
            self.browser.open(url)
            for scheme in SCHEMES:
                self.browser.look_like(scheme, WIDTHS[0])
                found += [f"{url}, {scheme}: {text}" for text in
                          self.browser.evaluate(PICTURE_TEXT % CONTRAST_MIN)]
        return found


# Every fault that is looked for, on one page.
PLANTED = """<!doctype html><title>faults</title><meta name="viewport" content="width=device-width">
<article><p style="color: #aaa; background: #fff">pale</p><div style="width: 2000px">wide</div>
<img src="absent.png"><img src="pale.svg" alt="pale"><a href="source/lib/a.h.html">a.h</a>
<a href="api/a_8h.html">a.h</a></article>
<script>console.error("a complaint"); fetch("http://127.0.0.1:9/").catch(() => 0);</script>
"""
PALE = ('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect fill="#222"'
        ' width="90" height="30"/><text fill="#333" x="5" y="20">pale</text></svg>')

# A header whose class has a page of its own, which the link above should lead to.
HEADER = """<!doctype html><title>Some: lib/a.h File Reference</title><div class="headertitle">
<div class="title">a.h File Reference</div></div><div class="contents"><p>A: a thing.</p>
<table class="memberdecls"><tr class="memitem:"><td>
<a class="el" href="classedgewise_1_1A.html">A</a></td></tr></table></div>"""


def each_fault_is_found(browser, folder):
    os.mkdir(os.path.join(folder, "api"))
    for name, text in (("page.html", PLANTED), ("pale.svg", PALE), ("api/a_8h.html", HEADER)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    seen = Site(folder, browser)
    seen.visit(os.path.join(folder, "page.html"))
    for kind, found in (("complaints", seen.said), ("requests", seen.asked), ("width", seen.aside),
                        ("contrast", seen.dim), ("pictures", seen.shown),
                        ("contrast in pictures", seen.read_pictures()),
                        ("links to texts of headers", seen.listed),
                        ("links into the reference", seen.read_reference())):
        assert found, f"nothing is said of the {kind} of a page where they are wrong"


def nothing(found, what):
    assert not found, f"{len(found)} {what}:\n" + "\n".join(found[:40])


def cases(report, root, site):
    def judge(name, function, *arguments):
        answers = []
        report.judge(lambda: answers.append(function(*arguments)), name)
        _, seconds, outcome, text = report.cases[-1]
        if outcome != "failed":
            print(f"{outcome}: {name} ({seconds:.0f} s) {text}".rstrip(), flush=True)
        return answers[0] if answers else None

    site = os.path.realpath(site) if site else judge(
        "docs/build makes the site without a warning", build, root)
    name = "the pages in a browser"
    if not site:
        report.add(name, "skipped", "there is no site")
        return
    if not shutil.which("chromium"):
        report.add(name, "skipped", "chromium is not installed")
        return
    with tempfile.TemporaryDirectory() as folder, Browser(folder) as browser:
        planted = os.path.join(folder, "planted")
        os.mkdir(planted)
        judge("each fault is found on a page that has it", each_fault_is_found, browser, planted)
        seen = Site(site, browser)
        judge("each page loads", lambda: [seen.visit(path) for path in seen.pages])
        print(f"{len(seen.pages)} pages, {len(seen.pictures)} pictures")
        judge("no page complains", nothing, seen.said, "complaints")
        judge("nothing is asked for from elsewhere", nothing, seen.asked, "requests")
        judge("no page is wider than its window", nothing, seen.aside, "that are")
        judge("words can be read, dark and light", nothing, seen.dim, "that cannot")
        judge("each picture is shown, and says what it is", nothing, seen.shown, "that do not")
        judge("words in pictures can be read, dark and light",
              lambda: nothing(seen.read_pictures(), "that cannot"))
        # Broken on purpose: \brief stood behind \file, in one line.
        judge("the reference says of each header what it is",
              lambda: nothing(headers_without_a_word(site), "of which nothing is said"))
        # Broken on purpose: links led to listing_of, and then, for the next, to the header's page.
        judge("no document links to the text of a header that the reference has", nothing,
              seen.listed, "that do")
        judge("a link into the reference leads to what its words say",
              lambda: nothing(seen.read_reference(), "that do not"))
        judge("there are links into the reference",
              lambda: nothing([] if seen.texts and len(seen.to_reference) > 20 else ["few"], "are"))
        judge("there are pages, and pictures on them",
              lambda: nothing([] if seen.pages and seen.pictures else ["none"], "lacks"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True)
    parser.add_argument("--junit")
    parser.add_argument("--site")
    arguments = parser.parse_args()
    report = Report("docs")
    cases(report, os.path.realpath(arguments.root), arguments.site)
    return report.end(arguments.junit)


if __name__ == "__main__":
    sys.exit(main())
