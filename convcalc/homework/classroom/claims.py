"""Whose a file is: what a platform says about it, and the students that a name can mean.

A student is recognized by a full name, an id, or a whole e-mail address, never by a part of them.
Accents, capitals and the order "Last, First" do not matter. If two students fit, both are found,
and neither is chosen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from convcalc.homework.variants.secret import same_student

_MAX_WORDS = 8  # of a name, address or id, at most
_SHORT = 3  # a shorter number or word is an id only if it stands alone
_COPY = re.compile(r"[ _-]*\(\d{1,3}\)$|[ _-]+(?:copy|late)$", re.IGNORECASE)
_BACKUP = re.compile(r"(.+?)(?:~|\.(?:bak|backup|old|orig|tmp))|#(.+)#", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:\((\d{1,3})\)|[ _-]+(?:v|version|attempt|try|submission)[ _-]?(\d{1,3}))$", re.IGNORECASE
)

_ADDRESS = re.compile(r"(?P<local>[\w.+%'-]{1,100})@(?P<domain>[^\W_][A-Za-z0-9.-]{0,200})")

# Words next to an id in a file's name that are not part of another person's name.
_TASK_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "answer",
        "answers",
        "assignment",
        "class",
        "cnn",
        "conv",
        "convolution",
        "convolutional",
        "convolutions",
        "copy",
        "corrected",
        "course",
        "draft",
        "ex",
        "exam",
        "exercise",
        "exercises",
        "file",
        "final",
        "fixed",
        "for",
        "hand",
        "handin",
        "homework",
        "homeworks",
        "hw",
        "in",
        "lab",
        "late",
        "latest",
        "latex",
        "md",
        "my",
        "network",
        "networks",
        "new",
        "nn",
        "notebook",
        "of",
        "old",
        "part",
        "problem",
        "problems",
        "ps",
        "pset",
        "question",
        "questions",
        "quiz",
        "redo",
        "resubmission",
        "resubmit",
        "response",
        "responses",
        "revised",
        "section",
        "set",
        "sheet",
        "solution",
        "solutions",
        "student",
        "students",
        "submission",
        "submissions",
        "submit",
        "submitted",
        "task",
        "test",
        "text",
        "the",
        "try",
        "txt",
        "update",
        "updated",
        "upload",
        "v",
        "version",
        "week",
        "work",
        "yaml",
        "yml",
    ]
)

# Names of files that say nothing about a student, and of folders with several students.
_NOTHING = re.compile(
    r"(?:(?:my|all|late|final)[ _-]*)?(?:answers?|submissions?|submitted|homeworks?|hw|sheet|solutions?|mine|"
    r"responses?|export|results?|download|files?|upload|ps|assignments?|exercises?|problems?|questions?|tasks?|"
    r"notebook|untitled|readme|notes?)[ _-]*\w{0,3}|(?:assignment|submissions?)[ _-]?\d{0,12}[ _-]export",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"(?:sections?|groups?|class|batch|labs?|tutorials?|period|week|part|day|in|inbox|old|new|late|done|students?)"
    r"[ _-]*\w{0,3}|20\d\d-?\d\d-?\d\d",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a platform says about a file or a row.

    Attributes:
        id, name, email, login: whose it is; empty if the platform does not say.
        time: when it was submitted, in seconds; None if unknown.
        attempt: which attempt it is; the highest counts.
        members: for a group, one claim for each member.
        source: the platform, for messages.
        canvas: the number that Canvas gives to a user; it is only compared with such numbers.
        number: distinguishes people of the same name if nothing else does.
        upload: the number that Canvas gives to a file; a later file has a higher one.
        series: the file's own name without the attempt; attempts are compared within one.
    """

    id: str = ""
    name: str = ""
    email: str = ""
    login: str = ""
    time: float | None = None
    attempt: int | None = None
    members: tuple[Claim, ...] = ()
    source: str = ""
    canvas: str = ""
    number: str = ""
    upload: int = 0
    series: str = ""

    @property
    def shown(self) -> str:
        """Whom it names; this identifies a student if there is no roster."""
        return self.id or self.email or self.login or self.canvas or self.name

    @property
    def known_as(self) -> str:
        """Whom it names, in messages; people do not know numbers of Canvas."""
        return self.id or self.email or self.login or self.name or self.canvas


def words(text: str) -> tuple[str, ...]:
    """The words of a name, an address or an id, in the form in which they are compared.

    >>> words("Müller, Jürgen"), words("S-042"), words("ann.lee@example.org")
    (('muller', 'jurgen'), ('s', '042'), ('ann', 'lee', 'example', 'org'))
    """
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text[:400]).casefold()
        if not unicodedata.combining(letter)
    )
    return tuple(re.findall(r"[^\W_]+", plain))


def orders(name: str) -> Iterator[tuple[str, ...]]:
    """The words of a full name in each usual order: First Last, Last First.

    >>> list(orders("Ada King Lovelace"))[:2]
    [('ada', 'king', 'lovelace'), ('king', 'lovelace', 'ada')]
    """
    found = words(name)
    for place in range(len(found) or 1):
        yield (*found[place:], *found[:place])


class Index:
    """Finds the students that names, ids and addresses mean."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, ...], set[str]] = {}
        self._joined: dict[str, set[str]] = {}
        self._exact: dict[str, set[str]] = {}
        self._words: dict[str, frozenset[str]] = {}  # of each student's name

    def add(self, student: str, ids: Iterable[str], name: str = "") -> None:
        """Add a student with ids and addresses, and a full name."""
        for each in filter(None, ids):
            self._exact.setdefault(same_student(each), set()).add(student)
        self._words[student] = frozenset(words(name))
        keys = [words(each) for each in ids if each]
        if len(words(name)) > 1:  # a single word of a name may belong to anybody
            keys += orders(name)
            for order in orders(name):
                self._joined.setdefault("".join(order), set()).add(student)
        for key in keys:
            if key:
                self._found.setdefault(key, set()).add(student)

    def whole(self, text: str) -> set[str]:
        """The students that a whole text means; an exact id takes precedence over a similar one."""
        exact = self._exact.get(same_student(text), set())
        return set(exact or self._found.get(words(text), set()))

    def joined(self, text: str) -> set[str]:
        """The students whose full name without spaces equals a text, as in Canvas's file names."""
        return set(self._joined.get("".join(words(text)), ()))

    def named(self, text: str) -> set[str]:
        """The students named in a text such as a file's name.

        A match inside a longer match does not count: in "s1-2" the student s1 is not named if
        there is a student s1-2. An address counts only as a whole, and an id that is a word only
        without other words next to it.
        """
        return self._named(text)[0]

    def doubtful(self, text: str) -> set[str]:
        """The students of whom only the id occurs, as a word among others, as in "Will Park"."""
        return self._named(text)[1]

    def _named(self, text: str) -> tuple[set[str], set[str]]:
        """The students that a text names, and the students that it may name."""
        text = without_copy(text)
        if exact := self._exact.get(same_student(text)):
            return set(exact), set()
        if "@" in text:
            return self._with_address(text), set()
        tokens = words(text)
        spans: list[tuple[int, int, set[str]]] = []
        for start in range(len(tokens)):
            for stop in range(min(len(tokens), start + _MAX_WORDS), start, -1):
                found = self._found.get(tokens[start:stop])
                alone = stop - start == len(tokens)
                if found and (alone or not _is_short("".join(tokens[start:stop]))):
                    spans.append((start, stop, found))
        longest = [
            span
            for span in spans
            if not any(
                a <= span[0] and span[1] <= b and b - a > span[1] - span[0] for a, b, _ in spans
            )
        ]
        named: set[str] = set()
        doubtful: set[str] = set()
        for start, stop, found in longest:
            others = (*tokens[:start], *tokens[stop:])
            sure = stop - start > 1 or not tokens[start].isalpha()
            for student in found:
                (named if sure or self._belong(others, student) else doubtful).add(student)
        return named, doubtful - named

    def _belong(self, others: tuple[str, ...], student: str) -> bool:
        """Whether words next to an id fit it: words of a task or of the same name, not of another person's."""
        own = self._words.get(student, frozenset())
        return all(not word.isalpha() or word in own or word in _TASK_WORDS for word in others)

    def _with_address(self, text: str) -> set[str]:
        """The students whose whole address is in a text, with only their names or words of a task around it."""
        for found in _ADDRESS.finditer(text):
            for cut in (0, *(place.end() for place in re.finditer("[_-]", found["local"]))):
                address = f"{found['local'][cut:]}@{found['domain']}"
                students = self._exact.get(same_student(address), set())
                before = text[: found.start()] + found["local"][:cut]
                rest = words(f"{before} {text[found.end() :]}")
                if len(students) == 1 and self._fit_address(rest, *students):
                    return set(students)
        return set()

    def _fit_address(self, others: tuple[str, ...], student: str) -> bool:
        """Whether words next to an address are words of a task, or name the same student."""
        named = self._found.get(others, {student})
        return named == {student} and (others in self._found or self._belong(others, student))


def _is_short(text: str) -> bool:
    """Whether an id is so short that a number or word of a file's name can equal it by chance."""
    return len(text) < _SHORT and (text.isdigit() or text.isalpha())


def says_nothing(name: str) -> bool:
    """Whether any student may give this name to a file.

    >>> says_nothing("hw2"), says_nothing("My Answers"), says_nothing("ann")
    (True, True, False)
    """
    return bool(_NOTHING.fullmatch(name))


def holds_several(name: str) -> bool:
    """Whether a folder's name means a part of a class.

    >>> holds_several("section 3"), holds_several("2026-01-05"), holds_several("ann")
    (True, True, False)
    """
    return bool(_SEVERAL.fullmatch(name))


def without_copy(name: str) -> str:
    """A file's name without the number that browsers add to a copy, and without its version.

    >>> without_copy("s042 (1)"), without_copy("s042_attempt2"), without_copy("s042-1")
    ('s042', 's042', 's042-1')
    """
    return _VERSION.sub("", _COPY.sub("", name)).strip() or name


def without_backup(name: str) -> str:
    """The name of a file, from the name under which an editor keeps an older version; others unchanged.

    >>> [without_backup(name) for name in ("s042.txt~", "s042.yaml.BAK", "#s042.txt#", "s042 - old.txt")]
    ['s042.txt', 's042.yaml', 's042.txt', 's042 - old.txt']
    """
    found = _BACKUP.fullmatch(name)
    return found[1] or found[2] if found else name


def version_of(name: str) -> int:
    """The version at the end of a file's name, such as ``(1)`` or ``_v2``; 0 without one.

    >>> version_of("s042"), version_of("s042 (1)"), version_of("s042_v2"), version_of("hw2")
    (0, 1, 2, 0)
    """
    found = _VERSION.search(name)
    return int(found[1] or found[2]) if found else 0
