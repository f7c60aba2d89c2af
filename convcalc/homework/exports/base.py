"""What an export is, and what all of them share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, TypeVar

from convcalc.errors import UsageError
from convcalc.folders import OutputFolder
from convcalc.homework.exports.items import Item, items
from convcalc.homework.exports.registry import EXPORTS
from convcalc.homework.sheets.beside import files_beside

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Sheet

RIGHT = "Right."
# The shares of the points that Moodle knows, in per cent.
FRACTIONS = (
    100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5, 11.11111, 10,
    5, 0,
)  # fmt: skip


def safe_name(text: str) -> str:
    """A name that files and cells can have.

    >>> safe_name("ps 1/../x")
    'ps-1-x'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "sheet"


def category(sheet: Sheet, variants: list[Item]) -> str:
    """Where Moodle puts a question; one that has variants has a place of its own."""
    place = f"$course$/convcalc/{' '.join(sheet.id.split()).replace('/', '//')}"
    return f"{place}/{variants[0].id}" if len(variants) > 1 else place


def rules(sheet: Sheet) -> str:
    """The conventions of a sheet in a sentence."""
    return f"Rules of this sheet: {sheet.conventions.sentence()}."


@dataclass(slots=True)
class Out:
    """One file of an export.

    Attributes:
        name: its path in the archive or folder; empty for an export of one file.
        data: its bytes.
        mode: its permissions in an archive.
    """

    name: str
    data: bytes
    mode: int = 0o644


class Export:
    """One platform.

    Attributes:
        about: what it is for.
        suffix: of its file; ``/`` for a folder of files, which an archive can also hold.
        text: whether it can go to standard output.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    suffix: ClassVar[str] = ""
    text: ClassVar[bool] = True

    def __init__(self, sheet: Sheet, variants: int = 0) -> None:
        self.sheet, self.variants = sheet, variants
        self.notes: list[str] = []

    @property
    def items(self) -> list[list[Item]]:
        """The questions, each with its variants."""
        return list(items(self.sheet, self.variants))

    def drawn_variants(self) -> list[tuple[str, int]]:
        """The questions that have several variants, and how many."""
        if self.variants <= 1:
            return []
        return [(found[0].id, len(found)) for found in self.items if len(found) > 1]

    def files(self) -> Iterator[Out]:
        """What is written."""
        raise NotImplementedError

    def preface(self) -> list[str]:
        """What stands above the questions: the conventions, the source, the sheet's own words."""
        lines = (rules(self.sheet), self.sheet.source, self.sheet.text)
        return [line for line in lines if line]

    def alone(self, item: Item) -> str:
        """A question's wording for a bank, in which it is read without its sheet; notes what it changes."""
        note = f"{item.id}: boxes cannot accept every right setting, so it asks: {item.narrowed}"
        if item.narrowed and note not in self.notes:
            self.notes.append(note)
        return item.alone

    def sheet_files(self, name: str) -> list[Out]:
        """The sheet as it was read, under a name, and the network files that it names."""
        return [Out(name, self.sheet.data), *self.network_files(name)]

    def network_files(self, sheet: str) -> list[Out]:
        """The network files that the sheet names; the name that the sheet gets must be free.

        Raises:
            UsageError: a network has this name.
        """
        beside = files_beside(self.sheet)
        if sheet.lower() in map(str.lower, beside):
            message = f"{sheet}: the sheet gets this name here, but a network has it; rename that"
            raise UsageError(message)
        return [Out(name, data) for name, data in beside.items()]

    def one(self, text: str) -> Iterator[Out]:
        """An export of one file of text."""
        yield Out("", text.encode())


T = TypeVar("T", bound=type[Export])


def export(name: str, *, suffix: str, about: str, text: bool = True) -> Callable[[T], T]:
    """Register an export; a second one of the same name is refused."""

    def register(cls: T) -> T:
        cls.name, cls.suffix, cls.about, cls.text = name, suffix, about, text
        return EXPORTS.register(name, cls)

    return register


def zip_files(files: list[Out]) -> bytes:
    """Files as an archive, byte for byte the same every time."""
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in files:
            info = zipfile.ZipInfo(each.name, (2020, 1, 1, 0, 0, 0))
            info.external_attr = (0o100000 | each.mode) << 16
            info.create_system = 3
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, each.data)
    return target.getvalue()


def whole_weights(item: Item) -> tuple[list[int], int]:
    """The boxes' shares of the points as whole numbers, and by how much these are too large.

    The numbers add up to the points times that factor; it is 1 where the points can be divided so.
    """
    exact = [item.points * box.weight for box in item.fields]
    factor = math.lcm(*(each.denominator for each in exact))
    weights = [int(each * factor) for each in exact]
    return ([1] * len(weights), 0) if not any(weights) else (weights, factor)


def fraction(share: Fraction) -> str:
    """A share of the points in the per cents that Moodle knows, never more than it is.

    >>> fraction(Fraction(1)), fraction(Fraction(1, 3)), fraction(Fraction(99, 100))
    ('100', '33.33333', '90')
    """
    value = float(share * 100) + 1e-4
    return f"{next(known for known in FRACTIONS if known <= value):.7g}"


def write_files(output: str, files: Sequence[Out], *, force: bool) -> None:
    """Write the files of an export into a folder: all or none.

    Raises:
        UsageError: one of them is there already and may not be replaced, or nothing can be written.
    """
    names = tuple(each.name for each in files)
    way_out = "choose another folder, or --force to replace these files"
    folder = OutputFolder(output, replace=force, names=names, way_out=way_out, option="-o")
    try:
        for each in files:
            with folder.open(each.name) as file:
                file.write(each.data.decode())
        folder.commit()
    finally:
        folder.discard()
