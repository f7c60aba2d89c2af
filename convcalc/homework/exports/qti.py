"""Canvas's QTI 1.2: numbers as numerical questions, or as choices whose wrong options come from known mistakes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

from convcalc.homework.answers.reading import to_decimals
from convcalc.homework.exports.base import RIGHT, Export, Out, boxes_line, export, zip_files
from convcalc.homework.exports.fields import Field, decimal
from convcalc.homework.exports.items import Item
from convcalc.homework.exports.pictures import Drawn
from convcalc.text import escape_markup

_ASSESSMENT = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
_META = "http://canvas.instructure.com/xsd/cccv1p0"
_MANIFEST = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
_LEARNING = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
_MAX_OPTIONS = 5
_MIN_WRONG = 2  # known wrong numbers needed to turn a number into a choice
_INVALID = {code: None for code in (*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)}
_KINDS = {
    "number": "numerical_question",
    "words": "short_answer_question",
    "text": "essay_question",
}


def _under(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """A new element in another."""
    found = ET.SubElement(parent, name, attributes)
    if text:
        found.text = text.translate(_INVALID)
    return found


def _document(root: ET.Element) -> bytes:
    """An element as a file."""
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _identifier(*words: Any) -> str:
    """A name that is always the same for the same input."""
    return "c" + hashlib.sha256("|".join(map(str, words)).encode()).hexdigest()[:31]


@export(
    "qti",
    suffix=".zip",
    about="Canvas quizzes (QTI 1.2), numbers as numerical questions or as blanks of one",
    text=False,
)
class Qti(Export):
    """An archive with the quiz, its settings and a manifest."""

    platform: ClassVar[str] = "Canvas"
    pictures: ClassVar[bool] = True

    choices: ClassVar[bool] = False

    def files(self) -> Iterator[Out]:
        name = _identifier(self.sheet.id, self.name)
        quiz, points = self.quiz(name)
        files = [
            Out("imsmanifest.xml", _document(self.manifest(name))),
            Out(f"{name}/assessment_meta.xml", _document(self.meta(name, points))),
            Out(f"{name}/{name}.xml", _document(quiz)),
            *[Out(_place(picture), picture.data) for picture in self.drawn()],
        ]
        yield Out("", zip_files(files))

    def manifest(self, name: str) -> ET.Element:
        """The list of the archive's content."""
        root = ET.Element(
            "manifest", {"identifier": _identifier(name, "manifest"), "xmlns": _MANIFEST}
        )
        metadata = _under(root, "metadata")
        _under(metadata, "schema", "IMS Content")
        _under(metadata, "schemaversion", "1.1.3")
        _under(root, "organizations")
        resources = _under(root, "resources")
        settings = _identifier(name, "settings")
        quiz = _under(resources, "resource", identifier=name, type="imsqti_xmlv1p2")
        _under(quiz, "file", href=f"{name}/{name}.xml")
        _under(quiz, "dependency", identifierref=settings)
        meta = _under(
            resources,
            "resource",
            identifier=settings,
            type=_LEARNING,
            href=f"{name}/assessment_meta.xml",
        )
        _under(meta, "file", href=f"{name}/assessment_meta.xml")
        for picture in self.drawn():
            place = _place(picture)
            ident = _identifier(name, place)
            file = _under(resources, "resource", identifier=ident, type="webcontent", href=place)
            _under(file, "file", href=place)
        return root

    def drawn(self) -> Iterator[Drawn]:
        """The pictures of all questions and variants."""
        for variants in self.items:
            yield from filter(None, map(self.picture, variants))

    def figure(self, item: Item) -> str:
        """The picture of a question as HTML; empty if it has none."""
        picture = self.picture(item)
        return (
            f"<p>{picture.img(f'%24IMS-CC-FILEBASE%24/{_place(picture)}')}</p>" if picture else ""
        )

    def meta(self, name: str, points: Fraction) -> ET.Element:
        """The quiz's settings; settings left out use Canvas's defaults."""
        root = ET.Element("quiz", {"identifier": name, "xmlns": _META})
        _under(root, "title", self.sheet.title)
        _under(
            root,
            "description",
            f"<p>{escape_markup(f'Rules of this sheet: {self.sheet.conventions.sentence()}.')}</p>",
        )
        _under(root, "shuffle_answers", "true" if self.choices else "false")
        _under(root, "scoring_policy", "keep_highest")
        _under(root, "hide_results")
        _under(root, "quiz_type", "assignment")
        _under(root, "points_possible", decimal(points))
        _under(root, "show_correct_answers", "false")
        _under(root, "allowed_attempts", "1")
        _under(root, "available", "false")
        return root

    def quiz(self, name: str) -> tuple[ET.Element, Fraction]:
        """The questions, and the total of the points."""
        root = ET.Element("questestinterop", {"xmlns": _ASSESSMENT})
        assessment = _under(
            root, "assessment", ident=name, title=self.sheet.title.translate(_INVALID)
        )
        attempts = _under(_under(assessment, "qtimetadata"), "qtimetadatafield")
        _under(attempts, "fieldlabel", "cc_maxattempts")
        _under(attempts, "fieldentry", "1")
        section = _under(assessment, "section", ident="root_section")
        points = Fraction(0)
        for variants in self.items:
            points += sum(self.shares(variants[0]))
            if len(variants) == 1:
                self.put(section, variants[0])
                continue
            separate = len(self.shares(variants[0]))
            for place in range(separate):
                group = self.group(section, variants[0], place)
                for item in variants:
                    self.put(group, item, place)
        return root, points

    def is_one(self, item: Item) -> bool:
        """Whether the boxes are blanks of one question, in which Canvas compares text exactly."""
        several = not self.choices and len(item.fields) > 1
        exact = several and all(not off for box in item.fields for _, off in box.right)
        if exact and len({box.weight for box in item.fields}) > 1:
            note = f"{item.id}: Canvas gives every blank the same share of the points"
            self.note(note)
        return exact

    def group(self, section: ET.Element, item: Item, place: int) -> ET.Element:
        """A group of variants, from which Canvas draws one."""
        found = _under(
            section,
            "section",
            ident=_identifier(self.sheet.id, item.id, place, "group"),
            title=item.id,
        )
        selection = _under(_under(found, "selection_ordering"), "selection")
        _under(selection, "selection_number", "1")
        extension = _under(selection, "selection_extension")
        _under(extension, "points_per_item", decimal(self.shares(item)[place]))
        return found

    def shares(self, item: Item) -> list[Fraction]:
        """The points of the questions made from one question: whole or half, as in Canvas."""
        several = item.fields and not self.is_one(item)
        exact = [item.points * box.weight for box in item.fields] if several else [item.points]
        kept = [
            max(Fraction(1, 2), to_decimals(each * 2, 0) / 2) if each else each for each in exact
        ]
        if kept != exact:
            note = f"{item.id}: Canvas takes only whole and half points, {decimal(sum(kept))} for {decimal(item.points)}"
            self.note(note)
        return kept

    def put(self, section: ET.Element, item: Item, only: int | None = None) -> None:
        """Write a question; one per box if its boxes cannot be blanks of one question."""
        shares = self.shares(item)
        if item.options or item.sort == "text":
            self.question(section, item, None, shares[0])
        elif self.is_one(item):
            self.blanks(section, item, shares[0])
        else:
            for place, (box, points) in enumerate(zip(item.fields, shares)):
                if only is None or place == only:
                    self.question(section, item, box, points)

    def question(
        self, section: ET.Element, item: Item, box: Field | None, points: Fraction
    ) -> None:
        """One question of Canvas."""
        options = self.options(item, box)
        label = f" {box.label}" if box is not None and len(item.fields) > 1 else ""
        name = f"{item.name}{label}"
        sort = item.sort if box is None else "number" if box.numeric else "words"
        several = sum(share == 1 for _, share, _ in options) > 1
        if item.sort == "true-false":
            kind = "true_false_question"
        elif options:
            kind = "multiple_answers_question" if several else "multiple_choice_question"
        else:
            kind = _KINDS[sort]
        idents = [_identifier(self.sheet.id, name, i)[:9] for i in range(len(options))]
        found = self.item(section, name, kind, points, idents)
        presentation = _under(found, "presentation")
        said = self.asked(item, box, chosen=bool(options))
        _html(_under(presentation, "material"), said, self.figure(item))
        if options:
            self.choice(found, presentation, options, idents, several=several)
        else:
            self.blank(found, presentation, box)

    def item(
        self, section: ET.Element, name: str, kind: str, points: Fraction, idents: list[str]
    ) -> ET.Element:
        """A question with Canvas's metadata."""
        found = _under(section, "item", ident=_identifier(self.sheet.id, name), title=name)
        fields = _under(_under(found, "itemmetadata"), "qtimetadata")
        for key, value in (
            ("question_type", kind), ("points_possible", decimal(points)), ("original_answer_ids", ",".join(idents)),
            ("assessment_question_identifierref", _identifier(self.sheet.id, name, "reference")),
        ):  # fmt: skip
            each = _under(fields, "qtimetadatafield")
            _under(each, "fieldlabel", key)
            _under(each, "fieldentry", value)
        return found

    def blanks(self, section: ET.Element, item: Item, points: Fraction) -> None:
        """Several boxes as blanks of one question; each gives its share of the points."""
        words = [list(dict.fromkeys(_typed_words(box))) for box in item.fields]
        idents = [
            [_identifier(self.sheet.id, item.name, place, i)[:9] for i in range(len(right))]
            for place, right in enumerate(words)
        ]
        found = self.item(
            section,
            item.name,
            "fill_in_multiple_blanks_question",
            points,
            [each for names in idents for each in names],
        )
        presentation = _under(found, "presentation")
        said = " ".join(filter(None, (self.alone(item), boxes_line(item))))
        _html(_under(presentation, "material"), said, self.figure(item) + _blank_lines(item))
        processing = _respond(found)
        share = Fraction(100, len(item.fields))
        for place, (right, names) in enumerate(zip(words, idents), start=1):
            response = _under(presentation, "response_lid", ident=f"response_{_blank(place)}")
            _under(_under(response, "material"), "mattext", _blank(place))
            render = _under(response, "render_choice")
            for ident, word in zip(names, right):
                label = _under(_under(render, "response_label", ident=ident), "material")
                _under(label, "mattext", word, texttype="text/plain")
            condition, test = _when(processing)
            _under(test, "varequal", names[0], respident=f"response_{_blank(place)}")
            _under(condition, "setvar", decimal(share), varname="SCORE", action="Add")

    def options(self, item: Item, box: Field | None) -> list[tuple[str, Fraction, str]]:
        """The options of a choice: text, share of the points, feedback."""
        if item.options:
            return [(text, Fraction(right), RIGHT if right else "") for text, right in item.options]
        if not self.choices or box is None or not box.numeric or len(box.known) < _MIN_WRONG:
            return []
        found = [(decimal(box.right[0][0]), Fraction(1), RIGHT)]
        found += [
            (decimal(wrong.value), Fraction(0), wrong.text)
            for wrong in box.known[: _MAX_OPTIONS - 1]
        ]
        return sorted(found, key=lambda option: Fraction(option[0]))

    def choice(
        self, found: ET.Element, presentation: ET.Element, options: list[tuple[str, Fraction, str]],
        idents: list[str], *, several: bool,
    ) -> None:  # fmt: skip
        """A choice, with feedback per option."""
        cardinality = "Multiple" if several else "Single"
        response = _under(presentation, "response_lid", ident="response1", rcardinality=cardinality)
        render = _under(response, "render_choice")
        for ident, (text, _, _) in zip(idents, options):
            _html(_under(_under(render, "response_label", ident=ident), "material"), text)
        processing = _respond(found)
        for ident, (_, _, said) in zip(idents, options):
            if said:
                condition, test = _when(processing, proceed=True)
                _under(test, "varequal", ident, respident="response1")
                _under(
                    condition, "displayfeedback", feedbacktype="Response", linkrefid=f"{ident}_fb"
                )
        condition, test = _when(processing, proceed=False)
        if several:
            test = _under(test, "and")
        for ident, (_, share, _) in zip(idents, options):
            if share == 1:
                _under(test, "varequal", ident, respident="response1")
            elif several:
                _under(_under(test, "not"), "varequal", ident, respident="response1")
        _under(condition, "setvar", "100", action="Set", varname="SCORE")
        for ident, (_, _, said) in zip(idents, options):
            if said:
                _feedback(found, f"{ident}_fb", said)

    def blank(self, found: ET.Element, presentation: ET.Element, box: Field | None) -> None:
        """A box to write into."""
        response = _under(presentation, "response_str", ident="response1", rcardinality="Single")
        render = _under(response, "render_fib")
        label = _under(render, "response_label", ident="answer1")
        processing = _respond(found)
        if box is None or not box.numeric:
            label.set("rshuffle", "No")
        else:
            render.set("fibtype", "Decimal")
        if box is None:
            _, test = _when(processing, proceed=False)
            _under(test, "other")
            return
        if box.numeric:
            for value, off in box.right:
                condition, test = _when(processing, proceed=False)
                either = _under(test, "or")
                _under(either, "varequal", decimal(value), respident="response1")
                both = _under(either, "and")
                _under(both, "vargte", decimal(value - off), respident="response1")
                _under(both, "varlte", decimal(value + off), respident="response1")
                _under(condition, "setvar", "100", action="Set", varname="SCORE")
        else:
            condition, test = _when(processing, proceed=False)
            for word in box.words:
                _under(test, "varequal", word, respident="response1")
            _under(condition, "setvar", "100", action="Set", varname="SCORE")


@export(
    "qti-choice",
    suffix=".zip",
    about="the same with each number as a choice; the wrong options come from known mistakes",
    text=False,
)
class QtiChoice(Qti):
    """Numbers as choices, so that every mistake has its own feedback."""

    choices: ClassVar[bool] = True


def _place(picture: Drawn) -> str:
    """The path of a picture's file in the archive."""
    return f"images/{picture.file}"


def _blank(place: int) -> str:
    """The name of a blank; Canvas finds it between brackets in the text."""
    return f"blank{place}"


def _typed_words(box: Field) -> Iterator[str]:
    """The accepted texts of a blank, which Canvas compares as text."""
    for value, _ in box.right:
        yield decimal(value)
        if value.denominator == 1 and abs(value) >= 1_000:
            yield f"{int(value):,}"
    yield from box.words


def _blank_lines(item: Item) -> str:
    """The blanks as HTML, each after its label; those of a matrix row by row."""
    lines: list[str] = []
    row = ""
    for place, box in enumerate(item.fields, start=1):
        mark = f"[{_blank(place)}]"
        if box.row and box.row == row:
            lines[-1] += f" {mark}"
        else:
            label = "" if box.row else f"{escape_markup(box.label)}: "
            unit = f" {escape_markup(box.unit)}" if box.unit else ""
            lines.append(f"{label}{mark}{unit}")
        row = box.row
    return f"<p>{'<br>'.join(lines)}</p>"


def _html(material: ET.Element, text: str, more: str = "") -> None:
    """A text as HTML, followed by given HTML; no bracket in the text names a blank."""
    plain = escape_markup(text).replace("[blank", "&#91;blank") if more else escape_markup(text)
    _under(material, "mattext", f"<p>{plain}</p>{more}", texttype="text/html")


def _respond(found: ET.Element) -> ET.Element:
    """The rules that turn answers into points."""
    processing = _under(found, "resprocessing")
    outcomes = _under(processing, "outcomes")
    _under(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    return processing


def _when(processing: ET.Element, *, proceed: bool | None = None) -> tuple[ET.Element, ET.Element]:
    """A condition, and the element for its test."""
    said = {} if proceed is None else {"continue": "Yes" if proceed else "No"}
    condition = _under(processing, "respcondition", **said)
    return condition, _under(condition, "conditionvar")


def _feedback(found: ET.Element, ident: str, text: str) -> None:
    """The feedback on an answer."""
    feedback = _under(found, "itemfeedback", ident=ident)
    _html(_under(_under(feedback, "flow_mat"), "material"), text)
