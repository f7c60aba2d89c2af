"""The pictures of questions with ``figure: true``, as files and as parts of pages."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convcalc.text import escape_markup

if TYPE_CHECKING:
    from convcalc.homework.exports.items import Item


@dataclass(frozen=True)
class Drawn:
    """The data of a question drawn as SVG: dark on light, without scripts and external files.

    Attributes:
        stem: its file's name, without a suffix.
        data: the file.
        alt: the alternative text, for people who cannot see it.
    """

    stem: str
    data: bytes
    alt: str

    @property
    def file(self) -> str:
        """Its file's name."""
        return f"{self.stem}.svg"

    @property
    def base64(self) -> str:
        """The file as text."""
        return base64.b64encode(self.data).decode()

    def img(self, source: str = "") -> str:
        """An HTML element that shows it.

        Args:
            source: the path of its file; empty to put the picture into the element.
        """
        where = source or f"data:image/svg+xml;base64,{self.base64}"
        return f'<img src="{where}" alt="{escape_markup(self.alt)}" style="max-width:100%">'


def drawn(item: Item, stem: str) -> Drawn | None:
    """The picture of a question, if its sheet asks for one.

    Args:
        item: the question, or one variant of it.
        stem: the name of its file, without a suffix.
    """
    if item.question.picture is None:
        return None
    from convcalc.draw.inline import inline_svg

    figure = item.question.picture.figure()
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{inline_svg(figure, "light")}\n'
    return Drawn(stem, text.encode(), figure.description or figure.title)
