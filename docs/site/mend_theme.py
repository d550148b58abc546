"""Makes good what the theme lacks in Debian 12's package (furo 2022.12.07), after a build.

Its style takes normalize.css from a web server's root, its script is in two modules, which a
browser does not load from files, and its compiler has lost the dark scheme (conf.py has the
colours, as every version of the theme takes them). Elsewhere there is nothing to mend, and nothing
is done.
"""

import os
import re


def rewrite(path, change):
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as file:
        text = file.read()
    changed = change(text)
    if changed != text:
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)


def with_normalize(style):
    def content(match):
        path = "/usr/share" + match.group(1)
        if not os.path.isfile(path):
            path = os.path.join(path, os.path.basename(path))
        with open(path, encoding="utf-8") as file:
            return file.read()

    return re.sub(r"@import url\((/javascript/[^)]*)\);", content, style)


def mend(static):
    """`static`: the _static folder of the built site."""
    scripts = os.path.join(static, "scripts")

    def as_one(script):
        found = re.match(r'import Gumshoe from "\./(.*?)";\n', script)
        if not found:
            return script
        with open(os.path.join(scripts, found.group(1)), encoding="utf-8") as file:
            return file.read() + script[found.end():]

    rewrite(os.path.join(scripts, "furo.js"), as_one)
    rewrite(os.path.join(static, "styles", "furo.css"), with_normalize)
