"""The base class of exports, and what all exports share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar

from convcalc.errors import UsageError
from convcalc.folders import OutputFolder
from convcalc.homework.answers.text_types import letter
from convcalc.homework.exports.fields import Field, decimal
from convcalc.homework.exports.items import Item, items
from convcalc.homework.exports.pictures import Drawn, drawn
from convcalc.homework.exports.registry import EXPORTS
from convcalc.homework.sheets.beside import files_beside

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Sheet

RIGHT = "Right."
_MAX_SHOWN = 20  # most questions in a note
_WHOLE, _IN_FULL = "a whole number", "a whole number, with every digit"
_EXAMPLE = re.compile(r", for example .*?(?=, or: does not fit|$)")
# The shares of the points that Moodle knows, in percent.
FRACTIONS = (
    100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5, 11.11111, 10,
    5, 0,
)  # fmt: skip


def safe_name(text: str) -> str:
    """A name that is allowed for files and cells.

    >>> safe_name("ps 1/../x")
    'ps-1-x'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "sheet"


def answer_line(box: Field) -> str:
    """A sentence on how to write the answer in a box."""
    unit = f", in {box.unit}" if box.unit and box.unit not in box.form else ""
    return f"Answer: {box.form}{unit}."


def boxes_line(item: Item) -> str:
    """A sentence on how to write the answers in the boxes: the most common form, then others."""
    if not item.fields:
        return ""
    if len(item.fields) == 1:
        return answer_line(item.fields[0])
    forms = [_EXAMPLE.sub("", box.form) for box in item.fields]  # an example shows one box
    if _IN_FULL in forms:
        forms = [_IN_FULL if form == _WHOLE else form for form in forms]
    found: dict[str, list[str]] = {}
    for form, box in zip(forms, item.fields):
        found.setdefault(form, []).append(box.label)
    usual = max(found, key=lambda form: len(found[form]))
    others = [f"{', '.join(found[form])}: {form}" for form in found if form != usual]
    return "; ".join([f"Answer in each box: {usual}", *others]) + "."


def _listed(given: list[str]) -> str:
    """Questions in a note; only the first ones if there are many."""
    return ", ".join(given[:_MAX_SHOWN]) + (", …" if len(given) > _MAX_SHOWN else "")


def _in_words(item: Item) -> Item:
    """A choice as a question that a person marks, with its options in the text."""
    letters = "; ".join(f"{letter(place)}) {text}" for place, (text, _) in enumerate(item.options))
    said = f"{item.text} {letters}. Answer: {item.wants}."
    return replace(item, sort="text", options=[], text=said)


def option_share(item: Item, *, right: bool) -> Fraction:
    """The share of the points for choosing an option, if several are right; wrong ones subtract it."""
    each = Fraction(1, sum(is_right for _, is_right in item.options) or 1)
    return each if right else -each


def category(sheet: Sheet, variants: list[Item]) -> str:
    """Moodle's category of a question; a question with variants has its own."""
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
        suffix: its file's suffix; ``/`` for a folder of files, which may also be an archive.
        text: whether it can be written to standard output.
        platform: the platform's name in notes.
        has_convcalc: whether convcalc itself marks the answers there; others only store right and wrong ones.
        no_points: the note if its file cannot contain the points of a question.
        splits: whether a question of several boxes becomes one question per box.
        all_or_nothing: whether it cannot give points for only some of several right options.
        most_right: how many right options can each give their share of the points.
        holds_together: whether it can give points for several boxes only together, or gives no points.
        several_ways: whether a choice of one option can have several right options.
        pictures: whether it contains the pictures of questions.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    suffix: ClassVar[str] = ""
    text: ClassVar[bool] = True
    platform: ClassVar[str] = ""
    has_convcalc: ClassVar[bool] = False
    no_points: ClassVar[str] = ""
    splits: ClassVar[bool] = False
    all_or_nothing: ClassVar[bool] = False
    most_right: ClassVar[int] = 100
    holds_together: ClassVar[bool] = False
    several_ways: ClassVar[bool] = False
    pictures: ClassVar[bool] = False

    def __init__(self, sheet: Sheet, variants: int = 0) -> None:
        self.sheet, self.variants = sheet, variants
        self.notes: list[str] = []

    @cached_property
    def items(self) -> list[list[Item]]:
        """The questions, each with its variants, as far as the platform supports them; notes the rest."""
        found = list(items(self.sheet, self.variants))
        if self.has_convcalc:
            return found
        held = [
            self._held(variants)
            for variants in found
            if not self._is_void(variants[0]) and not self._takes_file(variants[0])
        ]
        self._note_following(held)
        self._note_pictures(held)
        if self.no_points:
            self._note_points(held)
        if not self.holds_together:
            self._note_boxes(held)
        return held

    def note(self, text: str) -> None:
        """Add a note for the teacher, once."""
        if text not in self.notes:
            self.notes.append(text)

    def _is_void(self, item: Item) -> bool:
        """Whether everybody gets the points of a question; no platform can do that for one question."""
        if item.question.void:
            self.note(
                f"{item.id} does not count any more (void), so it is left out; give everybody its points: {decimal(item.points)}"
            )
        return item.question.void

    def _takes_file(self, item: Item) -> bool:
        """Whether a question asks for a file, which only convcalc can check."""
        if item.sort == "file":
            with_convcalc = "nbgrader, otter or gradescope"
            self.note(
                f"{item.id} asks for a network in a file, which {self.platform} cannot check, so it is left out; "
                f"export it for {with_convcalc}, or collect the files and use hw grade"
            )
        return item.sort == "file"

    def _held(self, variants: list[Item]) -> list[Item]:
        """A question for a platform that only compares answers."""
        first = variants[0]
        if first.spelled:
            self.note(
                f"{first.id}: {self.platform} knows one spelling of a formula only, so a person marks it"
            )
            variants = [
                replace(each, sort="text", fields=[], text=f"{each.text} Answer: {each.wants}.")
                for each in variants
            ]
        for lost in dict.fromkeys(text for each in variants for text in each.lost):
            self.note(f"{first.id}: {lost}")
        if first.instead and not self.several_ways:
            also = ", ".join(first.instead)
            self.note(f"{first.id}: {self.platform} takes only one right option; left out: {also}")
        return self._held_options(variants)

    def _held_options(self, variants: list[Item]) -> list[Item]:
        """A choice for a platform; notes if the points for some of several right options differ."""
        first = variants[0]
        count = sum(right for _, right in first.options)
        if count > self.most_right:
            self.note(
                f"{first.id}: {self.platform} has no share of 1/{count} for each of {count} right options, so a person marks it"
            )
            return [_in_words(each) for each in variants]
        if count > 1 and first.question.partial == "none" and not self.all_or_nothing:
            self.note(
                f"{first.id}: {self.platform} gives 1/{count} of the points for each right option, less 1/{count} for each wrong one; "
                "convcalc gives all or none"
            )
        return variants

    def _note_following(self, held: list[list[Item]]) -> None:
        """Note where convcalc gives points for what follows from a wrong answer, and a platform does not."""
        given = [first.id for first, *_ in held if first.follows and first.sort != "text"]
        if given:
            self.note(
                f"{self.platform} marks what follows from the student's own wrong answer as wrong; "
                f"convcalc gives points for it: {_listed(given)}"
            )

    def _note_pictures(self, held: list[list[Item]]) -> None:
        """Note which pictures are left out, and how to get them."""
        given = [first.id for first, *_ in held if first.question.figure]
        if given and not self.pictures:
            self.note(
                f"{self.platform} takes no pictures, so those of {_listed(given)} are left out; "
                "hw show SHEET -o sheet.html draws them, to add to the questions"
            )

    def picture(self, item: Item) -> Drawn | None:
        """The picture of a question, if its sheet asks for one; named by sheet, id and variant."""
        return drawn(item, safe_name(f"{self.sheet.id}-{item.name}"))

    def _note_boxes(self, held: list[list[Item]]) -> None:
        """Note where convcalc gives points for several boxes together, and a platform for each."""
        given = [f"{first.id} {len(first.fields)} boxes" for first, *_ in held if first.together]
        if given:
            self.note(
                f"{self.platform} marks every box by itself; convcalc gives points only for these together: {_listed(given)}"
            )

    def _note_points(self, held: list[list[Item]]) -> None:
        """Note which points the teacher must set."""
        given = []
        for first, *_ in held:
            boxes = len(first.fields) if self.splits else 1
            if first.points != 1 or boxes > 1:
                over = f" in {boxes} questions" if boxes > 1 else ""
                given.append(f"{first.id} {decimal(first.points)}{over}")
        if given:
            self.note(f"{self.platform} {self.no_points}: {_listed(given)}")

    def drawn_variants(self) -> list[tuple[str, int]]:
        """The questions that have several variants, and how many."""
        if self.variants <= 1:
            return []
        return [(found[0].id, len(found)) for found in self.items if len(found) > 1]

    def files(self) -> Iterator[Out]:
        """The files to write."""
        raise NotImplementedError

    def preface(self) -> list[str]:
        """The text above the questions: the conventions, the source, the sheet's introduction."""
        lines = (rules(self.sheet), self.sheet.source, self.sheet.text)
        return [line for line in lines if line]

    def alone(self, item: Item) -> str:
        """A question's wording for a question bank, where it is read without its sheet; notes the changes."""
        if item.narrowed:
            self.note(f"{item.id}: {item.reason}, so it says: {item.narrowed}")
        return item.alone

    def asked(self, item: Item, box: Field | None = None, *, chosen: bool = False) -> str:
        """The wording of a question, or of one of its boxes, and, unless it is a choice, how to answer."""
        label = f" ({box.label})" if box is not None and box.label and len(item.fields) > 1 else ""
        said = f"{self.alone(item)}{label}"
        if box is None:
            return said
        if chosen:
            return f"{said} (in {box.unit})" if box.unit else said
        return f"{said} {answer_line(box)}"

    def sheet_files(self, name: str) -> list[Out]:
        """The sheet as it was read, under a name, and the network files that it names."""
        return [Out(name, self.sheet.data), *self.network_files(name)]

    def network_files(self, sheet: str) -> list[Out]:
        """The network files that the sheet names; none may have the name of the sheet's file.

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
    """Files as an archive; the same files always give the same bytes."""
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
    """The boxes' shares of the points as whole numbers, and the factor by which they are too large.

    The numbers add up to the points times that factor; it is 1 if the points can be divided so.
    """
    exact = [item.points * box.weight for box in item.fields]
    factor = math.lcm(*(each.denominator for each in exact))
    weights = [int(each * factor) for each in exact]
    return ([1] * len(weights), 0) if not any(weights) else (weights, factor)


def fraction(share: Fraction) -> str:
    """A share of the points, rounded down to a percentage that Moodle knows.

    >>> fraction(Fraction(1)), fraction(Fraction(1, 3)), fraction(Fraction(99, 100))
    ('100', '33.33333', '90')
    """
    if share < 0:
        return f"-{fraction(-share)}"
    value = float(share * 100) + 1e-4
    return f"{next(known for known in FRACTIONS if known <= value):.7g}"


def write_files(output: str, files: Sequence[Out], *, force: bool) -> None:
    """Write the files of an export into a folder: all or none.

    Raises:
        UsageError: a file already exists and may not be replaced, or nothing can be written.
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
