"""Sphinx's configuration: the tree's Markdown as a site. docs/build runs it, from the root."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

project = "Edgewise"
html_title = "Edgewise"
extensions = ["myst_parser", "edgewise_pages"]
root_doc = "docs/README"
include_patterns = ["*.md", "docs/**", "bench/**"]
exclude_patterns = ["build*", "**/build*", "**/node_modules"]
source_suffix = {".md": "markdown"}

# A link may name any heading as a repository viewer does. `site:` is what edgewise_pages makes of a
# link to a file that is no page.
myst_heading_anchors = 4
myst_url_schemes = ["http", "https", "mailto", "site"]

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
templates_path = ["templates"]
html_sidebars = {"**": ["sidebar/brand.html", "sidebar/search.html", "sidebar/scroll-start.html",
                        "sidebar/navigation.html", "reference.html", "sidebar/scroll-end.html"]}
html_copy_source = False
html_show_copyright = False
html_use_index = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
