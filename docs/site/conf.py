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
html_theme_options = {
    # The scheme is the system's: see static/site.css. The theme of Debian 12 has no dark one.
    "dark_css_variables": {
        "color-problematic": "#ee5151",
        "color-foreground-primary": "#dfe3e8",
        "color-foreground-secondary": "#a3abb5",
        "color-foreground-muted": "#8f98a3",
        "color-foreground-border": "#666b73",
        "color-background-primary": "#131416",
        "color-background-secondary": "#1a1c1e",
        "color-background-hover": "#1e2124",
        "color-background-hover--transparent": "#1e212400",
        "color-background-border": "#303335",
        "color-background-item": "#444444",
        "color-brand-primary": "#5aa9f5",
        "color-brand-content": "#5aa9f5",
        "color-highlighted-background": "#083563",
        "color-guilabel-background": "#08356380",
        "color-guilabel-border": "#13395f80",
        "color-api-keyword": "var(--color-foreground-secondary)",
        "color-highlight-on-target": "#333300",
        "color-admonition-background": "#18181a",
        "color-card-border": "var(--color-background-secondary)",
        "color-card-background": "#18181a",
        "color-card-marginals-background": "var(--color-background-hover)",
    },
}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
templates_path = ["templates"]
html_sidebars = {"**": ["sidebar/brand.html", "sidebar/search.html", "sidebar/scroll-start.html",
                        "sidebar/navigation.html", "reference.html", "sidebar/scroll-end.html"]}
html_show_search_summary = False  # it fetches, which a page from a file may not
html_copy_source = False
html_show_copyright = False
html_use_index = False
highlight_language = "text"
pygments_style = "default"
pygments_dark_style = "github-dark"
