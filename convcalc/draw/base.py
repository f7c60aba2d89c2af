"""What every picture is, and the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from convcalc.draw.svg import svg_text
from convcalc.registry import Registry

if TYPE_CHECKING:
    from convcalc.draw.figure import Figure
    from convcalc.formats import View
    from convcalc.report import Report


class Picture:
    """One picture of one thing, in a terminal and in files.

    Attributes:
        name: its name in the registry and on the command line.
        about: what it shows, in a line.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""

    def figure(self) -> Figure:
        """The marks, and the same as a table."""
        raise NotImplementedError

    def lines(self, view: View) -> Iterator[str]:
        """The picture in a terminal, no wider than that."""
        raise NotImplementedError

    def twin(self) -> Report:
        """The same as text or a table; pictures that have it sooner than their marks say so."""
        return self.figure().twin

    def report(self) -> Report:
        """The table with the picture over it."""
        return replace(self.twin(), figures=(self,))

    def markup(self, scheme: str = "") -> str:
        """The picture as part of a page.

        Args:
            scheme: ``light`` for pages that are always light; by default the reader's wish decides.

        Raises:
            UsageError: drawsvg is not installed.
        """
        return svg_text(self.figure(), scheme, inline=True)

    def _repr_html_(self) -> str:
        return self.markup()


PICTURES: Registry[type[Picture]] = Registry("picture")
