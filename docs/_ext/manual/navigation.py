"""The tree of pages next to each page, opened at the current page.

Sphinx would build the whole tree again for each page of the reference, which takes longer than
everything else; and nobody finds a page in a tree of all pages.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_PARTS: WeakKeyDictionary[BuildEnvironment, list[tuple[str, list[str]]]] = WeakKeyDictionary()


def open_here(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give a page its tree, before the theme requests one."""
    del template, tree
    if "toctree" in context:
        context["toctree"] = _tree_of(app, page)


def _tree_of(app: Sphinx, page: str) -> Callable[..., str]:
    """The function that a theme calls for the tree of a page."""
    env = app.env
    above = set(_above(env, page))

    def tree(**_: Any) -> str:
        return "".join(
            f'<p class="caption" role="heading"><span class="caption-text">{escape(caption)}</span></p>'
            f"{_list(app, page, below, above, 1)}"
            for caption, below in _parts(env)
        )

    return tree


def _parts(env: BuildEnvironment) -> list[tuple[str, list[str]]]:
    """The lists of pages of the first page, each with its caption."""
    if env not in _PARTS:
        trees = env.get_doctree(env.config.root_doc).findall(addnodes.toctree)
        _PARTS[env] = [(found.get("caption") or "", found["includefiles"]) for found in trees]
    return _PARTS[env]


def _above(env: BuildEnvironment, page: str) -> Iterator[str]:
    """A page, and the pages above it."""
    while page:
        yield page
        page = next((parent for parent, below in env.toctree_includes.items() if page in below), "")
        if page == env.config.root_doc:
            return


def _list(app: Sphinx, page: str, names: list[str], above: set[str], level: int) -> str:
    """Some pages, and below each open page its own pages."""
    items = []
    for name in names:
        classes = f"toctree-l{level}{' current' if name in above else ''}"
        below = app.env.toctree_includes.get(name, []) if name in above else []
        title = escape(app.env.titles.get(name, nodes.title()).astext())
        goal = "#" if name == page else app.builder.get_relative_uri(page, name)
        inside = _list(app, page, below, above, level + 1) if below else ""
        current = "current " if name == page else ""
        items.append(
            f'<li class="{classes}"><a class="{current}reference internal" href="{goal}">{title}</a>{inside}</li>'
        )
    is_open = ' class="current"' if above.intersection(names) else ""
    return f"<ul{is_open}>{''.join(items)}</ul>"
