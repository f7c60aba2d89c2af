"""The base class of pictures, and their registry."""

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

COLUMNS = 100  # of a picture as text, without a terminal


class Picture:
    """A picture, for a terminal and for files.

    Attributes:
        name: its name in the registry and on the command line.
        about: its description on one line.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""

    def figure(self) -> Figure:
        """The marks, and the same as a table."""
        raise NotImplementedError

    def lines(self, view: View) -> Iterator[str]:
        """The picture on a terminal, not wider than it."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """A short title."""
        return self.about

    def twin(self) -> Report:
        """The same content as text or a table; can be overridden to skip making the marks."""
        return self.figure().twin

    def report(self) -> Report:
        """The table with the picture above it."""
        return replace(self.twin(), figures=(self,))

    def instead_of_rows(self, said: Sequence[str] = (), hint: str = "") -> Report:
        """The same; a terminal shows the picture without the rows, documents show both.

        Args:
            said: lines under the picture; in documents, under the rows.
            hint: a useful next command.
        """
        lines = list(said)
        return replace(
            self.twin(), figures=(self,), layout=lambda _: lines, appendix=lines,
            lines_repeat_rows=True, hint=hint,
        )  # fmt: skip

    def remark(self) -> str:
        """A remark on its file, such as an option that makes it shorter; empty if there is none."""
        return ""

    def markup(self, scheme: str = "") -> str:
        """The picture for insertion into a page.

        Args:
            scheme: ``light`` for pages that are always light; by default it follows the reader's choice.
        """
        return inline_svg(self.figure(), scheme)

    def save(self, path: str | PathLike[str], *, dark: bool = False, suffix: str = "") -> list[str]:
        """Write the picture to a file; the extra ``convcalc[draw]`` must be installed.

        Args:
            path: a name that ends in .svg or .png.
            dark: whether it has light lines on a dark background; by default an SVG follows its reader's settings.
            suffix: .svg or .png, for a path that does not end in it.

        Returns:
            The written files: as PNG, one for each step.

        Raises:
            ConvcalcError: the path has another suffix, a library is missing, or the file cannot be written.
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
        png = import_module("convcalc.draw.png")  # few pictures need it
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
        except ConvcalcError as error:  # otherwise a notebook shows a traceback
            return f"<pre>{escape_html(str(error))}</pre>"


def numbered(path: str, count: int) -> list[str]:
    """The names of several files: the path itself for one file, else with numbers from 1.

    >>> numbered("a.png", 1), numbered("a.png", 2)
    (['a.png'], ['a-1.png', 'a-2.png'])
    """
    if count == 1:
        return [path]
    stem, suffix = splitext(path)
    return [f"{stem}-{number:0{len(str(count))}}{suffix}" for number in range(1, count + 1)]


PICTURES: Registry[type[Picture]] = Registry("picture")
