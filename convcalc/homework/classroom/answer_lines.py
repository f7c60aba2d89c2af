"""Answers as lines of text, such as ``q1: 28x28x6``: which line answers which question, if any."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from convcalc.text import plural, quoted

if TYPE_CHECKING:
    from convcalc.homework.sheets.sheet import Sheet

HEADERS = ("student", "sheet", "variant")

_HEAD = re.compile(
    r"""\s{0,40}(?P<mark>(?:[-*+•>]|\#{1,6})\s{1,9})?["'(\[*_`]{0,4}
        (?P<name>(?:question|problem|exercise|task|answer|q|ex)[ .#]{1,3}\d{1,3}(?:\.[\w.-]{0,60})? | [A-Za-z][\w.-]{0,60} | \d{1,3})
        (?P<close>["')\]*_`]{0,4})\s{0,40}""",
    re.VERBOSE | re.IGNORECASE,
)
_LEAD = re.compile(  # text before the name of a question: the number of a list, and a word
    r"\s{0,40}(?:\(?\d{1,3}[.)]\s{1,9})?(?:(?:answers?|ans|solutions?|question|problem|exercise|task)(?: (?:to|for|of))?\s{1,9})?",
    re.IGNORECASE,
)
_SIGN = re.compile(r"[:：=)\]→]\s?|\.\s|-{1,2}>\s?")
_AFTER_SIGN = re.compile(r"[*_`]{1,3}(?=\s)")  # of **q1:** 28
_BARE = re.compile(
    r"[-–—]?\s?(?=[\d(\[{$\\*+=.−-]|(?:no|yes|none|true|false|does|doesn['’]t|about|torch|[a-z])\b)",
    re.IGNORECASE,
)
_DASH = re.compile(r"[-–—]\s+")
_GOES_ON = re.compile(r"[=→≈+*/×·)\]},;⇒-]|x\s?\d|(?:so|thus|hence|therefore|which)\b")
_OPEN = re.compile(r"[=→≈+*/×·(\[{,;⇒-]$|\bx$")
_NUMBERED = re.compile(r"(?:question|problem|exercise|task|answer|q|ex)?[ .#]{0,3}(\d{1,3})(\..*)?")
_NO_ANSWER = ("#", "//", "---", "```", "===", "convcalc_answers:")  # lines without answers
_NOT_AT_MARGIN = ("", " ", "\t", "-", "#")  # beginnings of lines that are part of something larger
_MAX_NAMED = 3  # most lines without a question that a note quotes


@dataclass(slots=True, eq=False)
class Lines:
    """The answers found in lines of text.

    Attributes:
        values: the answers, by question or part.
        facts: what the text says about itself: student, sheet, variant.
        notes: anything unusual, one line each.
    """

    values: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_lines(text: str, sheet: Sheet, longest: int) -> Lines:
    """Lines such as ``q1: 28x28x6``; an answer may continue on the next lines if this is clear.

    Args:
        text: the text.
        sheet: the sheet.
        longest: how many characters of a line are read at most.
    """
    lines = [line[:longest] for line in text.split("\n")]
    names = Names(sheet)
    heads = (_HEAD.match(names.without_lead(line)) for line in lines)
    named = any(head is not None and names.has(head["name"]) for head in heads)
    reader = _Reader(names, places=not named)  # otherwise numbers before lines are rows and lists
    for number, line in enumerate(lines, start=1):
        reader.take(line, number)
    return reader.finish()


def named_at_margin(text: str, sheet: Sheet) -> set[str]:
    r"""The questions and parts answered by lines that are neither indented nor in a list or remark.

    >>> from convcalc.homework import loads
    >>> sheet = loads("{convcalc_sheet: 1, questions: [{id: a1, type: text, text: Why?}]}")
    >>> named_at_margin("layers: 3\nA1: because\n# 1. a remark", sheet)
    {'a1'}
    """
    reader = _Reader(Names(sheet), places=True)
    lines = (line for line in text.split("\n") if line[:1] not in _NOT_AT_MARGIN)
    return {name for line in lines if (name := reader.head_of(line)[0]) and reader.names.of(name)}


class Names:
    """Which question a name means: its id, or its number.

    >>> from convcalc.homework import loads
    >>> sheet = loads("{convcalc_sheet: 1, questions: [{id: a1, type: text, text: Why?}, {id: a2, type: text, text: How?}]}")
    >>> [Names(sheet).of(name) for name in ("A1", "a2.reason", "Question 2", "2", "other")]
    ['a1', 'a2.reason', 'a2', 'a2', '']
    """

    def __init__(self, sheet: Sheet) -> None:
        self.questions = sheet.questions
        self.known = {question.id.lower(): question for question in sheet.questions}

    def has(self, name: str) -> bool:
        """Whether a name is the id of a question or of a part of one."""
        return name.lower().partition(".")[0] in self.known

    def of(self, name: str, *, places: bool = True) -> str:
        """The question or part that a name means; empty if none.

        Args:
            name: the name as written.
            places: whether a plain number is the position of a question on the sheet.
        """
        name = self.without_lead(name)
        word = name.lower()
        if word in self.known:
            return self.known[word].id
        if self.has(name):
            return name
        counted = _NUMBERED.fullmatch(word)
        if counted is None or (word.isdigit() and not places):
            return ""
        place = int(counted[1])
        found = None if word.isdigit() else self.known.get(f"q{place}")
        if found is None and 0 < place <= len(self.questions):
            found = self.questions[place - 1]
        return found.id + (counted[2] or "") if found else ""

    def without_lead(self, line: str) -> str:
        """A line, or a name, without the text before a question's id: the number of a list, or a word.

        >>> from convcalc.homework import loads
        >>> names = Names(loads("{convcalc_sheet: 1, questions: [{id: q4, type: text, text: Why?}]}"))
        >>> [names.without_lead(line) for line in ("1. q4: 28", "Answer to Q4 = 3", "4. 28", "1. a list")]
        ['q4: 28', 'Q4 = 3', '4. 28', '1. a list']
        """
        lead = _LEAD.match(line)
        end = lead.end() if lead else 0
        head = _HEAD.match(line, end) if line[:end].strip() else None
        is_named = head is not None and not head["name"].isdigit() and self.has(head["name"])
        return line[end:] if is_named else line

    def is_like_them(self, name: str) -> bool:
        """Whether a name looks like those of the questions, such as q9 if they are q1 to q5."""
        head = name.lower().rstrip("0123456789")
        return head != name and any(
            head == each.rstrip("0123456789") != each for each in self.known
        )

    def takes_lines(self, name: str) -> bool:
        """Whether the answer to a question or part may be written over several lines."""
        question = self.known.get(name.lower().partition(".")[0])
        if question is None:
            return False
        parts = question.parts
        return question.manual or len(parts) > 1 or parts[0].answer_type.takes_lines


class _Reader:
    """Reads one line after the other."""

    def __init__(self, names: Names, *, places: bool) -> None:
        self.names, self.places = names, places
        self.found: dict[str, list[str]] = {}
        self.earlier: dict[str, list[str]] = {}  # questions that are answered again
        self.added: dict[str, int] = {}
        self.stray: list[tuple[int, str]] = []
        self.lines = Lines()
        self.current = ""
        self.in_block = False  # the answer begins on the line after its name

    def take(self, line: str, number: int) -> None:
        """Read a line: an answer, more of the previous answer, or neither."""
        name, rest = self.head_of(line)
        text = line.strip()
        if name in HEADERS and not self.names.has(name):
            self.lines.facts[name] = rest.strip().strip("\"'")[:200]
        elif name:
            if name in self.found and (any(self.found[name]) or name not in self.earlier):
                self.earlier[name] = self.found[name]
            self.found[name] = [rest.strip()] if rest.strip() else []
            self.added.pop(name, None)
            self.in_block = not rest.strip()
            self.current = name
        elif not text or text.startswith(_NO_ANSWER):
            return
        elif self.current and self.goes_on(text):
            if not self.in_block:
                self.added[self.current] = self.added.get(self.current, 0) + 1
            self.found[self.current].append(text)
        elif self.current or any(character.isdigit() for character in text):
            self.stray.append((number, text))

    def head_of(self, line: str) -> tuple[str, str]:
        """The question that a line begins with, and the answer after it; both empty if there is none."""
        shorter = self.names.without_lead(line)
        found = self._head_of(shorter)
        return found if found[0] or shorter == line else self._head_of(line)

    def _head_of(self, line: str) -> tuple[str, str]:
        """The same for a line whose first word is the question's name."""
        head = _HEAD.match(line)
        if head is None:
            return "", ""
        word = head["name"].rstrip(".")
        name = self.names.of(word, places=self.places)
        name = name or (word.lower() if word.lower() in HEADERS else "")
        if not name:
            return "", ""
        sign, rest = _SIGN.match(line, head.end()), line[head.end() :]
        if sign:
            after = _AFTER_SIGN.match(line, sign.end())
            return name, line[after.end() if after else sign.end() :]
        if head["name"].endswith(".") or ")" in head["close"] or "]" in head["close"]:
            return name, rest
        if not rest.strip() and (head["mark"] or "").startswith("#"):
            return name, ""
        if name in HEADERS or word.isdigit() or not any(map(str.isdigit, word)):
            return "", ""
        if rest[:1] in (",", ";"):  # a table of two columns
            return name, rest[1:]
        if rest.strip() and not (line[head.end() - 1].isspace() and _BARE.match(rest)):
            return "", ""
        return name, _DASH.sub("", rest, count=1) if _DASH.match(rest) else rest

    def goes_on(self, text: str) -> bool:
        """Whether a line continues the answer before it."""
        before = self.found[self.current]
        if not before or self.names.takes_lines(self.current):
            return True
        return bool(_GOES_ON.match(text) or _OPEN.search(before[-1][-2:]))

    def finish(self) -> Lines:
        """Everything that was found."""
        lines = self.lines
        for name, earlier in self.earlier.items():
            counts = "the last one counts"
            if any(earlier) and not any(self.found[name]):
                self.found[name], counts = earlier, "the one that is not empty counts"
            lines.notes.append(f"{name} is answered twice; {counts}")
        lines.values = {name: "\n".join(parts) for name, parts in self.found.items()}
        for name, count in self.added.items():
            were = "was" if count == 1 else "were"
            lines.notes.append(
                f"{name}: {plural(count, 'more line')} {were} read as part of this answer"
            )
        if self.stray:
            lines.notes.append(_note_on(self.stray, self.names.questions[0].id))
        return lines


def _note_on(stray: list[tuple[int, str]], first: str) -> str:
    """The note on lines that belong to no question."""
    shown = ", ".join(f"{number} ({quoted(text)})" for number, text in stray[:_MAX_NAMED])
    more = len(stray) - _MAX_NAMED
    also = f" and {more:,} more" if more > 0 else ""
    one = len(stray) == 1
    return (
        f"{'line' if one else 'lines'} {shown}{also} {'names' if one else 'name'} no question and "
        f"{'is' if one else 'are'} not read; begin each answer with its question, such as {first}:"
    )
