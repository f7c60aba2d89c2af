"""Arguments that stand in each other's place, or are of another sort: which command takes them."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import click

from convcalc.files import STDIN
from convcalc.text import printable

_HEAD = 8192  # bytes of a file that are looked at
# What the parameters of commands hold, by their names.
_WANTED = {
    "network": "network", "networks": "network", "first": "network", "second": "network", "targets": "network",
    "sheet": "sheet", "answers": "answers", "submissions": "answers", "folder": "grades", "roster": "roster",
    "value": "number", "x": "matrix", "question": "question",
    "layers": "layer",
}  # fmt: skip
# How a sort is called, and the command that takes it.
_SORTS = {
    "network": ("a network", "convcalc arch {}"),
    "sheet": ("a sheet", "convcalc hw show {}"),
    "answers": ("a file of answers", "convcalc hw check SHEET {}"),
    "grades": ("a folder of grades", "convcalc hw stats {}"),
    "roster": ("a roster", "convcalc hw make SHEET --roster {} --secret-file FILE --out DIR"),
    "number": ("a number", "convcalc reconcile NETWORK {}"),
    "picture": ("a picture", "convcalc kernel sharpen {}"),
    "matrix": ("a matrix", ""),
    "question": ("the name of a question", ""),
    "layer": ("a layer", ""),
}
# Sorts that cannot be told by a sign: whether a word may be of one.
_MAY_BE: dict[str, Callable[[str], bool]] = {
    "answers": os.path.exists,
    "question": lambda text: not os.path.exists(text),
}
_NUMBER = re.compile(r"[0-9][0-9.,]*\s?([kKMGTP]?i?B?)")
_PICTURE = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|P[2356]\s")
_KEYS = (
    ("sheet", re.compile(rb"(?m)^(convcalc_sheet|questions):")),
    ("answers", re.compile(rb"(?m)^(convcalc_answers|answers):")),
    ("network", re.compile(rb"(?m)^(layers|extends):")),
    ("roster", re.compile(rb'\A(\xef\xbb\xbf)?"?(student_?id|id)"?[,;\t]', re.IGNORECASE)),
)


class _Word(NamedTuple):
    """A word of a command line.

    Attributes:
        text: as it was typed.
        wanted: the sort that stands there.
        sort: the sort that it is; empty for what nobody knows.
    """

    text: str
    wanted: str
    sort: str

    @property
    def is_wrong(self) -> bool:
        """Whether it is of another sort than what stands there."""
        return bool(self.sort) and self.sort != self.wanted


def other_way(ctx: click.Context, args: Sequence[str]) -> str:
    """What to type instead of a command line whose arguments are mixed up; empty for others.

    Args:
        ctx: of the command.
        args: its words, as they were typed.
    """
    words = list(_words(ctx))
    wrong = next((word for word in words if word.is_wrong), None)
    if wrong is None:
        return ""
    called, way = _SORTS[wrong.sort]
    said = printable(wrong.text)
    for other in words:
        may_be = _MAY_BE.get(wrong.wanted)
        free = not other.sort and may_be is not None and may_be(other.text)
        if other.wanted == wrong.sort and (other.sort == wrong.wanted or free):
            line = printable(shlex.join([_swapped(word, wrong.text, other.text) for word in args]))
            return (
                f"{said} is {called}, so the arguments are swapped; type {ctx.command_path} {line}"
            )
    wanted = _SORTS[wrong.wanted][0]
    return f"{said} is {called}, but {wanted} belongs here; for {called} type {way.format(shlex.quote(said))}"


def _swapped(word: str, one: str, other: str) -> str:
    return {one: other, other: one}.get(word, word)


def _words(ctx: click.Context) -> Iterator[_Word]:
    """The words of a command line that hold something of a sort."""
    for param in ctx.command.params:
        wanted = _WANTED.get(param.name or "", "")
        given = ctx.params.get(param.name or "") if wanted else None
        for text in (given,) if isinstance(given, str) else given or ():
            if text not in ("", STDIN):
                yield _Word(text, wanted, _sort_of(text))


def _sort_of(text: str) -> str:
    """What a word of a command line names; empty for what nobody knows."""
    try:
        if os.path.isdir(text):
            return "grades" if os.path.exists(os.path.join(text, "summary.json")) else ""
        if not os.path.isfile(text):
            return _sort_of_name(text)
        with open(text, "rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError):
        return ""
    from convcalc.interop.signs import format_of

    if _PICTURE.match(head):
        return "picture"
    if format_of(head):
        return "network"
    return next((sort for sort, sign in _KEYS if sign.search(head)), "")


def _sort_of_name(text: str) -> str:
    """What a word names that is no file."""
    from convcalc.network.find import bundled_names

    number = _NUMBER.fullmatch(text)
    if number and number[1]:
        return "number"
    return "network" if text.removesuffix(".yaml") in bundled_names() else ""
