"""The owners of files without a roster: by a folder's or a file's name, and only if this is certain.

A folder belongs to one student, unless its content names several people: then it contains a part
of a class. Nobody is chosen if both are possible, or if its files would go to a student who has
other files elsewhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from convcalc.homework.classroom.claims import (
    Claim,
    holds_several,
    says_nothing,
    without_copy,
    words,
)
from convcalc.homework.classroom.platforms.names import claim_of
from convcalc.homework.variants.secret import same_student
from convcalc.text import shortened

Names = tuple[str, ...]
_WAY_OUT = "name the students of the class with --roster"


class Guess(NamedTuple):
    """Whose a file is.

    Attributes:
        student: the name that identifies the student; empty if no name does.
        inside: whether a folder or an archive says so, for everything in it.
        claim: what a platform says by the name.
        unclear: why nobody was chosen.
    """

    student: str = ""
    inside: bool = False
    claim: Claim | None = None
    unclear: str = ""


class Guesses:
    """Finds the owners of the files of a class.

    Args:
        files: every file with answers: the parts of its path, and the student named inside.
        sheet: the id of the sheet, which is not a student's name.
    """

    def __init__(self, files: Iterable[tuple[Names, str]], sheet: str) -> None:
        self.sheet = same_student(sheet)
        self._owners: dict[Names, int] = {}  # folders of students: their depth
        self._doubts: dict[Names, str] = {}
        self._guessed: set[Names] = (
            set()
        )  # folders that are known to have several students only by their content
        files = list(files)
        self._look([(names, said) for names, said in files if len(names) > 1], 0)
        self._numbers: dict[str, set[str]] = defaultdict(set)
        self._places: dict[str, set[Names]] = defaultdict(set)
        for names, said in files:
            found = self._of(names)
            if found.claim is not None and found.claim.number:
                self._numbers[same_student(found.student)].add(found.claim.number)
            who = found.student if found.inside or not said else said
            self._places[same_student(who)].add(self._part_of(names))

    def of(self, names: Names, said: str = "") -> Guess:
        """The owner of a file, by the parts of its path and the student named inside."""
        found = self._of(names)
        who = found.student if found.inside or not said else said
        part = self._part_of(names)
        if part and len(self._places.get(same_student(who), ())) > 1:
            why = f"{shortened(who, 40)} has files elsewhere, and {shortened(part[-1], 40)} holds several students"
            return Guess(unclear=f"{why}; {_WAY_OUT}")
        if found.claim is not None and len(self._numbers[same_student(found.student)]) > 1:
            return found._replace(student=f"{found.student} ({found.claim.number})")
        return found

    # ------------------------------------------------------------------------------- folders

    def _look(self, files: Sequence[tuple[Names, str]], depth: int) -> None:
        """Find the folders of students among those at one depth of one folder."""
        folders: dict[str, list[tuple[Names, str]]] = defaultdict(list)
        for names, said in files:
            folders[names[depth]].append((names, said))
        people = {name: self._named_in(inside, depth + 1) for name, inside in folders.items()}
        often = Counter(name for named in people.values() for name in {own for own, _ in named})
        several: list[Names] = []
        alone = False
        for name, inside in folders.items():
            place = inside[0][0][: depth + 1]
            if not self._is_person(name):
                self._look([each for each in inside if len(each[0]) > depth + 2], depth + 1)
            elif claim_of(name) is not None or not (
                len(self._people(name, people[name], often)) > 1
                or any(claim_of(part) for names, _ in inside for part in names[depth + 1 :])
            ):
                self._owners[place] = depth
                alone = True
            else:
                several.append(place)
        for place in several:
            if alone:
                self._doubts[place] = (
                    f"{shortened(place[-1], 40)} can be one student or several: its files have different names"
                )
            else:
                self._guessed.add(place)
                inside = folders[place[-1]]
                self._look([each for each in inside if len(each[0]) > depth + 2], depth + 1)

    def _named_in(self, files: Sequence[tuple[Names, str]], start: int) -> list[tuple[str, str]]:
        """For each file of a folder, the name that may be a person's, and the student named inside."""
        shortest = min(len(names) for names, _ in files) - 1
        while start < shortest and len({names[start] for names, _ in files}) == 1:
            start += 1  # a folder that contains all files distinguishes none
        return [(self._person(names[start:]), said) for names, said in files]

    def _people(
        self, folder: str, named: Sequence[tuple[str, str]], often: Counter[str]
    ) -> set[str]:
        """The different people to whom the files of a folder may belong."""
        own = words(folder)
        said = {student for _, student in named if student}
        found = {
            name
            for name, student in named
            if not student and often[name] < 2  # a name in many folders is the name of a task
        }
        called = any(_holds(words(name), words(student)) for name, student in named if student)
        if len(said) == 1 and len(found) == 1 and not called:
            found = set()  # one student, whose files do not have names of people
        found |= said
        return {
            same_student(name)
            for name in found
            if name and not _holds(words(name), own) and not _holds(own, words(name))
        }

    def _person(self, names: Names) -> str:
        """The outermost name that may be a person's; empty if none may."""
        return next((bare for name in names if self._is_person(bare := without_copy(name))), "")

    def _is_person(self, name: str) -> bool:
        """Whether a name may be a person's."""
        bare = without_copy(name)
        return bool(bare) and self._tells(bare) and not holds_several(bare)

    def _tells(self, name: str) -> bool:
        """Whether a name says more than which task is submitted."""
        return not says_nothing(name) and same_student(name) != self.sheet

    def _part_of(self, names: Names) -> Names:
        """The folder around a file that was taken for a part of a class; empty if none was."""
        depths = range(len(names) - 1, 0, -1)
        return next((names[:stop] for stop in depths if names[:stop] in self._guessed), ())

    # --------------------------------------------------------------------------------- files

    def _of(self, names: Names) -> Guess:
        """The owner of a file by its folders, or else by its own name."""
        start = 0
        for stop in range(1, len(names)):
            if names[:stop] in self._doubts:
                return Guess(unclear=f"{self._doubts[names[:stop]]}; {_WAY_OUT}")
            if names[:stop] in self._owners:
                return self._guess(names[stop - 1], inside=True)
            if names[:stop] in self._guessed:
                start = stop
        left = [without_copy(name) for name in names[start:]]
        last = len(left) - 1
        telling = [place for place, name in enumerate(left) if name and self._tells(name)]
        people = [place for place in telling if not holds_several(left[place])]
        for place in (*people, *telling, *range(last, -1, -1)):
            if left[place]:
                return self._guess(left[place], inside=place < last)
        return Guess()

    def _guess(self, name: str, *, inside: bool) -> Guess:
        """A student by the name of a folder or file."""
        claim = claim_of(name)
        if claim is not None:
            return Guess(claim.shown, inside=True, claim=claim)
        return Guess(without_copy(name), inside=inside)


def _holds(text: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether another name contains the words of a name."""
    return bool(part) and any(
        text[start : start + len(part)] == part for start in range(len(text) - len(part) + 1)
    )
