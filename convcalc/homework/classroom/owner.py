"""Whose answers a file holds: the outermost name that the platform or the teacher gave it wins.

What lies inside a student's folder or archive never reaches another student, whatever it is called
and whatever it says. Where two students fit, nobody is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from convcalc.homework.classroom.claims import Claim, without_copy, words
from convcalc.homework.classroom.collect import SubmittedFile
from convcalc.homework.classroom.given import Answers
from convcalc.homework.classroom.platforms.names import claim_of
from convcalc.homework.classroom.roster import MAX_ID, Roster
from convcalc.homework.variants.secret import same_student
from convcalc.text import printable, shortened

NOT_ON_THE_ROSTER, UNCLEAR, UNREADABLE = "not on the roster", "unclear", "unreadable"

# Names of files that say nothing of a student, and of folders that hold several students.
_COMMON = re.compile(
    r"(?:(?:my|all|late|final)[ _-]*)?(?:answers?|submissions?|submitted|homeworks?|hw|sheet|solutions?|mine|"
    r"responses?|export|results?|download|files?|upload|ps|assignment|exercises?)[ _-]*\w{0,3}",
    re.IGNORECASE,
)
_CONTAINER = re.compile(
    r"(?:sections?|groups?|class|batch|labs?|tutorials?|period|week|part|day|in|inbox|old|new|late|done|students?)"
    r"[ _-]*\w{0,3}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose answers some are.

    Attributes:
        students: one, or each member of a group; nobody where that is not known.
        sure: whether the name of the file or a platform says so.
        note: what is odd about it.
        status: where it is nobody's: why.
        said: who is named, for messages.
        claim: what a platform said of it.
    """

    students: tuple[str, ...] = ()
    sure: bool = False
    note: str = ""
    status: str = ""
    said: str = ""
    claim: Claim | None = None


class Owners:
    """Finds whose answers files hold.

    Args:
        roster: the class; None where everyone who hands in counts.
        codes: the students by the codes of their variants.
        sheet: the id of the sheet, which names no student.
    """

    def __init__(self, roster: Roster | None, codes: Mapping[str, str], sheet: str) -> None:
        self.roster, self.codes, self.sheet = roster, codes, sheet

    def of_file(self, submitted: SubmittedFile) -> Owner:
        """Whose a file is by its name and the platform alone."""
        claim = submitted.claim
        if claim is not None and (claim.shown or claim.members):
            return self._of_claim(claim)
        for name in submitted.names if self.roster else ():
            written = claim_of(name)
            if written is not None:
                return replace(self._of_claim(written), claim=written)
            found = self.roster.index.named(name) if self.roster else set()
            if found:
                return self._clear(found, printable(name))
        return Owner() if self.roster else self._guess(submitted)

    def likely(self, submitted: SubmittedFile) -> tuple[str, ...]:
        """Whose a file probably is that cannot be read."""
        return self.of_file(submitted).students

    def of_answers(self, submitted: SubmittedFile, given: Answers, *, alone: bool) -> Owner:
        """Whose some answers are: those of a file with one student's, or a row of a table."""
        outer = Owner() if submitted.direct and not alone else self.of_file(submitted)
        if outer.status:
            return outer
        if outer.sure:
            return self._agreed(outer, given, alone=alone)
        if not alone and given.claim is not None:
            return self._of_claim(given.claim)
        if given.student:
            return self._of_student(
                given.student, sure=not alone or _says_so(submitted, given.student)
            )
        if given.variant and given.variant in self.codes:
            note = f"identified by the variant {shortened(given.variant, 20)}"
            return Owner((self.codes[given.variant],), note=note)
        guess = self._guess(submitted) if alone else Owner()
        if guess.students and self.roster:
            return Owner(status=NOT_ON_THE_ROSTER, said=guess.students[0])
        if guess.students:
            return Owner(guess.students, sure=True)
        return Owner(status=UNREADABLE, note="no name in it")

    def _agreed(self, outer: Owner, given: Answers, *, alone: bool) -> Owner:
        """What the name of a file says, whatever the answers in it say."""
        if not alone:
            who = ", ".join(outer.students)
            note = f"a table of several students that {who} handed in; not used"
            return Owner(status=UNREADABLE, note=note, said=who)
        said = self.roster.find(given.student) if self.roster else given.student
        if not given.student or same_student(said) in map(same_student, outer.students):
            return outer
        note = (
            f"the answers say {shortened(given.student, 40)!r}, the file name says "
            f"{', '.join(outer.students)}; the file name counts"
        )
        return replace(outer, note=note)

    def _of_claim(self, claim: Claim) -> Owner:
        """Whose a file is by what a platform says."""
        if claim.members:
            found = [self._of_claim(member) for member in claim.members]
            wrong = next((each for each in found if each.status), None)
            names = tuple(dict.fromkeys(name for each in found for name in each.students))
            if wrong is not None and not names:
                return wrong
            note = f"{wrong.said} is {wrong.status}" if wrong is not None else ""
            return Owner(names, sure=True, note=note)
        if self.roster:
            return self._clear(self.roster.match(claim), claim.shown)
        return Owner((printable(claim.shown)[:MAX_ID],), sure=True) if claim.shown else Owner()

    def _clear(self, found: set[str], said: str) -> Owner:
        """The one student that was found, or why there is none."""
        if len(found) == 1:
            return Owner(tuple(found), sure=True)
        if not found:
            return Owner(status=NOT_ON_THE_ROSTER, said=said)
        both = " and ".join(sorted(found)[:3])
        return Owner(status=UNCLEAR, said=said, note=f"fits {both}; put the id into its name")

    def _of_student(self, said: str, *, sure: bool) -> Owner:
        """Whose answers are that name a student themselves."""
        if self.roster is None:
            return Owner((said[:MAX_ID],), sure=sure)
        found = self.roster.index.whole(said)
        if len(found) == 1:
            return Owner(tuple(found), sure=sure)
        return self._clear(found, said)

    def _guess(self, submitted: SubmittedFile) -> Owner:
        """Whose a file is where there is no roster: its outermost folder's, else its own name."""
        names = [(without_copy(name), place) for place, name in enumerate(submitted.names)]
        telling = [
            (name, place)
            for name, place in names
            if name
            and not _COMMON.fullmatch(name)
            and same_student(name) != same_student(self.sheet)
        ]
        people = [each for each in telling if not _CONTAINER.fullmatch(each[0])]
        for name, place in (*people, *telling, *reversed(names)):
            written = claim_of(name)
            if written is not None:
                return replace(self._of_claim(written), claim=written)
            if name:
                inside = place < len(submitted.names) - 1
                return Owner((printable(name)[:MAX_ID],), sure=inside)
        return Owner()


def _says_so(submitted: SubmittedFile, student: str) -> bool:
    """Whether a file's name holds a student's id as a word."""
    wanted = words(student)
    return any(
        wanted == words(name)[start : start + len(wanted)]
        for name in submitted.names
        for start in range(len(words(name)))
    )
