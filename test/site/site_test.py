"""The site that docs/build makes, in a real browser, dark and light, wide and on a phone.

usage: site_test.py --root CHECKOUT [--junit FILE] [--site FOLDER]
--site: one that is built already. Skipped where Sphinx, Doxygen or Chromium is not installed.
"""

import argparse
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
from measures import ASIDE, CONTRAST, PICTURES, PICTURE_TEXT  # noqa: E402

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


class Site:
    """The built site and a browser; what was found wrong, by kind."""

    def __init__(self, site, browser):
        self.site, self.browser = site, browser
        self.pages = pages_of(site)
        self.own = f"file://{site}/"
        self.said, self.asked, self.aside, self.dim, self.shown = [], [], [], [], []
        self.pictures = set()

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
<img src="absent.png"><img src="pale.svg" alt="pale"></article>
<script>console.error("a complaint"); fetch("http://127.0.0.1:9/").catch(() => 0);</script>
"""
PALE = ('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect fill="#222"'
        ' width="90" height="30"/><text fill="#333" x="5" y="20">pale</text></svg>')


def each_fault_is_found(browser, folder):
    for name, text in (("page.html", PLANTED), ("pale.svg", PALE)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    seen = Site(folder, browser)
    seen.visit(os.path.join(folder, "page.html"))
    for kind, found in (("complaints", seen.said), ("requests", seen.asked), ("width", seen.aside),
                        ("contrast", seen.dim), ("pictures", seen.shown),
                        ("contrast in pictures", seen.read_pictures())):
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
