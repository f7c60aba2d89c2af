"""What the style of the manual cannot know: which columns of a table have sentences, which code is one short word."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_SENTENCE = 30  # letters in a cell, from which its column is not squeezed
_WORD = 18  # letters of code that stay on one line, also where a browser would part them at a -


def mark_widths(app: Sphinx, page: nodes.document, name: str) -> None:
    """Give the cells of columns with sentences the class ``of-text``, and code the class ``word`` or ``long``."""
    del app, name
    for table in page.findall(nodes.table):
        rows = [list(row.findall(nodes.entry)) for row in table.findall(nodes.row)]
        for column in zip_longest(*rows):
            cells = [cell for cell in column if cell is not None]
            if any(len(cell.astext()) > _SENTENCE for cell in cells):
                for cell in cells:
                    cell["classes"].append("of-text")
    for code in page.findall(nodes.literal):
        length = len(code.astext())
        if length <= _WORD:
            code["classes"].append("word")
        elif length > _SENTENCE:
            code["classes"].append("long")
