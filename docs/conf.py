"""The Sphinx configuration of the manual: ``sphinx-build -W -n -b html docs OUT``."""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
# This source's own convcalc, and the tests: their cases are the examples of the reference.
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent), str(DOCS.parent / "tests")]

import convcalc  # noqa: E402 - needs the path above

project = "convcalc"
author = "The convcalc maintainers"
copyright = author  # noqa: A001 - the name in Sphinx
release = version = convcalc.__version__

extensions = ["myst_parser", "manual"]
exclude_patterns: list[str] = []
nitpicky = True
nitpick_ignore_regex = [(r"py:.*", r".*")]  # annotations name types of Python and of NumPy
suppress_warnings: list[str] = []

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4  # like the anchors of Git hosts
myst_links_external_new_tab = False

html_theme = "furo"
html_title = f"convcalc {release}"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_search_scorer = str(DOCS / "_ext" / "manual" / "scorer.js")  # the order of results
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None  # the same source gives the same pages
html_theme_options = {
    "navigation_with_keys": True,
    "light_css_variables": {"color-brand-primary": "#1b5e9e", "color-brand-content": "#1b5e9e"},
    "dark_css_variables": {"color-brand-primary": "#7ab8f5", "color-brand-content": "#7ab8f5"},
}
pygments_style = "friendly"
pygments_dark_style = "monokai"
smartquotes = False  # text in a document can be copied and typed
