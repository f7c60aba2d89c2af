"""What every picture is, and the registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from os import PathLike, fspath
from os.path import splitext
from typing import TYPE_CHECKING, ClassVar

from convcalc.draw.inline import inline_svg
from convcalc.draw.svg import svg_text
from convcalc.errors import ConvcalcError, UsageError
from convcalc.files import check_place, write_file
from convcalc.formats import View
from convcalc.registry import Registry
from convcalc.text import escape_html, printable

if TYPE_CHECKING:
    from convcalc.draw.figure import Figure
    from convcalc.report import Report

COLUMNS = 100  # of a picture in letters, where no terminal says


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

    @property
    def title(self) -> str:
        """What it shows, in a few words."""
        return self.about

    def twin(self) -> Report:
        """The same as text or a table; pictures that have it sooner than their marks say so."""
        return self.figure().twin

    def report(self) -> Report:
        """The table with the picture over it."""
        return replace(self.twin(), figures=(self,))

    def instead_of_rows(self, said: Sequence[str] = (), hint: str = "") -> Report:
        """The same where a terminal needs no rows beside the picture; documents have both.

        Args:
            said: lines under the picture, and in documents under the rows.
            hint: the next useful command.
        """
        lines = list(said)
        return replace(
            self.twin(), figures=(self,), layout=lambda _: lines, appendix=lines,
            lines_repeat_rows=True, hint=hint,
        )  # fmt: skip

    def remark(self) -> str:
        """What to know of its file, such as an option that makes it shorter; empty if there is nothing."""
        return ""

    def markup(self, scheme: str = "") -> str:
        """The picture as part of a page.

        Args:
            scheme: ``light`` for pages that are always light; by default the reader's wish decides.
        """
        return inline_svg(self.figure(), scheme)

    def save(self, path: str | PathLike[str], *, dark: bool = False, suffix: str = "") -> list[str]:
        """Write the picture to a file; the extra ``convcalc[draw]`` must be installed.

        Args:
            path: a name that ends in .svg or .png.
            dark: whether it is light on dark; else an SVG follows its reader's settings.
            suffix: .svg or .png, for a name that does not end in it.

        Returns:
            The files that were written: as PNG one for each step.

        Raises:
            ConvcalcError: the name ends in something else, a library is missing, or the file cannot be written.
        """
        name = fspath(path)
        suffix = suffix or splitext(name)[1].lower()
        if suffix not in (".svg", ".png"):
            message = f"{printable(name)}: a picture is written as .svg or .png; end its name in one of these"
            raise UsageError(message)
        scheme = "dark" if dark else ""
        if suffix == ".svg":
            write_file(name, [svg_text(self.figure(), scheme).encode()])
            return [name]
        png = import_module("convcalc.draw.png")  # few pictures become one
        frames = self.figure().frames()
        paths = numbered(name, len(frames))
        for each in paths:
            check_place(each)
        for each, frame in zip(paths, frames):
            write_file(each, [png.png_bytes(frame, scheme or "light")])
        return paths

    def __str__(self) -> str:
        return "\n".join(self.lines(View(COLUMNS))).rstrip("\n")

    def __repr__(self) -> str:
        return f"<Picture {self.name or type(self).__name__}: {printable(self.title)}>"

    def _repr_html_(self) -> str:
        try:
            return self.markup()
        except ConvcalcError as error:  # a notebook would show a traceback
            return f"<pre>{escape_html(str(error))}</pre>"


def numbered(path: str, count: int) -> list[str]:
    """The names of so many files: the name itself for one, else with numbers from 1.

    >>> numbered("a.png", 1), numbered("a.png", 2)
    (['a.png'], ['a-1.png', 'a-2.png'])
    """
    if count == 1:
        return [path]
    stem, suffix = splitext(path)
    return [f"{stem}-{number:0{len(str(count))}}{suffix}" for number in range(1, count + 1)]


PICTURES: Registry[type[Picture]] = Registry("picture")
