"""What the reference says where, read from Doxygen's tag file.

    reference = Reference("build-docs/api.tag", root)
    reference.place_of("handlers/connection.h")              # api/classedgewise_1_1Connection.html
    reference.place_of("handlers/hold.h", named="Hold")      # api/group__connections.html#...
    reference.place_of("docs/examples/job_queue.h")          # None: it is not in the reference

A header is about the class that it is named after, or about the only one if there is nothing else.
A name that stands for such a class (`using Codec = BasicCodec<4>`) counts as the class's own.
"""

import os
import posixpath
import re
import xml.etree.ElementTree as ElementTree

FOLDER = "api/"
CLASSES = ("class", "struct", "union")


def plain(name):
    """A name as headers are named after it."""
    return name.rpartition("::")[2].replace("_", "").lower()


class Header:
    """One file of the reference: its page, and what is declared in it."""

    def __init__(self, compound, pages, members):
        self.page = compound.findtext("filename")
        if not self.page.endswith(".html"):
            self.page += ".html"
        names = [one.text for one in compound.findall("class")]
        self.classes = {name: pages[name] for name in names
                        if name in pages and name.rpartition("::")[0] not in names}
        self.others = {}  # enumerations, functions, ...
        aliases = {}
        for member in compound.findall("member"):
            name = member.findtext("name")
            of = re.match(r"[\w:]*", member.findtext("type") or "").group(0)
            known = [one for one in self.classes if one == of or one.endswith("::" + of)]
            if member.get("kind") == "typedef" and of and known:
                aliases[name] = self.classes[known[0]]
            else:
                self.others.setdefault(name, anchor_of(member))
        self.named = {**self.others, **{name.rpartition("::")[2]: page for name, page in
                                        self.classes.items()}, **aliases}
        for name in names:
            for member, place in members.get(name, {}).items():
                self.named[f"{name.rpartition('::')[2]}::{member}"] = place

    def main_class(self, stem):
        """The page of the class that the header is about, or None."""
        found = {page for name, page in self.named.items()
                 if "::" not in name and name not in self.others and plain(name) == stem}
        if not found and not self.others:
            found = set(self.classes.values())
        return found.pop() if len(found) == 1 else None


def anchor_of(member):
    return f"{member.findtext('anchorfile')}#{member.findtext('anchor')}"


class Reference:
    def __init__(self, tags, root):
        compounds = list(ElementTree.parse(tags).iter("compound"))
        types = [one for one in compounds if one.get("kind") in CLASSES]
        pages = {one.findtext("name"): one.findtext("filename") for one in types}
        members = {one.findtext("name"): {member.findtext("name"): anchor_of(member) for member in
                                          reversed(one.findall("member"))} for one in types}
        self.headers = {}
        for compound in compounds:
            if compound.get("kind") == "file" and compound.findtext("name").endswith(".h"):
                # Some versions of Doxygen strip the paths of the tag file, others do not.
                path = (compound.findtext("path") or "") + compound.findtext("name")
                path = os.path.relpath(os.path.realpath(os.path.join(root, path)),
                                       os.path.realpath(root))
                self.headers[path] = Header(compound, pages, members)

    def place_of(self, path, named=""):
        """Where, from the site's root, the reference has what is called `named` in a header, else
        what the header is about, else the header. None: it does not have the header."""
        header = self.headers.get(path)
        if not header:
            return None
        name = re.sub(r"\(\)$", "", named.strip().removeprefix("edgewise::"))
        stem = plain(posixpath.basename(path).rpartition(".")[0])
        return FOLDER + (header.named.get(name) or header.main_class(stem) or header.page)

    def listing_of(self, path):
        """The page with the text of a header, or None."""
        header = self.headers.get(path)
        return FOLDER + header.page.removesuffix(".html") + "_source.html" if header else None
