"""The manual's Sphinx extension: the origin of its pages, their descriptions, and colours of examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx, before it looks for pages."""
    from manual.console import ConsoleLexer
    from manual.descriptions import describe
    from manual.navigation import open_here
    from manual.pages import SORTS
    from manual.stage import stage
    from manual.widths import mark_widths

    app.add_lexer("console", ConsoleLexer)
    for sort, called in SORTS.items():
        app.add_object_type(sort, sort, f"pair: {called}; %s", objname=called)
    app.connect("html-page-context", open_here, priority=400)  # the theme's default is 500
    app.connect("html-page-context", describe)
    app.connect("doctree-resolved", mark_widths)
    app.srcdir = stage(app.confdir, app.doctreedir.parent / f"{app.doctreedir.name}.source")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
