"""The description of a page, from its first paragraph: for search engines, and for shared links."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LONGEST = 200  # longest description, in characters
_LOGGER = logging.getLogger(__name__)


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give a page its description; a page without one causes a warning."""
    del app, template
    if tree is None:
        return
    text = description(tree)
    if not text:
        _LOGGER.warning("%s: begin with a title and a line that says what is there", page)
    tag = f'<meta name="description" content="{escape(text)}">\n'
    context["metatags"] = f"{context.get('metatags', '')}{tag}"


def description(tree: nodes.document) -> str:
    """The first paragraph below the title, before any section; a link back does not count."""
    for child in next(iter(tree.findall(nodes.section)), tree).children:
        if isinstance(child, nodes.section):
            break
        if isinstance(child, nodes.paragraph) and not _is_way_back(child):
            return _shortened(" ".join(child.astext().split()))
    return ""


def _is_way_back(paragraph: nodes.paragraph) -> bool:
    """Whether a paragraph is only a link."""
    (first, *others) = paragraph.children
    return not others and isinstance(first, nodes.reference)


def _shortened(text: str) -> str:
    """A text that is no longer than a description, cut between words."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST].rpartition(' ')[0]} …"
