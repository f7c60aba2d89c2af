"""Whose answers a file has: the outermost name given by the platform or the teacher decides.

Files inside a student's folder or archive never go to another student, whatever their names and
content. If two students fit, nobody is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from convcalc.homework.classroom.claims import Claim, says_nothing, words
from convcalc.homework.classroom.collect import SubmittedFile
from convcalc.homework.classroom.given import Answers
from convcalc.homework.classroom.guesses import Guesses
from convcalc.homework.classroom.platforms.names import claim_of
from convcalc.homework.classroom.roster import MAX_ID, Roster
from convcalc.homework.variants.secret import Codes, same_student
from convcalc.text import printable, shortened

NOT_ON_THE_ROSTER, UNCLEAR, UNREADABLE = "not on the roster", "unclear", "unreadable"


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of some answers.

    Attributes:
        students: one, or each member of a group; empty if unknown.
        sure: whether the name of the file or a platform says so.
        note: anything unusual about it.
        status: if it is nobody's, the reason.
        said: who is named, for messages.
        claim: what a platform says about it.
        fitting: the possible owners, if it is not clear.
        others: the members of a group who are not known, and why.
    """

    students: tuple[str, ...] = ()
    sure: bool = False
    note: str = ""
    status: str = ""
    said: str = ""
    claim: Claim | None = None
    fitting: tuple[str, ...] = ()
    others: tuple[Owner, ...] = ()


class Owners:
    """Finds the owners of the answers in files.

    Args:
        roster: the class; None if everyone who submits counts.
        codes: the codes of the students' variants.
        guesses: finds the owners of files if there is no roster.
    """

    def __init__(self, roster: Roster | None, codes: Codes, guesses: Guesses) -> None:
        self.roster, self.codes, self.guesses = roster, codes, guesses

    def of_file(self, submitted: SubmittedFile, said: str = "") -> Owner:
        """The owner of a file, only by its name and the platform.

        Args:
            said: the student named inside.
        """
        if self.roster is None:
            return self._unlisted(submitted, said)
        inner = self._inside(submitted, self.roster)
        outer = self._of_name(submitted.within, self.roster) if submitted.within else Owner()
        if outer.claim is not None and outer.status:
            return outer  # a platform gave it this name, so it is one student's
        if len(outer.students) != 1 or inner.students == outer.students:
            return inner
        if submitted.several:
            return outer
        if not inner.students:  # a folder may be the teacher's, even with a student's name
            return outer if submitted.packed and not inner.status else inner
        note = (
            f"is in {shortened(submitted.within, 40)}, which names {outer.students[0]}, but its own name is "
            f"{', '.join(inner.students)}; rename the file, or what it is in"
        )
        both = (*outer.students, *inner.students)
        return Owner(status=UNCLEAR, said=", ".join(inner.students), note=note, fitting=both)

    def _inside(self, submitted: SubmittedFile, roster: Roster) -> Owner:
        """The owner of a file, by the names below the path given on the command line."""
        claim = submitted.claim
        if claim is not None and (claim.shown or claim.members):
            return self._of_claim(claim)
        for name in submitted.names:
            found = self._of_name(name, roster)
            if found.students or found.status:
                return found
        for name in submitted.names:
            doubtful = roster.index.doubtful(name)
            if doubtful:
                note = f"contains the id {' and '.join(sorted(doubtful)[:3])} and other words; remove those"
                fitting = tuple(sorted(doubtful))
                return Owner(status=UNCLEAR, said=printable(name), note=note, fitting=fitting)
        return Owner()

    def _of_name(self, name: str, roster: Roster) -> Owner:
        """The owner of a file, by one part of its path; unknown if that names nobody."""
        written = claim_of(name)
        if written is not None:
            return replace(self._of_claim(written), claim=written)
        found = roster.index.named(name)
        return self._clear(found, printable(name)) if found else Owner()

    def _unlisted(self, submitted: SubmittedFile, said: str) -> Owner:
        """The owner of a file, without a roster."""
        claim = submitted.claim
        if claim is not None and (claim.shown or claim.members):
            if submitted.several and submitted.within and not says_nothing(submitted.within):
                note = f"a list of submissions in {shortened(submitted.within, 40)}, which may be a student's; give a --roster"
                return Owner(status=UNCLEAR, said=printable(submitted.within), note=note)
            return self._of_claim(claim)
        found = self.guesses.of(names_of(submitted), said)
        if found.unclear:
            return Owner(status=UNCLEAR, note=found.unclear)
        if not found.student:
            return Owner()
        return Owner((printable(found.student)[:MAX_ID],), sure=found.inside, claim=found.claim)

    def likely(self, submitted: SubmittedFile) -> tuple[str, ...]:
        """The probable owner of an unreadable file."""
        return self.of_file(submitted).students

    def of_answers(self, submitted: SubmittedFile, given: Answers, *, alone: bool) -> Owner:
        """Whose some answers are: a file with one student's answers, or a row of a table."""
        outer = (
            Owner() if submitted.direct and not alone else self.of_file(submitted, given.student)
        )
        if outer.status:
            return outer
        if outer.sure:
            return self._agreed(outer, given, alone=alone)
        if given.claim is not None:
            return self._of_claim(given.claim)
        if given.student:
            return self._of_student(
                given.student, sure=not alone or _says_so(submitted, given.student)
            )
        named = self.codes.of(given.variant)
        if len(named) == 1:
            note = f"identified by the variant {shortened(given.variant, 20)}"
            return Owner(tuple(named), note=note)
        if named:
            return self._clear(named, f"variant {shortened(given.variant, 20)}")
        if alone and self.roster is None and outer.students:
            return replace(outer, sure=True)
        guess = self.guesses.of(submitted.names).student if alone else ""
        if guess:
            return Owner(status=NOT_ON_THE_ROSTER, said=printable(guess))
        return Owner(status=UNREADABLE, note="no name in it")

    def _agreed(self, outer: Owner, given: Answers, *, alone: bool) -> Owner:
        """The owner by the file's name, even if the answers inside name somebody else."""
        if not alone:
            who = ", ".join(outer.students)
            note = f"a table of several students that {who} submitted; not used"
            return Owner(status=UNREADABLE, note=note, said=who)
        said = self.roster.find(given.student) if self.roster else given.student
        if not given.student or same_student(said) in map(same_student, outer.students):
            return outer
        if len(outer.students) > 1:  # the page of one member does not name the others
            note = f"the answers say {shortened(given.student, 40)!r}, who is not in the group that submitted them"
            return replace(outer, note=note)
        note = (
            f"the answers say {shortened(given.student, 40)!r}, the file name says "
            f"{outer.students[0]}; the file name counts"
        )
        return replace(outer, note=note)

    def _of_claim(self, claim: Claim) -> Owner:
        """The owner of a file, according to a platform."""
        if claim.members:
            found = [self._of_claim(member) for member in claim.members]
            wrong = [each for each in found if each.status]
            names = tuple(dict.fromkeys(name for each in found for name in each.students))
            if not names and wrong:
                return replace(wrong[0], others=tuple(wrong[1:]))
            return Owner(names, sure=True, others=tuple(wrong))
        if self.roster is None:
            shown = printable(claim.shown)[:MAX_ID]
            return Owner((shown,), sure=True) if shown else Owner()
        fitting = self.roster.match(claim)
        owner = self._clear(fitting, claim.known_as)
        if not fitting and claim.id and (name := self.roster.find(claim.id)):
            note = f"{shortened(name, 40)} is on the roster, but with another name or address"
            owner = replace(owner, note=note)
        return owner

    def _clear(self, found: set[str], said: str) -> Owner:
        """The one student that was found, or why there is none."""
        if len(found) == 1:
            return Owner(tuple(found), sure=True)
        if not found:
            return Owner(status=NOT_ON_THE_ROSTER, said=said)
        both = tuple(sorted(found))
        note = f"fits {' and '.join(both[:3])}; put the id into its name"
        return Owner(status=UNCLEAR, said=said, note=note, fitting=both)

    def _of_student(self, said: str, *, sure: bool) -> Owner:
        """The owner of answers that name a student themselves."""
        if self.roster is None:
            return Owner((said[:MAX_ID],), sure=sure)
        found = self.roster.index.whole(said)
        if len(found) == 1:
            return Owner(tuple(found), sure=sure)
        return self._clear(found, said)


def names_of(submitted: SubmittedFile) -> tuple[str, ...]:
    """The parts of a file's path that may say whose it is, without a roster."""
    counts = submitted.within and (submitted.several or submitted.packed)
    return (submitted.within, *submitted.names) if counts else submitted.names


def _says_so(submitted: SubmittedFile, student: str) -> bool:
    """Whether a file's name contains a student's id as a word."""
    wanted = words(student)
    return any(
        wanted == words(name)[start : start + len(wanted)]
        for name in submitted.names
        for start in range(len(words(name)))
    )
