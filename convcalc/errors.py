"""Every error a user can cause, and its message.

A message is one sentence: *where: what is wrong, with the numbers; what to do.*
The attributes hold the data, ``str()`` makes the sentence, and only ``cli`` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from convcalc.text import printable, printable_lines, quoted, width

if TYPE_CHECKING:
    from difflib import SequenceMatcher

MAX_TOLD = 20  # errors of one file that a message lists
MAX_COMPARED = 1000  # names that did-you-mean compares; each takes about 20 µs

_MOST_CLOSE = 20  # names that are almost as similar as the nearest


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the nearest known word, as the end of a message; or all of them, if they are few.

    >>> did_you_mean("kernal_size", ["kernel_size", "stride"])
    "; did you mean 'kernel_size'?"
    >>> did_you_mean("zzz", ["floor", "ceil"])
    '; known: ceil, floor'
    """
    names = sorted(islice(known, MAX_COMPARED))
    near = nearest(word, names)
    if near:
        return f"; did you mean {quoted(near)}?"
    return f"; known: {', '.join(names)}" if len(names) <= 12 else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that the user perhaps meant; empty if none is similar.

    >>> nearest("kernal_size", ["kernel_size", "stride"]), nearest("zzz", ["floor", "ceil"])
    ('kernel_size', '')
    >>> nearest("conv1", ["conv1_1", "conv1_2", "conv5_1"])
    'conv1_1'
    """
    import difflib  # noqa: PLC0415 - only needed after an error

    names = sorted(islice(known, MAX_COMPARED))
    for spelt in (word[:100], word[:100].lower()):
        near = difflib.get_close_matches(spelt, names, n=_MOST_CLOSE, cutoff=0.6)
        if near:
            compared = difflib.SequenceMatcher(b=spelt)
            most = _likeness(compared, near[0])
            alike = [name for name in near if _likeness(compared, name) == most]
            begins = (
                []
                if near[0].startswith(spelt)
                else [name for name in alike if name.startswith(spelt)]
            )
            return min(begins, default=near[0])
    return ""


def _likeness(compared: SequenceMatcher[str], name: str) -> float:
    """How similar a name is to the compared word."""
    compared.set_seq1(name)
    return compared.ratio()


class ConvcalcError(Exception):
    """Something the user can correct.

    Attributes:
        exit_code: 2: bad usage or a bad spec.
        failed: the network in which a layer does not fit, and how many of its layers do; None for
            other errors.
    """

    exit_code = 2
    failed: tuple[Any, int] | None = None

    def __str__(self) -> str:
        return printable_lines(super().__str__())


class UsageError(ConvcalcError):
    """A command was called with something that it cannot use."""


class SpecError(ConvcalcError):
    """A network file is wrong at a known place.

    Attributes:
        path, line, column: where, counted from 1; ``line`` 0 means the file as a whole.
        what: what is wrong and what to do.
        text: the offending line, shown with a caret under the column.
        problems: all errors of the file, of which this is the first.
    """

    unit = "line"  # what its number counts

    def __init__(self, path: str, line: int, column: int, what: str, text: str = "") -> None:
        self.path, self.line, self.column, self.what, self.text = path, line, column, what, text
        super().__init__(what)
        self.problems: tuple[SpecError, ...] = (self,)

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        message = printable(f"{where}: {self.what}")
        if self.text.strip():
            start = max(0, self.column - 60)
            before = printable(self.text[start : self.column - 1])
            after = printable(self.text[self.column - 1 : start + 76])
            message += f"\n  {before}{after}\n  {' ' * width(before)}^"
        return message


class RowError(SpecError):
    """A table is wrong in a row.

    Attributes:
        line: the row as a spreadsheet counts; ``column`` is 0.
    """

    unit = "row"

    def __init__(self, path: str, row: int, what: str) -> None:
        super().__init__(path, row, 0, what)

    def __str__(self) -> str:
        return printable(f"{self.path} row {self.line}: {self.what}")


class SpecErrors(SpecError):  # noqa: N818 - several of them
    """A network file is wrong at several places; the attributes are those of the first.

    Args:
        problems: the errors, in the order of the file.
        stopped: whether there may be more, because reading stopped.
    """

    def __init__(self, problems: Sequence[SpecError], *, stopped: bool = False) -> None:
        first = problems[0]
        super().__init__(first.path, first.line, first.column, first.what, first.text)
        self.problems, self.stopped = tuple(problems), stopped

    def __str__(self) -> str:
        lines = [str(each) for each in self.problems[:MAX_TOLD]]
        more = len(self.problems) - MAX_TOLD
        if more > 0:
            lines.append(f"… and {'at least ' * self.stopped}{more} more; fix these first")
        return "\n".join(lines)


def first_line(error: ConvcalcError, within: str = "") -> str:
    """The first line of a message, and the number of further errors, for places with little space.

    Args:
        error: the error.
        within: a file that is named before the line, so that the line does not repeat it.

    >>> found = SpecErrors([SpecError("net.yaml", 3, 5, "no kind", "- x"), SpecError("net.yaml", 4, 5, "no")])
    >>> first_line(found), first_line(found, "net.yaml")
    ('net.yaml:3:5: no kind (and 1 more)', 'line 3: no kind (and 1 more)')
    """
    said = str(error).partition("\n")[0].removeprefix(f"{printable(within)}: " if within else "")
    if (
        isinstance(error, SpecError)
        and error.line
        and within in (error.path, printable(error.path))
    ):
        said = printable(f"{error.problems[0].unit} {error.line}: {error.what}")
    more = len(error.problems) - 1 if isinstance(error, SpecError) else 0
    return f"{said} (and {more:,} more)" if more else said


class ShapeError(ConvcalcError):
    """A layer cannot take the shape it is given.

    A layer raises it without its name; the walk adds the name.
    """

    def __init__(self, what: str, layer: str = "") -> None:
        self.what, self.layer = what, layer
        super().__init__(f"{layer}: {what}" if layer else what)


class RoomError(ShapeError):
    """A window does not fit its input, or not exactly; the options of the layer are right."""
