"""Submitted networks: the file that an answer names is measured; nothing in it is run.

The name comes from a stranger. The file is searched in the folder of the answers and below, links
are not followed, and a file that is too large is not read. Then the measured numbers replace the
answer, so that marking, even a second time, needs no file.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Protocol

from convcalc.errors import ConvcalcError, UsageError, first_line
from convcalc.files import size_text
from convcalc.homework.answers.reading import is_blank, raw_text
from convcalc.text import printable, shortened

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Question, Sheet
    from convcalc.network.network import Network

MAX_FILE = 512 * 2**20  # bytes, mostly of weights, which are not read
MAX_LAYERS = 20_000
_MAX_NAME = 200  # characters
_MAX_PROBLEM = 300
_AROUND = " \t\n\"'`*"  # a name written by people


class Place(Protocol):
    """Where the file named in an answer is searched."""

    def network(self, name: str, **how: Any) -> Network:
        """The network in a file.

        Args:
            name: the file's name; it does not leave the folder.
            how: as for `convcalc.interop.load.load`.

        Raises:
            ConvcalcError: the file does not exist, or cannot be read.
        """


class Folder:
    """A folder on disk, with those below it."""

    def __init__(self, path: str) -> None:
        self.path = path or os.curdir

    def network(self, name: str, **how: Any) -> Network:
        from convcalc.interop.load import load

        path = os.path.join(self.path, *name.split("/"))
        real = os.path.join(os.path.realpath(self.path), *name.split("/"))
        if os.path.realpath(path) != real:
            raise UsageError("a link, and links are not followed; put the file itself there")
        try:
            found = os.lstat(path)
        except (OSError, ValueError):
            raise UsageError(f"there is no file {shortened(name)!r} next to the answers") from None
        if not stat.S_ISREG(found.st_mode):
            raise UsageError("no file, but a folder or a device; name the file of the network")
        check_size(found.st_size, MAX_FILE)
        return load(path, within=self.path, **how)


def check_size(size: int, most: int) -> None:
    """Refuse a file that is too large.

    Raises:
        UsageError: it is too large.
    """
    if size > most:
        message = f"it has {size_text(size)}; at most {size_text(most)} are read, so save it without weights"
        raise UsageError(message)


def with_files(sheet: Sheet, values: Mapping[str, Any], place: Place | None) -> dict[str, Any]:
    """Answers by question; names of files are replaced by the measured numbers.

    Args:
        sheet: the sheet.
        values: the answers as written.
        place: where the files are.
    """
    taking = {q.id.lower(): q for q in sheet.questions if q.task.takes_file}
    return {
        name: handed_in(taking[name.lower()], raw, place) if name.lower() in taking else raw
        for name, raw in values.items()
    }


def handed_in(question: Question, raw: Any, place: Place | None) -> Any:
    """The data that replace an answer: the numbers of the network, or why there are none."""
    if not question.task.takes_file or is_blank(raw):
        return raw
    from convcalc.homework.answers.measured import measured
    from convcalc.homework.answers.network_type import FILE, NUMBERS, PROBLEM

    if isinstance(raw, list | tuple) and len(raw) == 1:
        raw = raw[0]
    if not isinstance(raw, str):
        shown = shortened(printable(raw_text(raw)))
        return {FILE: shown, PROBLEM: "an answer here is the name of one file, such as net.onnx"}
    name = raw.strip(_AROUND)
    shown = shortened(printable(name))
    try:
        found = measured(_network(question, _checked(name), place))
    except ConvcalcError as error:
        return {FILE: shown, PROBLEM: _reason(error, name, place)}
    except Exception as error:  # noqa: BLE001 - one broken file must not stop a class
        return {FILE: shown, PROBLEM: f"the reader stopped ({type(error).__name__})"}
    return {FILE: shown, NUMBERS: asdict(found)}


def _network(question: Question, name: str, place: Place | None) -> Network:
    """The network in a file; if it states no input, it gets the question's input."""
    from convcalc.interop.base import OpenInputError

    if place is None:
        raise UsageError("no files came with these answers; submit a folder")
    try:
        return place.network(name, max_layers=MAX_LAYERS)
    except OpenInputError:
        asked = question.task.given().get("input")
        if not asked:
            raise
    return place.network(name, max_layers=MAX_LAYERS, input=(asked[-1], *asked[:-1]))


def _checked(name: str) -> str:
    """A checked name that does not leave its folder.

    Raises:
        UsageError: it does.
    """
    plain = posixpath.normpath(name)
    parts = name.split("/")
    outside = name.startswith(("/", "~")) or ".." in parts or any(c in name for c in "\\:\0")
    if outside or plain == "." or len(name) > _MAX_NAME or not name.isprintable():
        message = (
            "no file next to the answers has this name; put the file there, and write its name"
        )
        raise UsageError(message)
    return plain


def _reason(error: ConvcalcError, name: str, place: Place | None) -> str:
    """The first line of the error, with the file's name and without its folder."""
    said = first_line(error)
    folder = getattr(place, "path", "")
    said = said.replace(printable(os.path.join(folder, name)), name) if folder else said
    return shortened(said.removeprefix(f"{name}: "), _MAX_PROBLEM)
